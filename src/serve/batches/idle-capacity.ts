import { LatencyWatch } from './latency-watch.ts'

/** An inference of anybody that went well, as far as it tells how busy its target is. */
export interface Sighting {
  /** `engine:support`, `provider:openai`. */
  readonly target: string
  /** What takes alike: a service, how it was asked. */
  readonly kind: string
  /** Since it was sent; `undefined` where the answer did not stream. */
  readonly firstTokenMs: number | undefined
  readonly latencyMs: number
  readonly outputTokens: number | undefined
}

export interface IdleCapacityOptions {
  readonly targetsOf: (service: string) => readonly { readonly key: string; readonly name: string }[]
  /** Whether somebody of a higher class waits for a target; `undefined` where nobody declares what it carries. */
  readonly isWaitedFor: (key: string) => boolean | undefined
  readonly now?: () => number
}

/** What the targets of services have to spare for the lines of batches. */
export interface IdleCapacity {
  /** Nobody of a higher class waits for a target of the service. */
  isIdle(service: string): boolean
  /** Whether more lines may be under way at once: `no` where they have made its calls slower already. */
  mayGrow(service: string): 'yes' | 'no' | 'unknown'
  /** A line of a batch goes out; call the answer when it is back. */
  begin(service: string, batch: string): () => void
  /** O(1), memory only. */
  see(sighting: Sighting): void
}

const mostWatches = 1_000

/**
 * A line goes only where no queue has somebody of a higher class. Where nobody declares what a target carries, more go
 * at once only while its calls are as fast as in quiet moments, those of other clients and those of the batch: by the time
 * to the first token where answers stream, else by the time for each token of the answer.
 */
export function createIdleCapacity(options: IdleCapacityOptions): IdleCapacity {
  const { targetsOf, isWaitedFor, now = () => performance.now() } = options
  const watches = new Map<string, Map<string, LatencyWatch>>()
  /** Lines under way, by target and batch. */
  const underWay = new Map<string, Map<string, number>>()
  let count = 0

  function add(name: string, batch: string, change: number): void {
    const ofTarget = underWay.get(name) ?? new Map<string, number>()
    const lines = (ofTarget.get(batch) ?? 0) + change
    if (lines > 0) ofTarget.set(batch, lines)
    else ofTarget.delete(batch)
    underWay.set(name, ofTarget)
  }

  /** No batch has more than the one line that it always may have. */
  function isQuiet(name: string): boolean {
    for (const lines of underWay.get(name)?.values() ?? []) if (lines > 1) return false
    return true
  }

  function watchOf(target: string, kind: string): LatencyWatch | undefined {
    let ofTarget = watches.get(target)
    if (!ofTarget) watches.set(target, (ofTarget = new Map()))
    let watch = ofTarget.get(kind)
    if (watch || count >= mostWatches) return watch
    count += 1
    ofTarget.set(kind, (watch = new LatencyWatch(now)))
    return watch
  }

  return {
    isIdle: service => !targetsOf(service).some(({ key }) => isWaitedFor(key) === true),
    mayGrow(service) {
      const unbounded = targetsOf(service).filter(({ key }) => isWaitedFor(key) === undefined)
      const told = unbounded.flatMap(({ name }) =>
        [...(watches.get(name)?.values() ?? [])].flatMap(({ isSlow }) => isSlow ?? []),
      )
      if (told.includes(true)) return 'no'
      return unbounded.length > 0 && told.length === 0 ? 'unknown' : 'yes'
    },
    begin(service, batch) {
      const names = new Set(targetsOf(service).map(({ name }) => name))
      for (const name of names) add(name, batch, 1)
      return () => {
        for (const name of names) add(name, batch, -1)
      }
    },
    see({ target, kind, firstTokenMs, latencyMs, outputTokens }) {
      const isStream = firstTokenMs !== undefined
      watchOf(target, isStream ? `${kind} streamed` : kind)?.observe({
        latencyMs: firstTokenMs ?? latencyMs,
        units: isStream ? 1 : Math.max(1, outputTokens ?? 1),
        isQuiet: isQuiet(target),
      })
    },
  }
}
