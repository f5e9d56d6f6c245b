const tickMs = 50

/** A moment that may be moved, and what happens when it comes. `performance.now()` milliseconds. */
export interface Deadline {
  at: number
  readonly expire: () => void
}

const pending = new Set<Deadline>()
let timer: ReturnType<typeof setInterval> | undefined

/**
 * Watches a deadline until `release` is called. Moving it is one assignment, which the hot loop of a stream can afford
 * where a timer for each event is too much; it may expire up to 50 ms late. `expire` may move it for another round.
 */
export function watchDeadline(deadline: Deadline): () => void {
  pending.add(deadline)
  timer ??= setInterval(tick, tickMs)
  return () => void pending.delete(deadline)
}

function tick(): void {
  if (pending.size === 0) {
    // not at each release: the next request is there soon
    clearInterval(timer)
    timer = undefined
    return
  }
  const now = performance.now()
  for (const deadline of pending) {
    if (deadline.at > now) continue
    deadline.expire()
    if (deadline.at <= now) pending.delete(deadline)
  }
}
