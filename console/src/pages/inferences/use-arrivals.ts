import { useEffect, useRef, useState } from 'react'
import { type LiveState, useLiveInferences } from '../../api/live-inferences.ts'
import type { InferenceFilter, Scope } from '../../api/queries.ts'
import type { Inference } from '../../api/types.ts'
import { matchesFilter } from '../../routing/inference-filter.ts'

export interface Arrivals {
  readonly state: LiveState
  readonly shown: readonly Inference[]
  /** Arrived while the reader was further down; shown when asked for. */
  readonly waiting: readonly Inference[]
  readonly show: () => void
}

const flushEveryMs = 250
const keptAtMost = 1_000

/** Inferences as they end. They are added a few times a second at most, and never move what somebody reads. */
export function useArrivals(
  scope: Scope,
  filter: InferenceFilter,
  isOn: boolean,
  isReading: () => boolean,
): Arrivals {
  const [{ shown, waiting }, set] = useState<Pick<Arrivals, 'shown' | 'waiting'>>({ shown: [], waiting: [] })
  const buffer = useRef<Inference[]>([])
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])

  const flush = () => {
    timer.current = undefined
    const arrived = buffer.current.reverse()
    buffer.current = []
    set(before => {
      const all = [...arrived, ...before.waiting].slice(0, keptAtMost)
      if (isReading()) return { shown: before.shown, waiting: all }
      return { shown: [...all, ...before.shown].slice(0, keptAtMost), waiting: [] }
    })
  }
  const state = useLiveInferences(
    { tenant: scope.tenant, service: scope.service, outcome: filter.outcome },
    isOn,
    inference => {
      if (!matchesFilter(inference, filter)) return
      buffer.current.push(inference)
      timer.current ??= setTimeout(flush, flushEveryMs)
    },
  )
  const show = () =>
    set(before => ({ shown: [...before.waiting, ...before.shown].slice(0, keptAtMost), waiting: [] }))
  return { state, shown, waiting, show }
}
