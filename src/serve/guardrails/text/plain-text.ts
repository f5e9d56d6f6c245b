import type { Finding } from '../check.ts'
import type { Returning } from '../guarding.ts'
import type { Guard } from '../policy.ts'
import { nameOf, openFrom, runCheck, type Scanned } from '../run-check.ts'
import type { Cut, GuardedText, TextOptions } from './guarded-text.ts'
import { isLowSurrogate, sentenceEnd } from './sentence-end.ts'
import { mergeSpans, readSpans, type Span } from './spans.ts'

interface Gate {
  readonly guard: Guard
  /** Up to here everything is known that begins before it. */
  frontier: number
  isFirst: boolean
}

/** What is to be looked at now: `text` stands at `offset`, and what begins before `until` is known then. */
interface Unit {
  readonly text: string
  readonly offset: number
  readonly until: number
  /** Whether what goes on behind `until` is known as well, as far as it began before. */
  readonly isWindow: boolean
}

/** A text that goes out piece by piece, each as soon as no gate can find anything in it any more. */
export class PlainText implements GuardedText {
  raw = ''
  readonly #options: TextOptions
  readonly #gates: readonly Gate[]
  readonly #returning: Returning | undefined
  #returned = 0
  #isEnded = false
  #found: Span[] = []
  #spans: readonly Span[] = []
  #cut: Cut | undefined

  /** `guards`: the gates that look at it, where not all of its stage do. */
  constructor(options: TextOptions, guards?: readonly Guard[], isReturning = true) {
    this.#options = options
    const { guarding, stage, origin } = options
    const gates = guards ?? guarding.policy.gates(stage)
    this.#gates = gates.map(guard => ({ guard, frontier: 0, isFirst: true }))
    this.#returning = isReturning && origin === 'model' ? guarding.returning() : undefined
  }

  push(piece: string): void {
    this.raw += piece
  }

  end(): void {
    this.#isEnded = true
  }

