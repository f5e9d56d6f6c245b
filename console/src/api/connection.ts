import { useSyncExternalStore } from 'react'

/** Whether the server can be reached; while it cannot, asks again until it can and then says so. */

export type ConnectionState = 'connected' | 'lost'

const retryEveryMs = 2_000

let state: ConnectionState = 'connected'
let isProbing = false
const listeners = new Set<() => void>()
const restored = new Set<() => void>()

function become(next: ConnectionState): void {
  if (state === next) return
  state = next
  for (const listener of listeners) listener()
  if (next === 'connected') for (const listener of restored) listener()
}

async function isReachable(): Promise<boolean> {
  try {
    const answer = await fetch('/healthz', { cache: 'no-store' })
    return answer.ok
  } catch {
    return false
  }
}

async function probeUntilReachable(): Promise<void> {
  if (isProbing) return
  isProbing = true
  while (!(await isReachable())) await new Promise(resolve => setTimeout(resolve, retryEveryMs))
  isProbing = false
  become('connected')
}

/** A call got no answer at all. */
export function reportNoAnswer(): void {
  become('lost')
  void probeUntilReachable()
}

export function onConnectionRestored(listener: () => void): () => void {
  restored.add(listener)
  return () => restored.delete(listener)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useConnection(): ConnectionState {
  return useSyncExternalStore(subscribe, () => state)
}
