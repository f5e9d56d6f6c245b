import { Failure } from '../../../foundation/platform/index.ts'
import { asObject, asText, parseLoosely, type JsonObject } from '../../providers/index.ts'
import { argumentsOf, callId } from './pieces.ts'

interface Call {
  readonly index: unknown
  id: string | undefined
  name: string | undefined
  /** All that has come of its arguments, and how much of that was written. */
  text: string
  written: number
  isBegun: boolean
}

/** Where the blocks of calls are written. */
interface BlockSink {
  beginCall(id: string, name: string): void
  addInput(json: string): void
  endBlock(): void
}

/**
 * Writes the calls of a chat one block after the other, since a message never has two open. Pieces of parallel calls
 * may come mixed: those of a later call wait until the arguments of the one before are a whole JSON text.
 */
export class CallBlocks {
  readonly #sink: BlockSink
  readonly #inferenceId: string
  readonly #calls: Call[] = []
  /** The call whose block may be open. */
  #current = 0

  constructor(sink: BlockSink, inferenceId: string) {
    this.#sink = sink
    this.#inferenceId = inferenceId
  }

  get hasCalls(): boolean {
    return this.#calls.length > 0
  }

  add(piece: JsonObject): void {
    const call = this.#find(piece)
    const called = asObject(piece['function'])
    const text = argumentsOf(called)
    call.id ??= asText(piece['id'])
    call.name ??= asText(called?.['name'])
    call.text += text
    if (this.#calls.indexOf(call) < this.#current) {
      if (text.trim() === '') return
      throw new Failure('upstream_error', 'The model went on with a call of a tool that was over.', {
        details: { upstreamCode: 'unreadable' },
      })
    }
    this.#advance()
  }

  /** Writes what has waited, and ends the block that is open. */
  finish(): void {
    for (; this.#current < this.#calls.length; this.#current += 1) {
      const call = this.#calls[this.#current]
      if (call) this.#write(call)
      this.#sink.endBlock()
    }
  }

  /** By index; some servers give each call the index 0, and only another id tells them apart. */
  #find(piece: JsonObject): Call {
    const { index } = piece
    const id = asText(piece['id'])
    const known = this.#calls.findLast(call => call.index === index)
    if (known && (id === undefined || known.id === undefined || known.id === id)) return known
    const call: Call = { index, id, name: undefined, text: '', written: 0, isBegun: false }
    this.#calls.push(call)
    return call
  }

  #advance(): void {
    for (;;) {
      const call = this.#calls[this.#current]
      if (!call || call.name === undefined) return
      this.#write(call)
      const isLast = this.#current + 1 === this.#calls.length
      if (isLast || parseLoosely(call.text) === undefined) return
      this.#sink.endBlock()
      this.#current += 1
    }
  }

  #write(call: Call): void {
    if (!call.isBegun) {
      call.isBegun = true
      this.#sink.beginCall(call.id ?? callId(this.#inferenceId, this.#current), call.name ?? '')
    }
    if (call.text.length === call.written) return
    this.#sink.addInput(call.text.slice(call.written))
    call.written = call.text.length
  }
}
