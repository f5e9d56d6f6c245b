import { formatEvent } from '../../../foundation/platform/index.ts'
import type { Body } from '../client-dialect.ts'

const encoder = new TextEncoder()

/** Writes the events of a response, numbered without a gap. */
export class EventWriter {
  #text = ''
  #next = 0

  write(type: string, fields: Body): void {
    this.#text += formatEvent(type, { type, ...fields, sequence_number: this.#next })
    this.#next += 1
  }

  /** What was written since this was asked last. */
  take(): Uint8Array | undefined {
    if (this.#text === '') return undefined
    const bytes = encoder.encode(this.#text)
    this.#text = ''
    return bytes
  }
}
