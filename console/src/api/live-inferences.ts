import { useEffect, useEffectEvent, useState } from 'react'
import { toQueryString } from './request.ts'
import type { Inference } from './types.ts'

export type LiveState = 'off' | 'connecting' | 'live'

interface LiveFilter {
  readonly tenant?: string | undefined
  readonly service?: string | undefined
  readonly outcome?: string | undefined
}

const reopenAfterMs = 3_000

/** Calls `onInference` for each inference as it ends, while `isOn`; comes back by itself when the stream breaks. */
export function useLiveInferences(
  filter: LiveFilter,
  isOn: boolean,
  onInference: (inference: Inference) => void,
): LiveState {
  const [isOpen, setIsOpen] = useState(false)
  const receive = useEffectEvent(onInference)
  const { tenant, service, outcome } = filter
  useEffect(() => {
    if (!isOn) return
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const open = () => {
      source = new EventSource(`/api/inferences/live${toQueryString({ tenant, service, outcome })}`)
      source.addEventListener('open', () => setIsOpen(true))
      source.addEventListener('inference', event => receive(JSON.parse(event.data) as Inference))
      source.addEventListener('error', () => {
        setIsOpen(false)
        // The browser retries a broken stream, but gives up for good on a refusal.
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, reopenAfterMs)
      })
    }
    open()
    return () => {
      clearTimeout(timer)
      source?.close()
      setIsOpen(false)
    }
  }, [isOn, tenant, service, outcome])
  if (!isOn) return 'off'
  return isOpen ? 'live' : 'connecting'
}
