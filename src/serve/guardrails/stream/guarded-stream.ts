import { Failure } from '../../../foundation/platform/index.ts'
import type { ClientStream } from '../../dialects/index.ts'
import { EventSplitter, type JsonObject } from '../../providers/index.ts'
import { type Act, fallbackOf } from '../request/guard-request.ts'
import type { Guarding } from '../guarding.ts'
import { type Cut, type GuardedText, openText } from '../text/guarded-text.ts'
import { withValue } from '../tree.ts'
import type { AnswerForm, EventView, TextSlot } from './event-view.ts'

const encoder = new TextEncoder()

interface HeldSlot {
  readonly slot: TextSlot
  readonly text: GuardedText
  readonly from: number
  readonly to: number
}

interface HeldEvent {
  /** As it came; `undefined` where it was one of several in one. */
  readonly bytes: Uint8Array | undefined
  /** `undefined` for what has no data: a comment. */
  readonly view: EventView | undefined
  readonly slots: readonly HeldSlot[]
  readonly atMs: number
  readonly chars: number
}

/** How a guarded stream has ended before its end. */
export type EarlyEnd =
  /** A text was cut, and the last events of the answer have said so. */
  | { readonly kind: 'cut'; readonly guard: string }
  /** It cannot go on: what the last events have to say. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Nothing has gone out, and something else is to be done in place of it. */
  | { readonly kind: 'act'; readonly act: Act }

/**
 * The events of an answer, each of which goes out as soon as no gate can find anything in its texts any more: in their
 * order, rewritten where something of them was masked. It ends early where a text is cut, where a policy cannot look into
 * something, and where a check could not tell and its entry says `closed`.
 */
export class GuardedStream {
  readonly #inner: ClientStream
  readonly #form: AnswerForm
  readonly #guarding: Guarding
  readonly #splitter = new EventSplitter()
  readonly #texts = new Map<string, GuardedText>()
  /** Those of which more has come than was looked at. */
  readonly #dirty = new Set<GuardedText>()
  readonly #queue: HeldEvent[] = []
  #head = 0
  readonly #cut = new Map<string, Cut>()
  #answer: JsonObject | undefined
  #earlyEnd: EarlyEnd | undefined
  #isEnded = false
  /** What is told when all that came before it is out. */
  #broken: Failure | undefined
  #isStopped = false
  #heldMs = 0
  #heldChars = 0
  #waitingChars = 0

  constructor(inner: ClientStream, form: AnswerForm, guarding: Guarding) {
    this.#inner = inner
    this.#form = form
    this.#guarding = guarding
  }

  /** The answer as it may be kept, once its last event is out. */
  get answer(): JsonObject | undefined {
    return this.#answer
  }

  /** Set where the stream is over before the upstream's is. */
  get earlyEnd(): EarlyEnd | undefined {
    return this.#earlyEnd
  }

  get heldMs(): number {
    return this.#heldMs
  }

  get heldChars(): number {
    return this.#heldChars
  }

  /** All channels that were guarded, as they may be kept, by what came. */
  keptTexts(): readonly { readonly raw: string; readonly kept: string }[] {
    return [...this.#texts.values()].map(text => ({ raw: text.raw, kept: text.kept() }))
  }

  push(bytes: Uint8Array): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const passed = this.#inner.push(bytes)
    if (!passed || this.#earlyEnd) return undefined
    this.#read(passed)
    return this.#pass()
  }

  end(): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    if (this.#earlyEnd) return undefined
    const rest = this.#inner.end()
    if (rest) this.#read(rest)
    this.#isEnded = true
    for (const text of this.#texts.values()) this.#endText(text)
    return this.#pass()
  }

  /** The last events of a stream that broke. */
  fail(failure: Failure): Uint8Array | undefined {
    if (this.#form.fail) return encoder.encode(this.#form.fail(failure))
    return this.#inner.fail(failure)
  }

  #read(bytes: Uint8Array): void {
    const splitter = this.#splitter
    splitter.feed(bytes)
    const atMs = performance.now()
    while (!this.#broken && splitter.next()) {
      const raw = splitter.bytes.subarray(splitter.start, splitter.end)
      if (splitter.dataStart < 0) {
        this.#hold({ bytes: raw, view: undefined, slots: [], atMs, chars: 0 })
        continue
      }
      const views = this.#viewsOf(splitter.name, splitter.data)
      if (!views) return
      for (const view of views) this.#take(view, views.length === 1 ? raw : undefined, atMs)
    }
  }

  #viewsOf(name: string | undefined, data: string): readonly EventView[] | undefined {
    try {
      return this.#form.read(name, data)
    } catch {
      const message = 'The answer holds an event that the policy of this service cannot look into.'
      this.#broken = new Failure('guardrail_unavailable', message)
      return undefined
    }
  }

  #take(view: EventView, bytes: Uint8Array | undefined, atMs: number): void {
    let chars = 0
    // pieces go to their channels before anything says that these are over
    const slots = view.slots.map(slot => {
      chars += slot.text.length
      return slot.kind === 'delta' ? this.#takePiece(slot) : undefined
    })
    for (const prefix of view.ends) {
      for (const [channel, text] of this.#texts) if (channel.startsWith(prefix)) this.#endText(text)
    }
    const held = view.slots.map((slot, index) => slots[index] ?? this.#takeWhole(slot))
    this.#hold({ bytes, view, slots: held, atMs, chars })
  }

  #hold(event: HeldEvent): void {
    this.#queue.push(event)
    this.#waitingChars += event.chars
  }

  #takePiece(slot: TextSlot): HeldSlot {
    let text = this.#texts.get(slot.channel)
    if (!text) {
      text = openText(slot.form, {
        guarding: this.#guarding,
        stage: slot.stage,
        origin: 'model',
        tool: slot.tool,
      })
      this.#texts.set(slot.channel, text)
    }
    const from = text.raw.length
    text.push(slot.text)
    this.#dirty.add(text)
    return { slot, text, from, to: text.raw.length }
  }

