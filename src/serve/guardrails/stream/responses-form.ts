import { asWords, type Failure, formatEvent } from '../../../foundation/platform/index.ts'
import { toResponseError } from '../../dialects/index.ts'
import { asList, asObject, asText, type JsonObject } from '../../providers/index.ts'
import type { Stage } from '../check.ts'
import type { Path } from '../tree.ts'
import { type AnswerForm, type EventView, SlotFinder } from './event-view.ts'

interface Marks {
  readonly waitsFor: string[]
  readonly tells: EventView['tells'][number][]
}

/** Events that bring pieces, by what they are pieces of. */
const pieces: Readonly<
  Record<string, { readonly part: string; readonly stage: Stage; readonly form?: 'text' | 'json' }>
> = {
  'response.output_text': { part: 'content', stage: 'output' },
  'response.refusal': { part: 'content', stage: 'output' },
  'response.reasoning_text': { part: 'content', stage: 'reasoning' },
  'response.reasoning_summary_text': { part: 'summary', stage: 'reasoning' },
  'response.function_call_arguments': { part: 'arguments', stage: 'tool_call', form: 'json' },
  'response.mcp_call_arguments': { part: 'arguments', stage: 'tool_call', form: 'json' },
  'response.custom_tool_call_input': { part: 'input', stage: 'tool_call' },
  'response.code_interpreter_call_code': { part: 'code', stage: 'tool_call' },
  'response.audio.transcript': { part: 'transcript', stage: 'output' },
}

/** OpenAI's responses. */
export class ResponsesForm implements AnswerForm {
  readonly scopes = 1
  /** What went out of the answer, as far as it goes. */
  #response: JsonObject | undefined
  readonly #items = new Map<number, JsonObject>()
  readonly #done = new Set<number>()
  readonly #said = new Map<string, string>()
  #isOver = false
  readonly #tools = new Map<string, string>()
  #next = 0

  read(name: string | undefined, data: string): readonly EventView[] {
    const json = JSON.parse(data) as JsonObject
    const finder = new SlotFinder(this.#tools)
    const marks: Marks = { waitsFor: [], tells: [] }
    const ends = this.#readEvent(finder, json, marks)
    return [{ name, json, slots: finder.slots, ends, ...marks, scope: '' }]
  }

  #readEvent(finder: SlotFinder, json: JsonObject, marks: Marks): string[] {
    const type = asText(json['type']) ?? ''
    const item = `${String(json['output_index'])}/`
    const piece = pieces[type.replace(/\.(?:delta|done)$/, '')]
    if (piece && /\.(?:delta|done)$/.test(type)) return readPiece(finder, json, piece, marks)
    switch (type) {
      case 'response.output_item.added':
      case 'response.output_item.done':
        readItem(finder, asObject(json['item']) ?? {}, item, ['item'], marks)
        return type.endsWith('done') ? [item] : []
      case 'response.content_part.added':
      case 'response.content_part.done':
        readPart(
          finder,
          asObject(json['part']) ?? {},
          `${item}content${String(json['content_index'])}`,
          ['part'],
          marks,
        )
        return []
      case 'response.reasoning_summary_part.added':
      case 'response.reasoning_summary_part.done':
        readPart(
          finder,
          asObject(json['part']) ?? {},
          `${item}summary${String(json['summary_index'])}`,
          ['part'],
          marks,
        )
        return []
      case 'error':
        return ['']
      // sound, which no check of texts looks into: it goes out with what is said in it, and not where that was changed
      case 'response.audio.delta':
        marks.waitsFor.push(`${item}transcript`)
        marks.tells.push({ channel: `${item}transcript`, path: ['delta'], value: '' })
        return []
      default:
    }
    const response = asObject(json['response'])
    if (response) {
      readResponse(finder, response, ['response'], marks)
      return /\.(?:completed|incomplete|failed|cancelled)$/.test(type) ? [''] : []
    }
    finder.addUnknown(json, `?${type}`, 'output', [])
    return []
  }

  sent(_view: EventView, json: JsonObject): void {
    const { sequence_number: sequence, output_index: at, type } = json
    if (typeof sequence === 'number') this.#next = sequence + 1
    const response = asObject(json['response'])
    if (response) {
      this.#response = response
      if (/\.(?:completed|incomplete|failed)$/.test(String(type))) this.#isOver = true
    }
    const item = asObject(json['item'])
    if (item && typeof at === 'number') {
      this.#items.set(at, item)
      if (type === 'response.output_item.done') this.#done.add(at)
    }
    if (typeof json['delta'] === 'string') {
      const place = placeOf(json)
      this.#said.set(place, (this.#said.get(place) ?? '') + json['delta'])
    }
  }

  cutOff(): string {
    return this.#end('incomplete', { incomplete_details: { reason: 'content_filter' }, error: null })
  }

  close(): string {
    return ''
  }

