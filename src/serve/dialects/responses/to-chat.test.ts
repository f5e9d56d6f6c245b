import { describe, expect, it } from 'bun:test'
import { Failure } from '../../../foundation/platform/index.ts'
import type { Body } from '../client-dialect.ts'
import { applyRelease } from './apply-release.ts'
import { checkRequest } from './check-request.ts'
import { toNative } from './native.ts'
import { sealBlocks, sealNative } from './sealed-reasoning.ts'
import { toChat } from './to-chat.ts'

const base = { model: 'assistant', input: 'Hi' }
const weather = { type: 'function', name: 'get_weather', parameters: { type: 'object' }, strict: true }
const chatWeather = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object' }, strict: true },
}
const news = { type: 'function', name: 'get_news' }
const blocks = [
  { type: 'thinking', thinking: 'Hm.', signature: 's1' },
  { type: 'redacted_thinking', data: 'x' },
]

const requests: readonly (readonly [string, Body, Body])[] = [
  ['a text', base, { messages: [{ role: 'user', content: 'Hi' }] }],
  [
    'instructions before the input',
    { ...base, instructions: 'Be terse.' },
    {
      messages: [
        { role: 'system', content: 'Be terse.' },
        { role: 'user', content: 'Hi' },
      ],
    },
  ],
  [
    'messages with parts, images and files',
    {
      ...base,
      input: [
        { role: 'developer', content: 'Rules.' },
        {
          type: 'message',
          role: 'user',
          content: [
            { type: 'input_text', text: 'Look' },
            { type: 'input_image', image_url: 'data:image/png;base64,AA==', detail: 'low' },
            { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' },
          ],
        },
      ],
    },
    {
      messages: [
        { role: 'developer', content: 'Rules.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==', detail: 'low' } },
            { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' } },
          ],
        },
      ],
    },
  ],
  [
    'a turn of the assistant as one message: reasoning, text, parallel calls',
    {
      ...base,
      input: [
        { role: 'user', content: 'Weather?' },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [],
          encrypted_content: sealBlocks('provider:claude x', blocks),
        },
        {
          type: 'message',
          id: 'msg_1',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'I look.', annotations: [], logprobs: [] }],
        },
        {
          type: 'function_call',
          id: 'fc_1',
          status: 'completed',
          call_id: 'a',
          name: 'get_weather',
          arguments: '{}',
        },
        { type: 'function_call', call_id: 'b', name: 'get_weather', arguments: '{"n":1}' },
        { type: 'function_call_output', call_id: 'a', output: 'sunny' },
        { type: 'function_call_output', call_id: 'b', output: [{ type: 'input_text', text: 'rain' }] },
      ],
      tools: [weather],
    },
    {
      messages: [
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: 'I look.',
          thinking_blocks: blocks,
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'get_weather', arguments: '{}' } },
            { id: 'b', type: 'function', function: { name: 'get_weather', arguments: '{"n":1}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'a', content: 'sunny' },
        { role: 'tool', tool_call_id: 'b', content: 'rain' },
      ],
      tools: [chatWeather],
    },
  ],
  [
    'a refusal, and reasoning that nobody signed',
    {
      ...base,
      input: [
        { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'Hm' }] },
        { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
        { role: 'user', content: 'Please' },
      ],
    },
    {
      messages: [
        { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }], reasoning_content: 'Hm' },
        { role: 'user', content: 'Please' },
      ],
    },
  ],
  [
    'the choice of one tool',
    {
      ...base,
      tools: [weather],
      tool_choice: { type: 'function', name: 'get_weather' },
      parallel_tool_calls: false,
    },
    {
      tools: [chatWeather],
      tool_choice: { type: 'function', function: { name: 'get_weather' } },
      parallel_tool_calls: false,
    },
  ],
  [
    'allowed tools',
    {
      ...base,
      tools: [weather, news],
      tool_choice: {
        type: 'allowed_tools',
        mode: 'required',
        tools: [{ type: 'function', name: 'get_weather' }],
      },
    },
    { tools: [chatWeather], tool_choice: 'required' },
  ],
  [
    'a schema, verbosity and effort',
    {
      ...base,
      text: {
        format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true },
        verbosity: 'low',
      },
      reasoning: { effort: 'high', summary: 'auto' },
    },
    {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'n', schema: { type: 'object' }, strict: true },
      },
      verbosity: 'low',
      reasoning_effort: 'high',
    },
  ],
  [
    'limits and log-probabilities',
    {
      ...base,
      max_output_tokens: 50,
      top_logprobs: 2,
      include: ['message.output_text.logprobs', 'reasoning.encrypted_content'],
    },
    { max_completion_tokens: 50, logprobs: true, top_logprobs: 2 },
  ],
  [
    'a stream with its usage',
    { ...base, stream: true, stream_options: { include_obfuscation: false } },
    { stream: true, stream_options: { include_usage: true } },
  ],
  [
    'what goes on under its own name, known or not',
    { ...base, temperature: 0, top_p: 0.5, user: 'u', service_tier: 'flex', prompt_cache_key: 'k', top_k: 3 },
    { temperature: 0, top_p: 0.5, user: 'u', service_tier: 'flex', prompt_cache_key: 'k', top_k: 3 },
  ],
]

