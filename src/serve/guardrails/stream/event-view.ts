import type { Failure } from '../../../foundation/platform/index.ts'
import { asList, asObject, type JsonObject } from '../../providers/index.ts'
import type { Stage } from '../check.ts'
import { type Path, wordless } from '../tree.ts'

/**
 * A text of an event or of a whole answer. `delta`: the next piece of its channel. `whole`: what the channel has said in
 * all, once more, or for the first time.
 */
export interface TextSlot {
  readonly kind: 'delta' | 'whole'
  /** What it is a part of: `0/content`, `2/arguments`. */
  readonly channel: string
  readonly stage: Stage
  readonly form: 'text' | 'json'
  readonly text: string
  readonly path: Path
  /** The place holds a JSON value, of which the text is the JSON. */
  readonly isValue?: true
  /** The tool whose arguments it is a part of. */
  readonly tool?: string | undefined
}

/** One event of an answer, in whatever API: all that the guard has to know of it. */
export interface EventView {
  readonly name: string | undefined
  readonly json: JsonObject
  readonly slots: readonly TextSlot[]
  /** Channels that get no more after it, by how their names begin. */
  readonly ends: readonly string[]
  /** Channels that have to be settled to their end before it goes out. */
  readonly waitsFor: readonly string[]
  /** What tells of a text in another form, and goes where the text was changed: logprobs, signatures, sound. */
  readonly tells: readonly { readonly channel: string; readonly path: Path; readonly value: unknown }[]
  /** What ends where a text of it is cut: a choice, the message. */
  readonly scope: string
}

/** How answers of one API are read and ended. One for each answer. */
export interface AnswerForm {
  /** The event as the guard sees it, several where one speaks of several choices. Throws where it is no JSON. */
  read(name: string | undefined, data: string): readonly EventView[]
  /** Told of each event that goes out, as it goes out. */
  sent(view: EventView, json: JsonObject): void
  /** How many scopes an answer has. */
  readonly scopes: number
  /** The events that end a scope which was cut, in the words of the API: the content was filtered. */
  cutOff(scope: string): string
  /** What comes when every scope was cut. */
  close(): string
  /** The events of a failure, where what went out has to be told in them. */
  fail?(failure: Failure): string
  /** An event as text. */
  write(view: EventView, json: JsonObject): string
  /** The answer of the API that can be kept, where this event holds it. */
  answerIn?(json: JsonObject): JsonObject | undefined
}

/** Collects the texts of one event. */
export class SlotFinder {
  readonly slots: TextSlot[] = []
  readonly #tools: Map<string, string>

  /** `tools`: the names of tools by channel, where later events bring their arguments. */
  constructor(tools = new Map<string, string>()) {
    this.#tools = tools
  }

  /** What is said in these channels are arguments of that tool. */
  nameTool(name: unknown, ...channels: readonly string[]): void {
    if (typeof name === 'string' && name !== '')
      for (const channel of channels) this.#tools.set(channel, name)
  }

  add(
    kind: TextSlot['kind'],
    channel: string,
    stage: Stage,
    text: unknown,
    path: Path,
    form: 'text' | 'json' = 'text',
  ): void {
    if (typeof text !== 'string' || text === '') return
    this.slots.push({ kind, channel, stage, form, text, path, tool: this.#tools.get(channel) })
  }

  /** Arguments that are there as a value. */
  addValue(channel: string, stage: Stage, value: unknown, path: Path): void {
    if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return
    const text = JSON.stringify(value)
    const tool = this.#tools.get(channel)
    this.slots.push({ kind: 'whole', channel, stage, form: 'json', text, path, isValue: true, tool })
  }

  /**
   * Every text in a value of which no more is known. Pieces at the same place of events of the same kind are taken for one
   * text that goes on, so that nothing can be said in pieces that may not be said at once.
   */
  addUnknown(value: unknown, channel: string, stage: Stage, path: Path): void {
    if (typeof value === 'string') return this.add('delta', channel, stage, value, path)
    for (const [key, member] of Object.entries(asObject(value) ?? {})) {
      if (!wordless.has(key)) this.addUnknown(member, `${channel}.${key}`, stage, [...path, key])
    }
    asList(value)?.forEach((member, index) => this.addUnknown(member, channel, stage, [...path, index]))
  }

  /** The same of an answer that is there as a whole: each text stands for itself. */
  addUnknownWhole(value: unknown, channel: string, stage: Stage, path: Path): void {
    if (typeof value === 'string') return this.add('whole', channel, stage, value, path)
    for (const [key, member] of Object.entries(asObject(value) ?? {})) {
      if (!wordless.has(key)) this.addUnknownWhole(member, `${channel}.${key}`, stage, [...path, key])
    }
    asList(value)?.forEach((member, index) =>
      this.addUnknownWhole(member, `${channel}[${index}]`, stage, [...path, index]),
    )
  }
}
