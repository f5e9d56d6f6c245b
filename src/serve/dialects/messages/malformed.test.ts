import { describe, expect, it } from 'bun:test'
import { Failure } from '../../../foundation/platform/index.ts'
import type { Body } from '../client-dialect.ts'
import { countTokensDialect, messagesDialect } from './messages-dialect.ts'

const request = {
  model: 'm',
  max_tokens: 5,
  stream: true,
  system: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }],
  metadata: { user_id: 'u' },
  thinking: { type: 'enabled', budget_tokens: 1024 },
  output_config: { effort: 'low', format: { type: 'json_schema', schema: {} } },
  context_management: { edits: [{ type: 'clear_thinking_20251015' }] },
  tools: [{ name: 'f', input_schema: { type: 'object' } }],
  tool_choice: { type: 'tool', name: 'f' },
  messages: [
    {
      role: 'user',
      content: [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'x' } },
        { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'x' }] } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'x', signature: 'y' },
        { type: 'redacted_thinking', data: 'x' },
        { type: 'tool_use', id: 'a', name: 'f', input: {} },
      ],
    },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'x' }] }],
    },
  ],
}
const release = {
  target: { engine: 'e' },
  prompt: { system: 'Be terse.' },
  parameters: { reasoning_effort: 'low', stop: 'x', user: 'u', response_format: { type: 'text' } },
}
const message = {
  role: 'assistant',
  content: [
    { type: 'text', text: 'x' },
    { type: 'thinking', thinking: [{ type: 'text', text: 'x' }] },
  ],
  reasoning_content: 'x',
  thinking_blocks: [{ type: 'thinking', thinking: 'x', signature: 'y' }],
  tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
}
const reply = {
  model: 'm',
  choices: [{ index: 0, message, delta: message, finish_reason: 'stop', stop_reason: 'x' }],
  usage: { prompt_tokens: 5, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 1 } },
}
const context = { inferenceId: 'a', request: { stop_sequences: ['x'] }, model: 'm', startedAtMs: 0 }
const odd: readonly unknown[] = [
  null,
  0,
  -1,
  1e300,
  '',
  'x',
  '\u{d800}',
  true,
  [],
  [[]],
  [null],
  {},
  { type: 5 },
]

/** The same value with one part of it, anywhere, replaced by something odd. */
function damaged(value: unknown, random: (below: number) => number): unknown {
  const isLeaf = typeof value !== 'object' || value === null
  if (isLeaf || random(5) === 0) return odd[random(odd.length)]
  const keys = Object.keys(value)
  const key = keys[random(keys.length)]
  if (key === undefined) return odd[random(odd.length)]
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...value }
  const fields = copy as Record<string, unknown>
  fields[key] = damaged(fields[key], random)
  return copy
}

function randomFrom(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) % below
  }
}

/** What was thrown, unless it is a typed failure. */
function bugOf(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return error instanceof Failure ? undefined : error
  }
}

const encoder = new TextEncoder()

describe('whatever is wrong with a request or an answer', () => {
  it('is a typed failure or harmless, never a bug', () => {
    for (let seed = 1; seed <= 20_000; seed += 1) {
      const random = randomFrom(seed)
      const body = damaged(damaged(request, random), random)
      const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
      const dialect = seed % 2 === 0 ? messagesDialect : countTokensDialect
      const asked = isObject ? (body as Body) : {}
      const onTheWay = bugOf(() => {
        dialect.check(asked)
        JSON.stringify(dialect.overChat!.toChat(dialect.applyRelease(asked, release, 's')))
      })
      expect([seed, onTheWay]).toEqual([seed, undefined])

      const given = damaged(reply, random)
      const answer = typeof given === 'object' && given !== null ? (given as Body) : {}
      const onTheWayBack = bugOf(() => {
        JSON.stringify(dialect.overChat!.fromReply(answer, context))
        const stream = messagesDialect.overChat!.openStream(context)
        const event = encoder.encode(`data: ${JSON.stringify(given)}\n\n`)
        for (let times = 0; times < 2; times += 1) stream.push(event)
        stream.end()
      })
      expect([seed, onTheWayBack]).toEqual([seed, undefined])
    }
  })
})
