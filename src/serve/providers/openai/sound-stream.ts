import type { Failure } from '../../../foundation/platform/index.ts'
import { emptyObservation, type DialectOptions } from '../dialect.ts'
import type { Observation, StreamTranslator, UpstreamCall } from '../upstream.ts'
import { chargedUnits } from './media-usage.ts'

/**
 * Sound as it is made: bytes that go through as they come. How long it is, nobody says;
 * only its breaking off is seen. It is charged by the characters that were asked for.
 */
export class SoundStream implements StreamTranslator {
  readonly observation: Observation = emptyObservation()
  readonly contentType: string
  readonly #signal: AbortSignal
  readonly #options: DialectOptions
  #failure: Failure | undefined

  constructor(call: UpstreamCall, contentType: string, signal: AbortSignal, options: DialectOptions) {
    this.contentType = contentType || 'application/octet-stream'
    this.#signal = signal
    this.#options = options
    this.observation.usage = chargedUnits(call, undefined)
  }

  get failure(): Failure | undefined {
    return this.#failure
  }

  push(bytes: Uint8Array): Uint8Array | undefined {
    if (bytes.byteLength > 0) this.observation.firstTokenAt ??= performance.now()
    return bytes
  }

  end(): Uint8Array | undefined {
    if (this.observation.firstTokenAt === undefined) {
      throw (this.#failure ??= this.#options.failures.unreadable('no sound at all'))
    }
    return undefined
  }

  interrupted(cause: unknown): Failure {
    return (this.#failure ??= this.#options.failures.fromBody(cause, this.#signal))
  }
}
