import { formatEvent } from '../../../foundation/platform/index.ts'
import { asObject, type JsonObject } from '../../providers/index.ts'
import type { Stage } from '../check.ts'
import type { Path } from '../tree.ts'
import { type AnswerForm, type EventView, SlotFinder } from './event-view.ts'

/** Anthropic's messages. */
export class MessagesForm implements AnswerForm {
  readonly scopes = 1
  #openBlock: unknown
  #outputTokens: unknown = 0
  readonly #tools = new Map<string, string>()

  read(name: string | undefined, data: string): readonly EventView[] {
    const json = JSON.parse(data) as JsonObject
    const finder = new SlotFinder(this.#tools)
    const ends: string[] = []
    const waitsFor: string[] = []
    const tells: EventView['tells'][number][] = []
    const block = `${String(json['index'])}/`
    switch (json['type']) {
      case 'message_start':
        finder.addUnknown(asObject(json['message'])?.['content'], 'start', 'output', ['message', 'content'])
        break
      case 'content_block_start':
        readBlock(finder, asObject(json['content_block']) ?? {}, block, 'delta', ['content_block'], {
          waitsFor,
          tells,
        })
        break
      case 'content_block_delta':
        this.#readDelta(finder, asObject(json['delta']) ?? {}, block, tells)
        break
      case 'content_block_stop':
        ends.push(block)
        break
      case 'message_delta':
        finder.addUnknown(json['delta'], '?message_delta', 'output', ['delta'])
        ends.push('')
        break
      case 'message_stop':
        ends.push('')
        break
      case 'ping':
      case 'error':
        break
      default:
        finder.addUnknown(json, `?${String(json['type'])}`, 'output', [])
    }
    return [{ name, json, slots: finder.slots, ends, waitsFor, tells, scope: '' }]
  }

  #readDelta(
    finder: SlotFinder,
    delta: JsonObject,
    block: string,
    tells: EventView['tells'][number][],
  ): void {
    switch (delta['type']) {
      case 'text_delta':
        return finder.add('delta', `${block}text`, 'output', delta['text'], ['delta', 'text'])
      case 'thinking_delta':
        return finder.add('delta', `${block}thinking`, 'reasoning', delta['thinking'], ['delta', 'thinking'])
      case 'input_json_delta':
        return finder.add(
          'delta',
          `${block}input`,
          'tool_call',
          delta['partial_json'],
          ['delta', 'partial_json'],
          'json',
        )
      case 'signature_delta':
        // nobody vouches for a text that was changed
        tells.push({ channel: `${block}thinking`, path: ['delta', 'signature'], value: '' })
        return
      default:
        finder.addUnknown(delta, `${block}?${String(delta['type'])}`, 'output', ['delta'])
    }
  }

  sent(_view: EventView, json: JsonObject): void {
    const { type } = json
    if (type === 'content_block_start') this.#openBlock = json['index']
    if (type === 'content_block_stop') this.#openBlock = undefined
    if (type === 'message_start') {
      this.#outputTokens = asObject(asObject(json['message'])?.['usage'])?.['output_tokens'] ?? 0
    }
  }

  cutOff(): string {
    const stop =
      this.#openBlock === undefined ? '' : event({ type: 'content_block_stop', index: this.#openBlock })
    const delta = { ...refusal, container: null }
    const usage = { output_tokens: this.#outputTokens }
    return stop + event({ type: 'message_delta', delta, usage }) + event({ type: 'message_stop' })
  }

  close(): string {
    return ''
  }

  write(_view: EventView, json: JsonObject): string {
    return event(json)
  }
}

/** How a message ends that was cut. */
export const refusal = {
  stop_reason: 'refusal',
  stop_sequence: null,
  stop_details: { type: 'refusal', category: null, explanation: null },
} as const

function event(json: JsonObject): string {
  return formatEvent(String(json['type']), json)
}

/** The texts of a block of content. */
export function readBlock(
  finder: SlotFinder,
  block: JsonObject,
  name: string,
  kind: 'delta' | 'whole',
  path: Path,
  marks: { readonly waitsFor: string[]; readonly tells: EventView['tells'][number][] },
): void {
  const unknown = (value: unknown, channel: string, stage: Stage, where: Path): void =>
    kind === 'delta'
      ? finder.addUnknown(value, channel, stage, where)
      : finder.addUnknownWhole(value, channel, stage, where)
  switch (block['type']) {
    case 'text':
      finder.add(kind, `${name}text`, 'output', block['text'], [...path, 'text'])
      return unknown(block['citations'], `${name}?citations`, 'output', [...path, 'citations'])
    case 'thinking':
      finder.add(kind, `${name}thinking`, 'reasoning', block['thinking'], [...path, 'thinking'])
      if (block['signature']) {
        marks.tells.push({ channel: `${name}thinking`, path: [...path, 'signature'], value: '' })
      }
      return
    case 'redacted_thinking':
      return
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      marks.waitsFor.push(`${name}input`)
      finder.nameTool(block['name'], `${name}input`, `${name}given`)
      return finder.addValue(`${name}given`, 'tool_call', block['input'], [...path, 'input'])
    default:
      return unknown(block, `${name}?${String(block['type'])}`, 'output', path)
  }
}