  advance(): void | Promise<void> {
    this.#return()
    for (let index = 0; index < this.#gates.length; index += 1) {
      const gate = this.#gates[index]
      const waiting = gate && this.#step(gate)
      if (waiting) return waiting.then(() => this.#advanceFrom(index + 1))
    }
  }

  async #advanceFrom(first: number): Promise<void> {
    for (const gate of this.#gates.slice(first)) await this.#step(gate)
  }

  get settled(): number {
    let until = this.#known
    if (this.#cut && this.#cut.at < until) until = this.#cut.at
    for (let index = this.#spans.length - 1; index >= 0; index -= 1) {
      const span = this.#spans[index]
      if (span && span.start < until && span.end > until) until = span.start
    }
    return until
  }

  get isDone(): boolean {
    return this.cut !== undefined || (this.#isEnded && this.#known === this.raw.length)
  }

  get cut(): Cut | undefined {
    return this.#cut && this.#cut.at <= this.#known ? this.#cut : undefined
  }

  isChangedIn(from: number, to: number): boolean {
    return this.#spans.some(({ start, end }) => start < to && end > from) || (this.cut?.at ?? to) < to
  }

  read(from: number, to: number): string {
    return readSpans(this.raw, this.#spans, from, Math.min(to, this.settled), 'sent')
  }

  kept(): string {
    return readSpans(this.raw, this.#spans, 0, this.settled, 'kept')
  }

  /** What every gate has settled. */
  get #known(): number {
    let until = this.#returning && !this.#isEnded ? this.#returned : this.raw.length
    for (const { frontier } of this.#gates) if (frontier < until) until = frontier
    return until
  }

  /** One look of one gate after the other, as long as there is something to look at. */
  #step(gate: Gate): undefined | Promise<void> {
    for (let before = -1; ;) {
      const isStuck = gate.frontier === before
      const unit = isStuck || this.#isOver(gate) ? undefined : this.#nextUnit(gate)
      if (!unit) return undefined
      before = gate.frontier
      const scanned = runCheck(
        gate.guard,
        this.#options.guarding.scanOf(unit.text, this.#options.stage, this.#options.tool),
      )
      if (scanned instanceof Promise) {
        return scanned.then(told => {
          this.#take(gate, unit, told)
          return gate.frontier === before ? undefined : this.#step(gate)
        })
      }
      this.#take(gate, unit, scanned)
    }
  }

  /** What stands behind a cut goes nowhere, so nobody need look at it. */
  #isOver(gate: Gate): boolean {
    return this.#cut !== undefined && gate.frontier >= this.#cut.at
  }

  #nextUnit(gate: Gate): Unit | undefined {
    const { raw } = this
    const { maxSpan, check } = gate.guard
    const { frontier } = gate
    if (frontier >= raw.length) return undefined
    if (maxSpan === 'whole') {
      return this.#isEnded ? { text: raw, offset: 0, until: raw.length, isWindow: false } : undefined
    }
    if (maxSpan === 'sentence') {
      const end = sentenceEnd(raw, frontier) ?? (this.#isEnded ? raw.length : undefined)
      if (end === undefined) return undefined
      return { text: raw.slice(frontier, end), offset: frontier, until: end, isWindow: false }
    }
    let offset = Math.max(0, frontier - maxSpan)
    if (isLowSurrogate(raw, offset)) offset -= 1
    const text = raw.slice(offset)
    let until = raw.length
    if (!this.#isEnded) {
      try {
        const open = openFrom(check, text)
        until = open === undefined ? raw.length - 2 * maxSpan : offset + open
      } catch (error) {
        const failed: Scanned = { kind: 'failed', outcome: 'error', why: nameOf(error), tookMs: 0 }
        this.#take(gate, { text, offset, until, isWindow: true }, failed)
        return undefined
      }
    }
    return until > frontier ? { text, offset, until, isWindow: check.openFrom === undefined } : undefined
  }

  #take(gate: Gate, unit: Unit, scanned: Scanned): void {
    const { guard } = gate
    const { guarding, stage } = this.#options
    const from = gate.frontier
    let until = this.#isEnded ? Math.max(unit.until, from) : unit.until
    const findings: Finding[] = []
    if (scanned.kind === 'told') {
      for (const finding of scanned.findings) {
        const start = finding.start + unit.offset
        const end = finding.end + unit.offset
        if (start < from) continue
        if (start >= until) break
        if (end > until && !unit.isWindow) {
          until = start
          break
        }
        findings.push(finding)
        until = Math.max(until, end)
      }
    }
    const looked = { text: unit.text, offset: unit.offset, chars: until - from, isNew: gate.isFirst }
    gate.isFirst = false
    guarding.told(guard, stage, looked, scanned, findings)
    gate.frontier = until
    if (scanned.kind === 'failed') {
      const followed = scanned.outcome === 'error' ? guard.onError : guard.onTimeout
      if (followed === 'closed') this.#end({ at: from, because: scanned.outcome, guard: guard.name })
      return
    }
    for (const finding of findings) this.#act(gate, finding, unit.offset)
  }

  #act({ guard }: Gate, { start, end, type }: Finding, offset: number): void {
    if (guard.action === 'block') {
      return this.#end({ at: start + offset, because: 'finding', guard: guard.name })
    }
    if (guard.action === 'mask') this.#add(this.#mask(start + offset, end + offset, type, guard))
  }

  #end(cut: Cut): void {
    if (!this.#cut || cut.at < this.#cut.at) this.#cut = cut
  }

  /** Its placeholder is made when it goes out: only then is it known how far it reaches. */
  #mask(start: number, end: number, type: string, guard: Guard): Span {
    const { order: rank, checkName, reidentify } = guard
    let placeholder: string | undefined
    const replace = (): string =>
      (placeholder ??= this.#options.guarding.placeholder(
        type,
        this.raw.slice(start, end),
        reidentify ? this.#options.origin : 'model',
        checkName,
      ))
    return { start, end, rank, sent: replace, kept: replace, grow: to => this.#mask(start, to, type, guard) }
  }

  #add(span: Span): void {
    this.#found.push(span)
    this.#spans = mergeSpans(this.#found)
  }

  /** Values that go back to who sent them; whatever a gate finds there goes before. */
  #return(): void {
    const returning = this.#returning
    if (!returning || this.#returned >= this.raw.length) return
    const offset = Math.max(0, this.#returned - returning.maxSpan)
    const text = this.raw.slice(offset)
    const until = this.#isEnded ? this.raw.length : offset + returning.openFrom(text)
    if (until <= this.#returned) return
    for (const { start, end, value } of returning.find(text)) {
      const at = start + offset
      if (at < this.#returned || end + offset > until) continue
      const written = this.raw.slice(at, end + offset)
      const span: Span = {
        start: at,
        end: end + offset,
        rank: Number.MAX_SAFE_INTEGER,
        sent: () => value,
        kept: () => written,
      }
      this.#add(span)
    }
    this.#returned = until
  }
}
