import type { DataKey } from './data-key.ts'
import { namesIn, normalise, placeholderName, placeholderText, plainType, tagDigits } from './placeholder.ts'
import { Reidentifier, Returning, type TextForm } from './reidentifier.ts'

/** Whose values they are: nobody else gets them back, and the same value has another placeholder anywhere else. */
export interface PseudonymScope {
  readonly tenant: string
  /** The key that asks. */
  readonly keyId: string
  readonly conversation: string
}

/**
 * What becomes of a value. `returned`: it is put back into what goes to who asked. `kept`: it is not, but an operator may
 * look it up with a reason. `forgotten`: nobody ever sees it again.
 */
export type ValueFate = 'returned' | 'kept' | 'forgotten'

/** A part of a text that is to be masked. */
export interface MaskedSpan {
  readonly start: number
  readonly end: number
  readonly type: string
}

/** A value behind a placeholder. */
export interface Pseudonym {
  readonly name: string
  readonly type: string
  readonly value: string
}

/** What a conversation's process knows of it. Shared by all its requests. */
export class ConversationValues {
  readonly key: DataKey
  readonly scope: PseudonymScope
  /** The secret that makes its tags its own. */
  readonly #nonce: string
  readonly #nameOfValue = new Map<string, string>()
  readonly #byName = new Map<string, Pseudonym>()
  readonly #digits: number
  bytes = 256

  constructor(scope: PseudonymScope, key: DataKey, digits: number = tagDigits) {
    this.scope = scope
    this.key = key
    this.#digits = digits
    this.#nonce = key.tag(['nonce', scope.tenant, scope.keyId, scope.conversation]).toString('base64')
  }

  /** The placeholder of a value: the same each time it comes, another for every other value. */
  nameOf(type: string, text: string): { readonly name: string; readonly isNew: boolean } {
    const plain = plainType(type)
    const normal = `${plain}\0${normalise(plain, text)}`
    const known = this.#nameOfValue.get(normal)
    if (known !== undefined) return { name: known, isNew: false }
    const tag = this.key.tag([this.#nonce, normal]).toString('hex')
    // two values with the same tag: the one that comes later gets more of its own
    let digits = this.#digits
    while (this.#byName.has(placeholderName(plain, tag.slice(0, digits))) && digits < 16) digits += 1
    const name = placeholderName(plain, tag.slice(0, digits))
    this.#nameOfValue.set(normal, name)
    this.#byName.set(name, { name, type: plain, value: text })
    this.bytes += 2 * (normal.length + text.length + 2 * name.length) + 200
    return { name, isNew: true }
  }

  find(name: string): Pseudonym | undefined {
    return this.#byName.get(name)
  }

  /** One that was read from where it is kept; what is known already stays. */
  learn(pseudonym: Pseudonym): void {
    if (this.#byName.has(pseudonym.name)) return
    this.#byName.set(pseudonym.name, pseudonym)
    const normal = `${pseudonym.type}\0${normalise(pseudonym.type, pseudonym.value)}`
    if (!this.#nameOfValue.has(normal)) this.#nameOfValue.set(normal, pseudonym.name)
    this.bytes += 2 * (normal.length + pseudonym.value.length) + 200
  }
}

export interface PseudonymsPorts {
  /** A value that is to be kept, once for each. */
  readonly keep: (values: ConversationValues, pseudonym: Pseudonym) => void
  readonly onMasked: (type: string, fate: ValueFate) => void
  readonly onReturned: (count: number) => void
}

/**
 * The placeholders of one request. It gives back what was masked in this request (or was recalled for it) and nothing
 * else, and never a placeholder that stood in what the client sent: who writes one himself gets it back as he wrote it.
 */
export class Pseudonyms {
  readonly scope: PseudonymScope
  readonly #values: ConversationValues
  readonly #ports: PseudonymsPorts
  readonly #returnable = new Set<string>()
  readonly #written = new Set<string>()
  readonly #kept = new Set<string>()
  readonly #given = new Set<string>()
  #returning: { readonly returning: Returning; readonly size: number } | undefined

  constructor(values: ConversationValues, ports: PseudonymsPorts) {
    this.scope = values.scope
    this.#values = values
    this.#ports = ports
  }

  /** What stands for the text from now on, brackets included. Memory only, some microseconds. */
  placeholderOf(type: string, text: string, fate: ValueFate = 'returned'): string {
    const { name } = this.#values.nameOf(type, text)
    const pseudonym = this.#values.find(name)
    if (fate === 'returned') this.#returnable.add(name)
    if (fate !== 'forgotten' && pseudonym && !this.#kept.has(name)) {
      this.#kept.add(name)
      this.#ports.keep(this.#values, pseudonym)
    }
    this.#ports.onMasked(pseudonym?.type ?? plainType(type), fate)
    return placeholderText(name)
  }

  /**
   * The text with placeholders in the place of the spans, which are sorted and do not overlap. Of a text that the client
   * sent, call it even where there is nothing to mask: it takes note of the placeholders that stand in it.
   */
  mask(text: string, spans: readonly MaskedSpan[], fate: ValueFate = 'returned'): string {
    this.note(text)
    if (spans.length === 0) return text
    let masked = ''
    let at = 0
    for (const { start, end, type } of spans) {
      masked += text.slice(at, start) + this.placeholderOf(type, text.slice(start, end), fate)
      at = end
    }
    return masked + text.slice(at)
  }

  /** Placeholders that stand in what a client sent are its own words, and are not replaced on their way back. */
  note(text: string): void {
    for (const name of namesIn(text)) this.#written.add(name)
  }

  /** Lets these be given back too: they were masked earlier, in what this request goes on from. */
  allow(names: Iterable<string>): void {
    for (const name of names) if (this.#values.find(name)) this.#returnable.add(name)
  }

  /** What finds, in answers, what goes back to its value. The same until more is masked or noted. */
  returning(): Returning {
    const size = this.#returnable.size + this.#written.size
    if (this.#returning?.size === size) return this.#returning.returning
    const returning = this.#createReturning()
    this.#returning = { returning, size }
    return returning
  }

  #createReturning(): Returning {
    const names = [...this.#returnable].filter(name => !this.#written.has(name))
    const known = new Map(names.map(name => [name, this.#values.find(name)?.value]))
    return new Returning(names, name => {
      const value = known.get(name)
      if (value !== undefined && !this.#given.has(name)) {
        this.#given.add(name)
        this.#ports.onReturned(1)
      }
      return value
    })
  }

  /** What puts the values back into a text that comes in pieces. Make one for each text. */
  reidentifier(form: TextForm = 'text'): Reidentifier {
    return new Reidentifier(this.returning(), form)
  }

  /** A whole text with its values put back. */
  reidentify(text: string, form: TextForm = 'text'): string {
    const reidentifier = this.reidentifier(form)
    return reidentifier.push(text) + reidentifier.end()
  }
}