const refusals: readonly (readonly [string, Body])[] = [
  ['tools[0].type', { tools: [{ type: 'web_search' }] }],
  ['tools[0].output_schema', { tools: [{ ...weather, output_schema: {} }] }],
  ['tool_choice', { tools: [weather], tool_choice: { type: 'mcp', server_label: 'x' } }],
  ['truncation', { truncation: 'auto' }],
  ['stream_options.include_obfuscation', { stream: true, stream_options: { include_obfuscation: true } }],
  ['stream_options.pace', { stream: true, stream_options: { pace: 1 } }],
  ['prompt', { prompt: { id: 'pmpt_1' } }],
  ['max_tool_calls', { max_tool_calls: 3 }],
  ['context_management', { context_management: [{ type: 'compaction' }] }],
  ['moderation', { moderation: { model: 'm' } }],
  ['include[0]', { include: ['file_search_call.results'] }],
  ['reasoning.context', { reasoning: { context: 'all_turns' } }],
  ['reasoning.budget', { reasoning: { budget: 3 } }],
  ['text.format.type', { text: { format: { type: 'grammar' } } }],
  ['text.tone', { text: { tone: 'warm' } }],
  ['input[0].type', { input: [{ type: 'computer_call', id: 'x' }] }],
  ['input[0].phase', { input: [{ role: 'assistant', content: 'x', phase: 'commentary' }] }],
  ['input[0].content[0].type', { input: [{ role: 'user', content: [{ type: 'input_video' }] }] }],
  [
    'input[0].content[0].file_id',
    { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }] },
  ],
  [
    'input[0].content[0].file_url',
    { input: [{ role: 'user', content: [{ type: 'input_file', file_url: 'f' }] }] },
  ],
  [
    'input[0].encrypted_content',
    { input: [{ type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'gAAA' }] },
  ],
  [
    'input[0].encrypted_content',
    {
      input: [
        { type: 'reasoning', id: 'rs', summary: [], encrypted_content: sealNative('provider:openai o', 'g') },
      ],
    },
  ],
]

const mistakes: readonly (readonly [string, Body])[] = [
  ['input[0].call_id', { input: [{ type: 'function_call_output', output: 'x' }] }],
  ['input[0].role', { input: [{ type: 'message', role: 'robot', content: 'x' }] }],
  ['input[0].id', { input: [{ type: 'item_reference', id: 'msg_1' }] }],
  ['tool_choice', { tool_choice: 'required' }],
  [
    'tool_choice.tools',
    { tools: [weather], tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [news] } },
  ],
  [
    'input[0].encrypted_content',
    { input: [{ type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'slipway.9.blocks.a.b' }] },
  ],
]

