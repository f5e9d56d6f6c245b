import { describe, expect, it } from 'bun:test'
import { clientDialects, type Body } from '../../dialects/index.ts'
import { openGuarding, policyOf } from '../__fixtures__/open-guarding.ts'
import type { Policy } from '../policy.ts'
import { answerForm } from './answer-form.ts'
import { guardAnswer } from './guard-answer.ts'
import { GuardedStream } from './guarded-stream.ts'

const words = ['pass', 'word', 'hunter2', 'ab.cd', 'aa', 'q"u', 'né🙂e', 'x. y'] as const
const paths = ['/v1/chat/completions', '/v1/messages', '/v1/responses'] as const
type ApiPath = (typeof paths)[number]

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Drawn {
  readonly path: ApiPath
  /** Whether the upstream speaks the client's API, or chat. */
  readonly isNative: boolean
  readonly entries: readonly object[]
  readonly policy: Policy
  readonly chunks: readonly object[]
  readonly whole: Body
}

function draw(seed: number): Drawn {
  const random = seeded(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item
  const said = (length: number): string =>
    Array.from({ length }, () =>
      random() < 0.35 ? pick(words) : pick(['a', 'b ', 'hunt', 'wor', '. ', 'é', '🙂', 'x', '\n']),
    ).join('')
  const entries = Array.from({ length: 1 + below(3) }, () => {
    const reach = pick([12, 30, 'sentence', 'whole'] as const)
    return {
      check: `word-${reach}${random() < 0.3 ? '-late' : ''}`,
      action: random() < 0.6 ? 'mask' : 'block',
      on: pick([['output'], ['output', 'reasoning'], ['tool_call'], ['output', 'reasoning', 'tool_call']]),
      // what looks at one sentence after the other finds nothing that lies in two, and what looks at the JSON of a call
      // sees quotes as JSON has them
      parameters: {
        word: pick(
          words.filter(
            word => !(reach === 'sentence' && word === 'x. y') && !(reach === 'whole' && word === 'q"u'),
          ),
        ),
        reach,
        opens: random() < 0.5,
      },
    }
  })
  const reasoning = random() < 0.5 ? said(below(12)) : ''
  const content = random() < 0.85 ? said(1 + below(30)) : ''
  const calls = Array.from({ length: random() < 0.5 ? 1 + below(2) : 0 }, (_, index) => ({
    id: `call_${index}`,
    type: 'function' as const,
    function: {
      name: `tool_${index}`,
      arguments: JSON.stringify({ [pick(['to', 'text'])]: said(below(8)), n: 1, more: [said(below(4))] }),
    },
  }))
  const pieces = (text: string): string[] => {
    const cut: string[] = []
    const letters = Array.from(text)
    while (letters.length > 0) cut.push(letters.splice(0, 1 + below(random() < 0.2 ? 40 : 4)).join(''))
    return cut
  }
  const chunk = (delta: object, finish: string | null = null) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }],
  })
  const finish = calls.length > 0 ? 'tool_calls' : 'stop'
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
  const chunks = [
    chunk({ role: 'assistant', content: '' }),
    ...pieces(reasoning).map(piece => chunk({ reasoning_content: piece })),
    ...pieces(content).map(piece => chunk({ content: piece })),
    ...calls.flatMap((call, index) => [
      chunk({ tool_calls: [{ index, ...call, function: { name: call.function.name, arguments: '' } }] }),
      ...pieces(call.function.arguments).map(piece =>
        chunk({ tool_calls: [{ index, function: { arguments: piece } }] }),
      ),
    ]),
    chunk({}, finish),
    { ...chunk({}), choices: [], usage },
  ]
  const message = {
    role: 'assistant',
    content: content === '' ? null : content,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
  const whole = {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message, finish_reason: finish }],
    usage,
  }
  return { path: pick(paths), isNative: random() < 0.5, entries, policy: policyOf(entries), chunks, whole }
}

const context = { inferenceId: '0199-aa', request: {}, asked: {}, model: 'm', startedAtMs: 0, target: 't' }
const encoder = new TextEncoder()