  /** What a channel has said, said once more, is as that was; anything else is a text of its own. */
  #takeWhole(slot: TextSlot): HeldSlot {
    const known = this.#texts.get(slot.channel)
    const same = [known, this.#texts.get(`${slot.channel} = ${slot.text}`)].find(
      text => text?.raw === slot.text,
    )
    if (same) return { slot, text: same, from: 0, to: slot.text.length }
    const text = openText(slot.form, {
      guarding: this.#guarding,
      stage: slot.stage,
      origin: 'model',
      tool: slot.tool,
    })
    text.push(slot.text)
    this.#texts.set(known ? `${slot.channel} = ${slot.text}` : slot.channel, text)
    this.#endText(text)
    return { slot, text, from: 0, to: slot.text.length }
  }

  #endText(text: GuardedText): void {
    text.end()
    this.#dirty.add(text)
  }

  #pass(): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    for (const text of this.#dirty) {
      this.#dirty.delete(text)
      const waiting = text.advance()
      if (waiting) return this.#passLater(waiting)
    }
    return this.#release()
  }

  async #passLater(waiting: Promise<void>): Promise<Uint8Array | undefined> {
    await waiting
    for (const text of this.#dirty) {
      this.#dirty.delete(text)
      await text.advance()
    }
    return this.#release()
  }

  #release(): Uint8Array | undefined {
    const bytes = this.#releaseSettled()
    if (this.#broken) this.#earlyEnd = { kind: 'failed', failure: this.#broken }
    return bytes
  }

  #releaseSettled(): Uint8Array | undefined {
    this.#heldChars = Math.max(this.#heldChars, this.#waitingChars)
    if (this.#guarding.policy.needsWholeAnswer) {
      if (!this.#isEnded) return undefined
      const act = actOf(this.#guarding)
      if (act instanceof Failure) {
        this.#broken ??= act
        return undefined
      }
      if (act) {
        this.#earlyEnd = { kind: 'act', act }
        return undefined
      }
    }
    const out: Uint8Array[] = []
    let nowMs: number | undefined
    while (this.#head < this.#queue.length && !this.#earlyEnd && !this.#isStopped) {
      const event = this.#queue[this.#head]
      if (!event || !this.#isSettled(event)) break
      nowMs ??= performance.now()
      this.#heldMs = Math.max(this.#heldMs, nowMs - event.atMs)
      this.#waitingChars -= event.chars
      this.#head += 1
      const bytes = this.#emit(event)
      if (bytes) out.push(bytes)
    }
    if (this.#head > 256 || this.#head === this.#queue.length) {
      this.#queue.splice(0, this.#head)
      this.#head = 0
    }
    return out.length === 0 ? undefined : out.length === 1 ? out[0] : Buffer.concat(out)
  }

  #isSettled({ view, slots }: HeldEvent): boolean {
    if (!view || this.#cut.has(view.scope)) return true
    for (const { text, to, slot } of slots) {
      if (text.cut) continue
      if (slot.kind === 'whole' || slot.form === 'json' ? !text.isDone : text.settled < to) return false
    }
    return view.waitsFor.every(channel => this.#texts.get(channel)?.isDone ?? this.#isEnded)
  }

  #emit(event: HeldEvent): Uint8Array | undefined {
    const { view } = event
    if (!view) return event.bytes
    if (this.#cut.has(view.scope)) return undefined
    const cut = this.#cutOf(event, view)
    if (cut) return this.#emitCut(event, view, cut)
    return this.#emitWhole(event, view)
  }

  #cutOf({ slots }: HeldEvent, view: EventView): Cut | undefined {
    for (const { text, to } of slots) if (text.cut && text.settled < to) return text.cut
    for (const channel of view.waitsFor) {
      const cut = this.#texts.get(channel)?.cut
      if (cut) return cut
    }
    return undefined
  }

  /** What stands before the cut still goes out; then the scope is over, and with the last of them the answer. */
  #emitCut(event: HeldEvent, view: EventView, cut: Cut): Uint8Array {
    this.#cut.set(view.scope, cut)
    let text = this.#beforeCut(event, view)
    if (cut.because !== 'finding') {
      this.#isStopped = true
      this.#broken ??= closed(cut.guard)
      return encoder.encode(text)
    }
    text += this.#form.cutOff(view.scope)
    if (this.#cut.size >= this.#form.scopes) {
      text += this.#form.close()
      this.#earlyEnd = { kind: 'cut', guard: cut.guard }
    }
    return encoder.encode(text)
  }

  /** The event with what of its pieces stands before the cut; nothing where that is nothing. */
  #beforeCut(event: HeldEvent, view: EventView): string {
    const isOfPieces = event.slots.every(({ slot }) => slot.kind === 'delta' && slot.form === 'text')
    if (!isOfPieces || view.waitsFor.length > 0) return ''
    let json = view.json
    let isAnySaid = false
    let isCut = false
    for (const { slot, text, from, to } of event.slots) {
      const said = isCut ? '' : text.read(from, to)
      isAnySaid ||= said !== ''
      isCut ||= text.cut !== undefined && text.settled < to
      json = withValue(json, slot.path, said)
    }
    if (!isAnySaid) return ''
    const erased = this.#erased(event, view, json)
    this.#form.sent(view, erased)
    return this.#form.write(view, erased)
  }

  #emitWhole(event: HeldEvent, view: EventView): Uint8Array {
    let sent = view.json
    let kept = view.json
    let isChanged = event.bytes === undefined
    for (const { slot, text, from, to } of event.slots) {
      if (!text.isChangedIn(from, to)) continue
      isChanged = true
      const written = text.read(from, to)
      sent = withValue(sent, slot.path, slot.isValue ? JSON.parse(written) : written)
      if (this.#form.answerIn) kept = withValue(kept, slot.path, text.kept())
    }
    const erased = isChanged ? this.#erased(event, view, sent) : this.#erased(event, view, view.json)
    const answer = this.#form.answerIn?.(kept)
    if (answer) this.#answer = answer
    this.#form.sent(view, erased)
    if (event.bytes && erased === view.json) return event.bytes
    return encoder.encode(this.#form.write(view, erased))
  }

  /** Without what would tell of a text that was changed. */
  #erased({ slots }: HeldEvent, view: EventView, json: JsonObject): JsonObject {
    let erased = json
    for (const { channel, path, value } of view.tells) {
      const own = slots.find(({ slot }) => slot.channel === channel)
      const text = own?.text ?? this.#texts.get(channel)
      if (!text?.isChangedIn(own?.from ?? 0, own?.to ?? text.raw.length)) continue
      erased = withValue(erased, path, value)
    }
    return erased
  }
}

/** What is to be done in place of giving an answer, of all that was found in it; a failure where a check could not tell. */
export function actOf(guarding: Guarding): Act | Failure | undefined {
  for (const { guard, because } of guarding.fired) {
    const followed = because === 'finding' ? undefined : because === 'error' ? guard.onError : guard.onTimeout
    if (followed === 'closed') return closed(guard.name)
    const action = followed === 'fallback' ? fallbackOf(guard) : guard.action
    if (action === 'block') return undefined
    if (action !== 'mask' && action !== 'annotate') return { action, guard }
  }
  return undefined
}

export function closed(guard: string): Failure {
  const message = `The check ${guard} of this service's policy could not be made, and nothing goes out without it. Try again later.`
  return new Failure('guardrail_unavailable', message)
}
