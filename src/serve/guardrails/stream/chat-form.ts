import { asList, asObject, asText, type JsonObject } from '../../providers/index.ts'
import { type Path, wordless } from '../tree.ts'
import { type AnswerForm, type EventView, SlotFinder } from './event-view.ts'

const reasoningKeys = new Set(['reasoning_content', 'reasoning', 'thinking', 'reasoning_details'])
const choiceKeys = new Set(['index', 'delta', 'message', 'text', 'finish_reason', 'logprobs', 'stop_reason'])
const headKeys = new Set(['choices', 'created', 'error', 'x_groq', 'timings'])
const head = ['id', 'object', 'created', 'model', 'system_fingerprint', 'service_tier'] as const

/** Chat completions and completions. */
export class ChatForm implements AnswerForm {
  readonly scopes: number
  #head: JsonObject = {}
  #isCompletion = false
  readonly #tools = new Map<string, string>()

  constructor(request: JsonObject) {
    const { n } = request
    this.scopes = typeof n === 'number' && n > 1 ? Math.floor(n) : 1
  }

  read(name: string | undefined, data: string): readonly EventView[] {
    if (data.trim() === '[DONE]') return [{ ...nothing, name, json: {}, ends: [''] }]
    const json = JSON.parse(data) as JsonObject
    const choices = asList(json['choices']) ?? []
    this.#head = Object.fromEntries(head.filter(key => json[key] !== undefined).map(key => [key, json[key]]))
    this.#isCompletion = json['object'] === 'text_completion'
    if (choices.length <= 1) return [readChunk(name, json, this.#tools)]
    return choices.map(choice => readChunk(name, { ...json, choices: [choice] }, this.#tools))
  }

  sent(): void {
    // nothing of it is told again
  }

  cutOff(scope: string): string {
    const said = this.#isCompletion ? { text: '' } : { delta: {} }
    const choice = { index: Number(scope), ...said, logprobs: null, finish_reason: 'content_filter' }
    return `data: ${JSON.stringify({ ...this.#head, choices: [choice] })}\n\n`
  }

  close(): string {
    return 'data: [DONE]\n\n'
  }

  write(_view: EventView, json: JsonObject): string {
    return `data: ${JSON.stringify(json)}\n\n`
  }
}

const nothing = { slots: [], ends: [], waitsFor: [], tells: [], scope: '' } as const

function readChunk(name: string | undefined, json: JsonObject, tools: Map<string, string>): EventView {
  const finder = new SlotFinder(tools)
  const choice = asObject(asList(json['choices'])?.[0])
  for (const [key, value] of Object.entries(json)) {
    if (!headKeys.has(key) && !wordless.has(key)) finder.addUnknown(value, `?${key}`, 'output', [key])
  }
  if (!choice) return { ...nothing, name, json, slots: finder.slots }
  const scope = String(typeof choice['index'] === 'number' ? choice['index'] : 0)
  const waitsFor: string[] = []
  const tells: EventView['tells'][number][] = []
  const path: Path = ['choices', 0]
  readChoice(finder, choice, scope, 'delta', path, { waitsFor, tells })
  return {
    name,
    json,
    slots: finder.slots,
    ends: asText(choice['finish_reason']) === undefined ? [] : [`${scope}/`],
    waitsFor,
    tells,
    scope,
  }
}

interface Marks {
  readonly waitsFor: string[]
  readonly tells: EventView['tells'][number][]
}

/** The texts of a choice, in the order in which a stream says them. */
export function readChoice(
  finder: SlotFinder,
  choice: JsonObject,
  scope: string,
  kind: 'delta' | 'whole',
  path: Path,
  marks: Marks,
): void {
  const said = kind === 'delta' ? 'delta' : 'message'
  const message = asObject(choice[said]) ?? {}
  const at = [...path, said]
  const unknown = (value: unknown, channel: string, stage: 'output' | 'reasoning', where: Path): void =>
    kind === 'delta'
      ? finder.addUnknown(value, channel, stage, where)
      : finder.addUnknownWhole(value, channel, stage, where)
  for (const key of reasoningKeys) {
    unknown(message[key], `${scope}/${key}`, 'reasoning', [...at, key])
  }
  unknown(message['content'], `${scope}/content`, 'output', [...at, 'content'])
  finder.add(kind, `${scope}/text`, 'output', choice['text'], [...path, 'text'])
  finder.add(kind, `${scope}/refusal`, 'output', message['refusal'], [...at, 'refusal'])
  const audio = asObject(message['audio'])
  if (audio) {
    const channel = `${scope}/transcript`
    finder.add(kind, channel, 'output', audio['transcript'], [...at, 'audio', 'transcript'])
    if (audio['data'] !== undefined) {
      marks.waitsFor.push(channel)
      marks.tells.push({ channel, path: [...at, 'audio', 'data'], value: '' })
    }
  }
  for (const [key, value] of Object.entries(message)) {
    if (!messageKeys.has(key) && !wordless.has(key))
      unknown(value, `${scope}/?${key}`, 'output', [...at, key])
  }
  for (const [key, value] of Object.entries(choice)) {
    if (!choiceKeys.has(key) && !wordless.has(key))
      unknown(value, `${scope}/?choice.${key}`, 'output', [...path, key])
  }
  asList(message['tool_calls'])?.forEach((given, position) => {
    const call = asObject(given)
    const index = typeof call?.['index'] === 'number' ? call['index'] : position
    const channel = `${scope}/call/${index}`
    const where = [...at, 'tool_calls', position]
    finder.nameTool(asObject(call?.['function'])?.['name'], channel)
    finder.nameTool(asObject(call?.['custom'])?.['name'], `${channel}/input`)
    finder.add(
      kind,
      channel,
      'tool_call',
      asObject(call?.['function'])?.['arguments'],
      [...where, 'function', 'arguments'],
      'json',
    )
    finder.add(kind, `${channel}/input`, 'tool_call', asObject(call?.['custom'])?.['input'], [
      ...where,
      'custom',
      'input',
    ])
    marks.waitsFor.push(channel, `${channel}/input`)
  })
  const called = asObject(message['function_call'])
  if (called) {
    const channel = `${scope}/call`
    finder.nameTool(called['name'], channel)
    finder.add(kind, channel, 'tool_call', called['arguments'], [...at, 'function_call', 'arguments'], 'json')
    marks.waitsFor.push(channel)
  }
  if (choice['logprobs']) {
    for (const channel of ['content', 'text', 'refusal']) {
      marks.tells.push({ channel: `${scope}/${channel}`, path: [...path, 'logprobs'], value: null })
    }
  }
}

const messageKeys = new Set([...reasoningKeys, 'content', 'refusal', 'audio', 'tool_calls', 'function_call'])
