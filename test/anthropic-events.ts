import { expect } from 'bun:test'
import { z } from 'zod'

/**
 * Anthropic's stream events, strictly: no field that its clients do not know, none missing that they read. What the
 * fields mean together is checked by `expectMessageEvents`.
 */

const count = z.int().min(0)
const details = z.strictObject({ thinking_tokens: count })
const usage = z.strictObject({
  input_tokens: count,
  output_tokens: count,
  cache_creation_input_tokens: count.nullish(),
  cache_read_input_tokens: count.nullish(),
  cache_creation: z.unknown().optional(),
  output_tokens_details: details.nullish(),
  server_tool_use: z.null().optional(),
  service_tier: z.enum(['standard', 'priority', 'batch']).nullish(),
  inference_geo: z.string().nullish(),
  speed: z.string().nullish(),
})
const stopReason = z.enum([
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
])
const stopDetails = z.strictObject({
  type: z.literal('refusal'),
  category: z.string().nullable(),
  explanation: z.string().nullable(),
})

const block = z.discriminatedUnion('type', [
  // some clients refuse citations that are null
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() }),
  z.strictObject({ type: z.literal('redacted_thinking'), data: z.string() }),
  z.strictObject({
    type: z.literal('tool_use'),
    id: z.string().regex(/^[\w-]+$/),
    name: z.string().min(1),
    input: z.record(z.string(), z.unknown()),
    caller: z.strictObject({ type: z.literal('direct') }).optional(),
  }),
])

const message = z.strictObject({
  id: z.string().startsWith('msg_'),
  type: z.literal('message'),
  role: z.literal('assistant'),
  model: z.string().min(1),
  content: z.array(block),
  stop_reason: stopReason.nullable(),
  stop_sequence: z.string().nullable(),
  stop_details: stopDetails.nullish(),
  container: z.null().optional(),
  usage,
})

/** A whole answer. */
export const messageSchema = message.extend({ stop_reason: stopReason })

const error = z.strictObject({
  type: z.literal('error'),
  error: z.strictObject({
    type: z.string().min(1),
    message: z.string().min(1),
    details: z.unknown().optional(),
  }),
  request_id: z.string().optional(),
})
export const errorSchema = error

const event = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('message_start'),
    message: message.extend({ content: z.tuple([]), stop_reason: z.null(), stop_sequence: z.null() }),
  }),
  z.strictObject({ type: z.literal('ping') }),
  z.strictObject({ type: z.literal('content_block_start'), index: count, content_block: block }),
  z.strictObject({
    type: z.literal('content_block_delta'),
    index: count,
    delta: z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('text_delta'), text: z.string() }),
      z.strictObject({ type: z.literal('thinking_delta'), thinking: z.string() }),
      z.strictObject({ type: z.literal('signature_delta'), signature: z.string() }),
      z.strictObject({ type: z.literal('input_json_delta'), partial_json: z.string() }),
    ]),
  }),
  z.strictObject({ type: z.literal('content_block_stop'), index: count }),
  z.strictObject({
    type: z.literal('message_delta'),
    delta: z.strictObject({
      stop_reason: stopReason,
      stop_sequence: z.string().nullable(),
      stop_details: stopDetails.nullish(),
      container: z.null().optional(),
    }),
    usage: usage.partial().extend({ output_tokens: count }),
  }),
  z.strictObject({ type: z.literal('message_stop') }),
  error,
])

export type MessageEvent = z.output<typeof event>

/** The events in the text of a stream; each must name itself as its data do, and be followed by a blank line. */
export function parseMessageEvents(text: string): MessageEvent[] {
  if (text !== '') expect(text.endsWith('\n\n')).toBe(true)
  return text
    .split('\n\n')
    .filter(piece => piece !== '')
    .map(piece => {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(piece) ?? []
      if (name === undefined || data === undefined) throw new Error(`no event: ${piece}`)
      const parsed = event.parse(JSON.parse(data))
      expect(parsed.type).toBe(name as MessageEvent['type'])
      return parsed
    })
}

/**
 * The order that Anthropic documents: one `message_start`, blocks one after the other with indexes that count up, one
 * `message_delta`, `message_stop`; or an `error`, and nothing after it.
 */
export function expectMessageEvents(events: readonly MessageEvent[]): void {
  const types = events.map(({ type }) => type).filter(type => type !== 'ping')
  const inner = types.slice(1, types.at(-1) === 'error' ? -1 : -2)
  expect(types[0]).toBe('message_start')
  if (types.at(-1) !== 'error') expect(types.slice(-2)).toEqual(['message_delta', 'message_stop'])
  let open: number | undefined
  let next = 0
  for (const given of events) {
    if (given.type === 'content_block_start') {
      expect(open).toBeUndefined()
      expect(given.index).toBe(next)
      open = next
      next += 1
    } else if (given.type === 'content_block_delta') expect(given.index).toBe(open!)
    else if (given.type === 'content_block_stop') {
      expect(given.index).toBe(open!)
      open = undefined
    }
  }
  if (types.at(-1) !== 'error') expect(open).toBeUndefined()
  expect(
    inner.every(
      type => type.startsWith('content_block_') || (type === 'message_delta' && types.at(-1) === 'error'),
    ),
  ).toBe(true)
}
