import type { Failure } from '../../../foundation/platform/index.ts'
import { StreamFailure } from '../stream-failure.ts'
import type { UpstreamFailures } from '../upstream-failures.ts'
import { CorruptFrame, EventStreamDecoder, type Frame } from './event-stream.ts'
import { readException } from './exception.ts'

/**
 * The driving loop of a translator whose upstream sends frames: reads those that are whole, and holds an error back
 * until what came before it is sent.
 */
export class FrameDrain {
  /** Set by the translator when it has read the end of the answer: what follows is not looked at. */
  isDone = false
  readonly #frames = new EventStreamDecoder()
  readonly #failures: UpstreamFailures
  readonly #failure: StreamFailure

  constructor(failures: UpstreamFailures, signal: AbortSignal) {
    this.#failures = failures
    this.#failure = new StreamFailure(failures, signal)
  }

  get failure(): Failure | undefined {
    return this.#failure.first
  }

  /** What `translate` makes of the frames in these bytes; none of them is an exception. */
  translate(bytes: Uint8Array, translate: (frame: Frame) => string): string {
    this.#failure.throwIfFailed()
    if (this.isDone) return ''
    this.#frames.feed(bytes)
    let out = ''
    try {
      for (let frame = this.#frames.next(); frame && !this.isDone; frame = this.#frames.next()) {
        this.#refuseException(frame)
        out += translate(frame)
      }
    } catch (error) {
      const what = error instanceof CorruptFrame ? `a stream in which ${error.message}` : 'a broken stream'
      const failure = this.#failure.keep(error, what)
      if (out === '') throw failure
    }
    return out
  }

  /** At the end of the stream: throws where it broke, or breaks off in the middle of a frame. */
  end(): void {
    this.#failure.throwIfFailed()
    if (!this.isDone && this.#frames.hasRemainder) throw this.truncated()
  }

  truncated(): Failure {
    return this.#failure.truncated()
  }

  interrupted(cause: unknown): Failure {
    return this.#failure.interrupted(cause)
  }

  #refuseException(frame: Frame): void {
    const kind = frame.headers.get(':message-type')
    if (kind === 'exception' || kind === 'error') throw this.#failures.fromError(readException(frame))
  }
}
