import type { Failure } from '../../foundation/platform/index.ts'
import { EventSplitter } from './event-splitter.ts'
import { StreamFailure } from './stream-failure.ts'
import type { UpstreamFailures } from './upstream-failures.ts'

const encoder = new TextEncoder()
const blankLine = encoder.encode('\n\n')

/**
 * The driving loop of a translator whose upstream sends server-sent events: reads those that are whole, holds an error
 * back until what came before it is sent, and takes a last event without the blank line that should end it.
 */
export class EventDrain {
  /** Points at the event that is being read. */
  readonly splitter = new EventSplitter()
  /** Set by the translator when it has read the end of the answer: what follows is not looked at. */
  isDone = false
  readonly #failure: StreamFailure

  constructor(failures: UpstreamFailures, signal: AbortSignal) {
    this.#failure = new StreamFailure(failures, signal)
  }

  get failure(): Failure | undefined {
    return this.#failure.first
  }

  /** The events of these bytes in the words of the client, each with data made by `translate`. */
  translate(bytes: Uint8Array, translate: (data: string) => string): Uint8Array | undefined {
    this.#failure.throwIfFailed()
    const { splitter } = this
    splitter.feed(bytes)
    let out = ''
    try {
      while (!this.isDone && splitter.next()) {
        if (splitter.dataStart >= 0) out += translate(splitter.data)
      }
    } catch (error) {
      const failure = this.#failure.keep(error)
      if (out === '') throw failure
    }
    return out === '' ? undefined : encoder.encode(out)
  }

  /** The events of these bytes as they came, once `observe` has seen each of them. */
  forward(bytes: Uint8Array, observe: () => void): Uint8Array | undefined {
    this.#failure.throwIfFailed()
    const { splitter } = this
    splitter.feed(bytes)
    let start = -1
    let end = -1
    try {
      while (!this.isDone && splitter.next()) {
        observe()
        if (start < 0) start = splitter.start
        end = splitter.end
      }
    } catch (error) {
      const failure = this.#failure.keep(error)
      if (end < 0) throw failure
    }
    return end < 0 ? undefined : splitter.bytes.subarray(start, end)
  }

  /** At the end of the stream: what `push` makes of an event that lacks only its blank line. */
  pushRest(push: (bytes: Uint8Array) => Uint8Array | undefined): Uint8Array | undefined {
    this.#failure.throwIfFailed()
    if (this.isDone || !this.splitter.hasRemainder) return undefined
    try {
      return push(blankLine)
    } catch (error) {
      throw this.#failure.unfinished(error)
    }
  }

  truncated(): Failure {
    return this.#failure.truncated()
  }

  interrupted(cause: unknown): Failure {
    return this.#failure.interrupted(cause)
  }
}