describe('toChat', () => {
  for (const [name, request, expected] of requests) {
    it(`says in a chat: ${name}`, () => {
      const { model, messages, ...rest } = toChat(request)
      const { messages: expectedMessages, ...others } = expected
      expect(model).toBe('assistant')
      expect(messages).toEqual(expectedMessages ?? [{ role: 'user', content: 'Hi' }])
      expect(rest).toEqual(others)
    })
  }

  for (const [parameter, request] of refusals) {
    it(`refuses what a chat cannot say: ${JSON.stringify(request).slice(0, 60)}`, () => {
      expect(thrownBy({ ...base, ...request })).toMatchObject({
        code: 'unsupported_parameter',
        details: { parameter },
      })
    })
  }

  for (const [parameter, request] of mistakes) {
    it(`names the mistake in ${JSON.stringify(request).slice(0, 60)}`, () => {
      expect(thrownBy({ ...base, ...request })).toMatchObject({
        code: 'invalid_request',
        details: { parameter },
      })
    })
  }

  it('takes what asks for nothing', () => {
    const idle = {
      background: false,
      context_management: null,
      metadata: { a: 'b' },
      previous_response_id: 'resp_1',
      store: true,
      tool_choice: 'auto',
      tools: [],
      truncation: 'disabled',
      parallel_tool_calls: true,
    }
    expect(toChat({ ...base, ...idle })).toEqual(toChat(base))
  })
})

describe('checkRequest', () => {
  it('refuses background work, conversations and wrong types, naming the parameter', () => {
    const wrong: Body[] = [
      { background: true },
      { conversation: 'conv_1' },
      { input: 7 },
      { input: undefined },
      { model: undefined },
      { stream: 'yes' },
      { store: 1 },
      { previous_response_id: 5 },
      { instructions: ['x'] },
      { reasoning: 'high' },
      { text: 5 },
      { metadata: [] },
    ]
    for (const fields of wrong) {
      const failure = caught(() => checkRequest({ ...base, ...fields }))
      expect(failure?.details.parameter).toBe(Object.keys(fields)[0])
    }
    expect(checkRequest({ ...base, stream: true })).toEqual({ model: 'assistant', isStream: true })
  })
})

describe('a request of any shape', () => {
  it('is taken or refused in words, never by a bug', () => {
    const odd: readonly unknown[] = [
      null,
      true,
      0,
      -1,
      'x',
      '',
      [],
      [null],
      [[]],
      {},
      { type: 7 },
      { a: { b: [1] } },
    ]
    let seed = 3
    const pick = <T>(from: readonly T[]): T =>
      from[(seed = (seed * 48_271) % 2_147_483_647) % from.length] as T
    const whole = requests.map(([, request]) => structuredClone(request))
    for (let run = 0; run < 4_000; run += 1) {
      const request = JSON.parse(JSON.stringify(pick(whole))) as Record<string, unknown>
      for (let change = 0; change < 2; change += 1) {
        let at: Record<string, unknown> = request
        for (let depth = 0; depth < 6; depth += 1) {
          const key = pick([...Object.keys(at), 'input', 'tools'])
          const inner = at[key]
          if (typeof inner === 'object' && inner !== null && pick([true, false])) at = inner as never
          else {
            at[key] = pick(odd)
            break
          }
        }
      }
      const thrown = caught(() => {
        checkRequest(request)
        toNative(request)
        toChat(applyRelease(request, { target: { engine: 'e' }, parameters: { verbosity: 'low' } }))
      })
      const isFailure = thrown === undefined || thrown instanceof Failure
      expect({ isFailure, thrown: isFailure ? null : thrown, request }).toEqual({
        isFailure: true,
        thrown: null,
        request,
      })
    }
  })
})

describe('applyRelease', () => {
  const target = { provider: 'p', model: 'm' }

  it("puts the release's prompt before the instructions and its parameters where the client sent none", () => {
    const parameters = { max_tokens: 9, temperature: 0.5, reasoning_effort: 'low', verbosity: 'low' }
    const release = { target, prompt: { system: 'Be kind.' }, parameters } as never
    const request = { ...base, instructions: 'Be terse.', temperature: 0, reasoning: { summary: 'auto' } }
    expect(applyRelease(request, release)).toEqual({
      ...request,
      instructions: 'Be kind.\n\nBe terse.',
      max_output_tokens: 9,
      reasoning: { summary: 'auto', effort: 'low' },
      text: { verbosity: 'low' },
    })
  })

  it('returns the very same object where nothing changes', () => {
    expect(applyRelease(base, { target })).toBe(base)
  })
})

function thrownBy(request: Body): Failure | undefined {
  return caught(() => toChat(request))
}

function caught(work: () => unknown): Failure | undefined {
  try {
    work()
  } catch (error) {
    return error as Failure
  }
  return undefined
}