  fail(failure: Failure): string {
    const error = toResponseError(failure)
    if (this.#response && !this.#isOver) return this.#end('failed', { error, incomplete_details: null })
    const { parameter = null } = failure.details
    const fields = { type: 'error', ...error, param: parameter, sequence_number: this.#next }
    return formatEvent('error', fields)
  }

  #end(status: 'incomplete' | 'failed', fields: JsonObject): string {
    this.#isOver = true
    const type = `response.${status}`
    const response = { ...this.#response, status, ...fields, output: this.#output() }
    return formatEvent(type, { type, response, sequence_number: this.#next })
  }

  /** The items that went out; of one that was not over, what was said of it. A call goes out whole or not at all. */
  #output(): JsonObject[] {
    return [...this.#items].flatMap(([at, item]) => {
      if (this.#done.has(at)) return [item]
      if (item['type'] === 'reasoning') {
        const content = this.#saidIn(at, 'reasoning_text').map(text => ({ type: 'reasoning_text', text }))
        const summary = this.#saidIn(at, 'reasoning_summary_text').map(text => ({
          type: 'summary_text',
          text,
        }))
        return [{ ...item, summary, ...(content.length > 0 && { content }) }]
      }
      if (item['type'] === 'function_call') {
        return this.#saidIn(at, 'function_call_arguments').map(text => ({
          ...item,
          arguments: text,
          status: 'completed',
        }))
      }
      if (item['type'] !== 'message') return []
      const texts = this.#saidIn(at, 'output_text')
      const content = texts.map(text => ({ type: 'output_text', text, annotations: [], logprobs: [] }))
      return [{ ...item, status: 'incomplete', content }]
    })
  }

  #saidIn(at: number, kind: string): string[] {
    return [...this.#said]
      .filter(([place]) => place.startsWith(`${at}/response.${kind}/`))
      .map(([, text]) => text)
  }

  write(view: EventView, json: JsonObject): string {
    return formatEvent(view.name ?? String(json['type']), json)
  }

  answerIn(json: JsonObject): JsonObject | undefined {
    return /^response\.(?:completed|incomplete)$/.test(String(json['type']))
      ? asObject(json['response'])
      : undefined
  }
}

function placeOf(json: JsonObject): string {
  const kind = String(json['type']).replace(/\.delta$/, '')
  const index = json['content_index'] ?? json['summary_index'] ?? 0
  return `${String(json['output_index'])}/${kind}/${asWords(index)}`
}

function readPiece(
  finder: SlotFinder,
  json: JsonObject,
  { part, stage, form = 'text' }: (typeof pieces)[string] & object,
  { tells }: Marks,
): string[] {
  const index =
    part === 'content' ? json['content_index'] : part === 'summary' ? json['summary_index'] : undefined
  const channel = `${String(json['output_index'])}/${part}${index === undefined ? '' : asWords(index)}`
  if (json['logprobs'] !== undefined) tells.push({ channel, path: ['logprobs'], value: [] })
  if (String(json['type']).endsWith('.delta')) {
    finder.add('delta', channel, stage, json['delta'], ['delta'], form)
    return []
  }
  for (const key of ['text', 'refusal', 'arguments', 'input', 'code', 'transcript']) {
    finder.add('whole', channel, stage, json[key], [key], form)
  }
  return [channel]
}

function readPart(finder: SlotFinder, part: JsonObject, channel: string, path: Path, { tells }: Marks): void {
  const stage = part['type'] === 'reasoning_text' || part['type'] === 'summary_text' ? 'reasoning' : 'output'
  for (const key of ['text', 'refusal', 'transcript'])
    finder.add('whole', channel, stage, part[key], [...path, key])
  finder.addUnknownWhole(part['annotations'], `${channel}?annotations`, stage, [...path, 'annotations'])
  if (part['logprobs'] !== undefined) tells.push({ channel, path: [...path, 'logprobs'], value: [] })
}

function readItem(finder: SlotFinder, item: JsonObject, name: string, path: Path, marks: Marks): void {
  switch (item['type']) {
    case 'message':
    case 'reasoning':
      for (const key of ['summary', 'content'] as const) {
        asList(item[key])?.forEach((part, index) =>
          readPart(finder, asObject(part) ?? {}, `${name}${key}${index}`, [...path, key, index], marks),
        )
      }
      return
    case 'function_call':
    case 'mcp_call':
      marks.waitsFor.push(`${name}arguments`)
      finder.nameTool(item['name'], `${name}arguments`)
      finder.add('whole', `${name}arguments`, 'tool_call', item['arguments'], [...path, 'arguments'], 'json')
      finder.addUnknownWhole(item['output'], `${name}output`, 'output', [...path, 'output'])
      return
    case 'image_generation_call':
      return
    case 'custom_tool_call':
      marks.waitsFor.push(`${name}input`)
      finder.nameTool(item['name'], `${name}input`)
      return finder.add('whole', `${name}input`, 'tool_call', item['input'], [...path, 'input'])
    default:
      return finder.addUnknownWhole(item, `${name}?item`, 'output', path)
  }
}

/** The texts of all items of a response. */
export function readResponse(finder: SlotFinder, response: JsonObject, path: Path, marks: Marks): void {
  asList(response['output'])?.forEach((item, index) =>
    readItem(finder, asObject(item) ?? {}, `${index}/`, [...path, 'output', index], marks),
  )
}
