import { Failure } from '../../foundation/platform/index.ts'
import type { UpstreamFailures } from './upstream-failures.ts'

/** How one stream fails: once, with the first failure, which is thrown again at whoever goes on reading. */
export class StreamFailure {
  readonly #failures: UpstreamFailures
  readonly #signal: AbortSignal
  #first: Failure | undefined

  constructor(failures: UpstreamFailures, signal: AbortSignal) {
    this.#failures = failures
    this.#signal = signal
  }

  get first(): Failure | undefined {
    return this.#first
  }

  throwIfFailed(): void {
    if (this.#first) throw this.#first
  }

  /** Keeps what was thrown while the stream was read; `what` names the answer where it is no `Failure` yet. */
  keep(error: unknown, what = 'an event that is too large'): Failure {
    return (this.#first = error instanceof Failure ? error : this.#failures.unreadable(what, error))
  }

  /** The stream ended before the answer did. */
  truncated(cause?: unknown): Failure {
    return (this.#first = this.#failures.truncated(cause))
  }

  /** What was thrown while the last event was read, whose end never came: cut in the middle, it is no event. */
  unfinished(error: unknown): Failure {
    const failure = this.keep(error)
    return failure.details.upstreamCode === 'unreadable' ? this.truncated(failure) : failure
  }

  /** The connection broke, or the call was given up. */
  interrupted(cause: unknown): Failure {
    return (this.#first ??= this.#failures.fromBody(cause, this.#signal))
  }
}