function bytesOf({ path, isNative, chunks }: Drawn): Uint8Array {
  const chat = encoder.encode(
    [...chunks.map(chunk => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'].join(''),
  )
  const over = clientDialects[path]?.overChat
  if (!isNative || !over) return chat
  // what an upstream would send that speaks the API itself
  const stream = over.openStream(context)
  return Buffer.concat([stream.push(chat) ?? new Uint8Array(0), stream.end() ?? new Uint8Array(0)])
}

function open({ path, isNative }: Drawn) {
  const dialect = clientDialects[path]!
  return ((isNative ? undefined : dialect.overChat) ?? dialect).openStream(context)
}

async function streamed(drawn: Drawn, sizes: () => number): Promise<string> {
  const { path, policy } = drawn
  const dialect = clientDialects[path]!
  const guarded = new GuardedStream(open(drawn), answerForm(dialect.operation, {}), openGuarding(policy))
  let out = Buffer.alloc(0)
  const bytes = bytesOf(drawn)
  for (let at = 0; at < bytes.length && !guarded.earlyEnd;) {
    const size = Math.max(1, sizes())
    out = Buffer.concat([out, (await guarded.push(bytes.slice(at, at + size))) ?? new Uint8Array(0)])
    at += size
  }
  if (!guarded.earlyEnd) out = Buffer.concat([out, (await guarded.end()) ?? new Uint8Array(0)])
  return out.toString()
}

async function whole({ path, policy, whole: reply }: Drawn): Promise<Body> {
  const dialect = clientDialects[path]!
  const answer = dialect.overChat ? dialect.overChat.fromReply(reply, context) : reply
  const guarded = await guardAnswer(openGuarding(policy), dialect.operation, answer)
  if (guarded.kind !== 'answer') throw new Error('nothing of this acts')
  return guarded.sent
}

/** What a client makes of an answer. */
interface Read {
  readonly reasoning: string
  readonly content: string
  readonly calls: readonly unknown[]
  readonly ending: unknown
}

// oxlint-disable-next-line typescript/no-explicit-any -- three APIs, read as their clients do
type Any = Record<string, any>

function eventsOf(raw: string): Any[] {
  return raw
    .split('\n')
    .filter(line => line.startsWith('data: ') && line !== 'data: [DONE]')
    .map(line => JSON.parse(line.slice(6)) as Any)
}

function readStream(path: ApiPath, raw: string): Read {
  const events = eventsOf(raw)
  if (path === '/v1/chat/completions') {
    const choices = events.flatMap(event => event.choices as Any[])
    const calls: string[] = []
    for (const call of choices.flatMap(choice => (choice.delta.tool_calls ?? []) as Any[])) {
      calls[call.index] = (calls[call.index] ?? '') + (call.function.arguments ?? '')
    }
    const said = (key: string): string => choices.map(choice => choice.delta[key] ?? '').join('')
    const ending = choices.map(choice => choice.finish_reason).findLast(Boolean)
    return {
      reasoning: said('reasoning_content'),
      content: said('content'),
      calls: calls.map(call => JSON.parse(call)),
      ending,
    }
  }
  if (path === '/v1/messages') {
    const said = (type: string, key: string): string =>
      events
        .filter(event => event.delta?.type === type)
        .map(event => event.delta[key])
        .join('')
    const calls = events
      .filter(event => event.content_block?.type === 'tool_use')
      .map(({ index }) =>
        JSON.parse(
          events
            .filter(event => event.index === index && event.delta?.type === 'input_json_delta')
            .map(event => event.delta.partial_json)
            .join('') || '{}',
        ),
      )
    const starts = events.filter(event => event.type === 'content_block_start').length
    expect(events.filter(event => event.type === 'content_block_stop').length).toBe(starts)
    expect(events.at(-1)?.type).toBe('message_stop')
    const ending = events.find(event => event.type === 'message_delta')?.delta.stop_reason
    return {
      reasoning: said('thinking_delta', 'thinking'),
      content: said('text_delta', 'text'),
      calls,
      ending,
    }
  }
  const last = events.at(-1)?.response as Any
  expect(events.map(event => event.sequence_number)).toEqual(events.map((_, index) => index))
  const deltas = events.filter(event => event.type === 'response.output_text.delta').map(event => event.delta)
  const reasoned = events
    .filter(event => event.type === 'response.reasoning_text.delta')
    .map(event => event.delta)
  const read = readWhole(path, last)
  expect(deltas.join('')).toBe(read.content)
  return { ...read, reasoning: reasoned.join('') }
}

function readWhole(path: ApiPath, body: Any): Read {
  if (path === '/v1/chat/completions') {
    const { message, finish_reason: ending } = body.choices[0]
    return {
      reasoning: message.reasoning_content ?? '',
      content: message.content ?? '',
      calls: (message.tool_calls ?? []).map((call: Any) => JSON.parse(call.function.arguments)),
      ending,
    }
  }
  if (path === '/v1/messages') {
    const said = (type: string, key: string): string =>
      body.content
        .filter((block: Any) => block.type === type)
        .map((block: Any) => block[key])
        .join('')
    const calls = body.content
      .filter((block: Any) => block.type === 'tool_use')
      .map((block: Any) => block.input)
    return {
      reasoning: said('thinking', 'thinking'),
      content: said('text', 'text'),
      calls,
      ending: body.stop_reason,
    }
  }
  const items = body.output as Any[]
  const said = (type: string): string =>
    items
      .filter(item => item.type === type)
      .flatMap(item => item.content ?? [])
      .map(part => part.text ?? '')
      .join('')
  return {
    reasoning: said('reasoning'),
    content: said('message'),
    calls: items.filter(item => item.type === 'function_call').map(item => JSON.parse(item.arguments)),
    ending: body.incomplete_details?.reason ?? body.status,
  }
}

/** The words that no text of that stage may hold. */
function forbidden(entries: readonly object[], stage: string): string[] {
  return (entries as Any[])
    .filter(entry => entry.on.includes(stage))
    .map(entry => entry.parameters.word as string)
}

const rounds = 80
const firstSeed = Number(process.env['SLIPWAY_TEST_SEED'] ?? 1)

describe('an answer under a policy', () => {
  it('is the same streamed in any pieces as it is whole, and never holds what the policy found', async () => {
    const seen = { cut: 0, masked: 0, native: 0, calls: 0 }
    for (let seed = firstSeed; seed < firstSeed + rounds; seed += 1) {
      const drawn = draw(seed)
      const random = seeded(seed * 7_919)
      const expected = readWhole(drawn.path, await whole(drawn))
      for (const most of [1_000_000, 400, 40]) {
        const raw = await streamed(drawn, () => 1 + Math.floor(random() * most))
        const read = readStream(drawn.path, raw)
        expect([seed, most, read]).toEqual([seed, most, expected])
        for (const word of forbidden(drawn.entries, 'output'))
          expect([seed, read.content]).not.toEqual([seed, expect.stringContaining(word)])
        for (const word of forbidden(drawn.entries, 'reasoning'))
          expect([seed, read.reasoning]).not.toEqual([seed, expect.stringContaining(word)])
        for (const word of forbidden(drawn.entries, 'tool_call')) {
          expect([seed, stringsOf(read.calls)]).not.toEqual([seed, expect.stringContaining(word)])
        }
      }
      if (/content_filter|refusal/.test(String(expected.ending))) seen.cut += 1
      if (JSON.stringify(expected).includes('[WORD]')) seen.masked += 1
      if (drawn.isNative) seen.native += 1
      if (expected.calls.length > 0) seen.calls += 1
    }
    // the draw has met what it is for
    expect(Object.values(seen).every(count => count > rounds / 12)).toBe(true)
  }, 120_000)
})

function stringsOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return ''
  return Object.values(value).map(stringsOf).join('\u0000')
}
