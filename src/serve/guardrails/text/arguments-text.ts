import type { Cut, GuardedText, TextOptions } from './guarded-text.ts'
import { PlainText } from './plain-text.ts'
import { stringLiterals, writePlainly } from './string-literals.ts'

interface Part {
  readonly start: number
  readonly end: number
  readonly text: PlainText
}

/**
 * The arguments of a call. Nobody can use a part of them, so they go out whole or not at all, and as valid JSON. Gates that
 * want the whole text see the JSON; those that look at bounded pieces see what each string says, escapes undone.
 */
export class ArgumentsText implements GuardedText {
  raw = ''
  readonly #options: TextOptions
  #isEnded = false
  #isDone = false
  #cut: Cut | undefined
  #written: { readonly sent: string; readonly kept: string } | undefined

  constructor(options: TextOptions) {
    this.#options = options
  }

  push(piece: string): void {
    this.raw += piece
  }

  end(): void {
    this.#isEnded = true
  }

  advance(): void | Promise<void> {
    if (!this.#isEnded || this.#isDone) return
    const { guarding, stage } = this.#options
    const literals = stringLiterals(this.raw)
    const ofStage = guarding.policy.gates(stage)
    const isJson = literals !== undefined
    const guards = isJson ? ofStage.filter(({ maxSpan }) => maxSpan === 'whole') : ofStage
    // text that is no JSON is looked at as it is: a call that was cut off
    const whole = new PlainText(this.#options, guards, !isJson)
    whole.push(isJson ? writePlainly(this.raw, literals) : this.raw)
    whole.end()
    const waiting = whole.advance()
    return waiting ? waiting.then(() => this.#takeWhole(whole, isJson)) : this.#takeWhole(whole, isJson)
  }

  /** What was found in the whole of it is out of it before its strings are looked at. */
  #takeWhole(whole: PlainText, isJson: boolean): void | Promise<void> {
    const { length } = whole.raw
    if (whole.cut) return this.#finish({ ...whole.cut, at: 0 })
    const isChanged = whole.isChangedIn(0, length)
    const sent = isChanged ? whole.read(0, length) : this.raw
    if (!isJson) return this.#finish(undefined, isChanged ? { sent, kept: whole.kept() } : undefined)
    const literals = stringLiterals(sent)
    // a mask that breaks the JSON leaves nothing that could be called
    if (!literals) return this.#finish({ at: 0, because: 'finding', guard: 'mask' })
    const { guarding, stage } = this.#options
    const guards = guarding.policy.gates(stage).filter(({ maxSpan }) => maxSpan !== 'whole')
    const parts = literals.map(({ start, end, value }) => {
      const text = new PlainText(this.#options, guards)
      text.push(value)
      text.end()
      return { start, end, text }
    })
    for (let index = 0; index < parts.length; index += 1) {
      const waiting = parts[index]?.text.advance()
      if (waiting) return waiting.then(() => this.#advanceFrom(sent, isChanged, parts, index + 1))
    }
    this.#takeParts(sent, isChanged, parts)
  }

  async #advanceFrom(json: string, isChanged: boolean, parts: readonly Part[], first: number): Promise<void> {
    for (const { text } of parts.slice(first)) await text.advance()
    this.#takeParts(json, isChanged, parts)
  }

  #takeParts(json: string, isChanged: boolean, parts: readonly Part[]): void {
    const cut = parts.find(({ text }) => text.cut)?.text.cut
    if (cut) return this.#finish({ ...cut, at: 0 })
    if (!isChanged && !parts.some(isPartChanged)) return this.#finish(undefined)
    const sent = write(json, parts, text => text.read(0, text.raw.length))
    this.#finish(undefined, { sent, kept: write(json, parts, text => text.kept()) })
  }

  #finish(cut: Cut | undefined, written?: { readonly sent: string; readonly kept: string }): void {
    this.#isDone = true
    this.#cut = cut
    this.#written = written
  }

  get settled(): number {
    return this.#isDone && !this.#cut ? this.raw.length : 0
  }

  get isDone(): boolean {
    return this.#isDone
  }

  get cut(): Cut | undefined {
    return this.#cut
  }

  isChangedIn(): boolean {
    return this.#written !== undefined || this.#cut !== undefined
  }

  /** Where something was changed, all of it stands where the text begins. */
  read(from: number, to: number): string {
    if (this.#cut) return ''
    if (!this.#written) return this.raw.slice(from, to)
    return from === 0 && to > 0 ? this.#written.sent : ''
  }

  kept(): string {
    return this.#cut ? '' : (this.#written?.kept ?? this.raw)
  }
}

function write(json: string, parts: readonly Part[], read: (text: PlainText) => string): string {
  let out = ''
  let at = 0
  for (const part of parts) {
    if (!isPartChanged(part)) continue
    out += json.slice(at, part.start) + JSON.stringify(read(part.text))
    at = part.end
  }
  return out + json.slice(at)
}

function isPartChanged({ text }: Part): boolean {
  return text.isChangedIn(0, text.raw.length)
}
