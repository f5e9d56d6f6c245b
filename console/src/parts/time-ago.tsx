import { Tooltip } from '@mantine/core'
import { useSyncExternalStore } from 'react'
import { formatExact, formatRelative } from '../format/time.ts'

let nowMs = Date.now()
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    nowMs = Date.now()
    for (const each of listeners) each()
  }, 1_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The present, moving once a second; all readers share one clock. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs)
}

/** A relative time, exact on hover. */
export function TimeAgo({ iso }: { readonly iso: string }) {
  const now = useNow()
  return (
    <Tooltip label={formatExact(iso)}>
      <time dateTime={iso}>{formatRelative(Date.parse(iso), now)}</time>
    </Tooltip>
  )
}
