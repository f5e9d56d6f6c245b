import { describe, expect, it } from 'bun:test'
import { usageOf } from '../../../foundation/config/index.ts'
import { messagesSchema } from '../../../../test/fake-provider/anthropic-schema.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import { chatCall, readFixture } from '../__fixtures__/read.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import { createAnthropicDialect } from './dialect.ts'

const label = 'provider "anthropic"'
const failures = new UpstreamFailures({ label, isEngine: false, secrets: [] })
const dialect = createAnthropicDialect('https://api.anthropic.com/v1/', { label, failures })

function translated(body: Record<string, unknown>): Record<string, unknown> {
  const request = JSON.parse(dialect.request(chatCall(body)).body as string) as Record<string, unknown>
  messagesSchema.parse(request)
  return request
}

function refusal(body: Record<string, unknown>): [string, string | undefined] {
  try {
    dialect.request(chatCall(body))
  } catch (error) {
    if (error instanceof Failure) return [error.code, error.details.parameter]
    throw error
  }
  return ['accepted', undefined]
}

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather now',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    strict: true,
  },
}

describe('request (Anthropic)', () => {
  it('translates a conversation with system prompt, images, parallel tool calls and their results', () => {
    const request = translated({
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'developer',
          content: [{ type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral' } }],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What are these?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'auto' } },
            { type: 'image_url', image_url: { url: 'https://example.com/a.jpg' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          refusal: null,
          annotations: [],
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } },
            { id: 'b', type: 'function', function: { name: 'get_time', arguments: '' } },
          ],
        },
        { role: 'tool', tool_call_id: 'a', content: 'cold' },
        { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: 'late' }] },
        { role: 'user', content: 'And?' },
      ],
    })
    expect(request).toEqual({
      model: 'upstream-model',
      max_tokens: 8192,
      system: [
        { type: 'text', text: 'Be brief.' },
        { type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral' } },
      ],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What are these?' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
            { type: 'image', source: { type: 'url', url: 'https://example.com/a.jpg' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'a', name: 'get_weather', input: { city: 'Oslo' } },
            { type: 'tool_use', id: 'b', name: 'get_time', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', content: 'cold' },
            { type: 'tool_result', tool_use_id: 'b', content: [{ type: 'text', text: 'late' }] },
          ],
        },
        { role: 'user', content: [{ type: 'text', text: 'And?' }] },
      ],
    })
  })

  it('translates the parameters', () => {
    expect(
      translated({
        max_completion_tokens: 100,
        max_tokens: 5,
        temperature: 0.2,
        top_p: 0.9,
        top_k: 40,
        stop: 'END',
        stream: true,
        user: 'u1',
        reasoning_effort: 'high',
        tools: [weather],
        tool_choice: 'required',
        parallel_tool_calls: false,
        service_tier: 'default',
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'x', strict: true, description: 'A thing', schema: { type: 'object' } },
        },
        // these ask for nothing
        n: 1,
        logprobs: false,
        presence_penalty: 0,
        frequency_penalty: 0,
        logit_bias: {},
        store: false,
        seed: null,
        modalities: ['text'],
        stream_options: { include_usage: true, include_obfuscation: false },
      }),
    ).toMatchObject({
      max_tokens: 100,
      temperature: 0.2,
      top_p: 0.9,
      top_k: 40,
      stop_sequences: ['END'],
      stream: true,
      metadata: { user_id: 'u1' },
      service_tier: 'standard_only',
      tools: [
        {
          name: 'get_weather',
          description: 'The weather now',
          input_schema: weather.function.parameters,
          strict: true,
        },
      ],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      output_config: {
        effort: 'high',
        format: { type: 'json_schema', schema: { type: 'object', description: 'A thing' } },
      },
    })
    expect(translated({ stop: ['a', 'b'] })['stop_sequences']).toEqual(['a', 'b'])
    expect(translated({ reasoning_effort: 'none' })['thinking']).toEqual({ type: 'disabled' })
    const thinking = { type: 'enabled', budget_tokens: 2048 }
    expect(translated({ thinking })['thinking']).toEqual(thinking)
    const named = { type: 'function', function: { name: 'get_weather' } }
    expect(translated({ tools: [weather], tool_choice: named })['tool_choice']).toEqual({
      type: 'tool',
      name: 'get_weather',
    })
    expect(translated({ tools: [weather], parallel_tool_calls: true })['tool_choice']).toBeUndefined()
  })

  it('sends thinking back exactly as it came, before the text and the calls', () => {
    const { body } = dialect.readReply(readFixture('anthropic/message.json'), chatCall())
    const { choices } = JSON.parse(body as string) as { choices: [{ message: Record<string, unknown> }] }
    const results = [
      { role: 'tool', tool_call_id: 'toolu_01A09q90qw90lq917835lq9', content: 'sunny' },
      { role: 'tool', tool_call_id: 'toolu_02', content: 'noon' },
    ]
    const request = translated({
      messages: [{ role: 'user', content: 'Hi' }, choices[0].message, ...results],
    })
    const messages = request['messages'] as { content: unknown }[]
    const original = JSON.parse(Buffer.from(readFixture('anthropic/message.json')).toString()) as {
      content: unknown
    }
    expect(messages[1]?.content).toEqual(original.content)
  })

  it.each([
    [{ n: 2 }, 'n'],
    [{ seed: 1 }, 'seed'],
    [{ logprobs: true }, 'logprobs'],
    [{ top_logprobs: 3 }, 'top_logprobs'],
    [{ logit_bias: { 5: 1 } }, 'logit_bias'],
    [{ presence_penalty: 0.5 }, 'presence_penalty'],
    [{ frequency_penalty: -1 }, 'frequency_penalty'],
    [{ functions: [] }, 'functions'],
    [{ modalities: ['text', 'audio'] }, 'modalities'],
    [{ audio: {} }, 'audio'],
    [{ store: true }, 'store'],
    [{ metadata: { a: 'b' } }, 'metadata'],
    [{ prediction: {} }, 'prediction'],
    [{ never_heard_of: 0 }, 'never_heard_of'],
    [{ response_format: { type: 'json_object' } }, 'response_format'],
    [{ reasoning_effort: 'minimal' }, 'reasoning_effort'],
    [{ service_tier: 'flex' }, 'service_tier'],
    [{ stream_options: { include_obfuscation: true } }, 'stream_options.include_obfuscation'],
    [{ tools: [{ type: 'custom', custom: {} }] }, 'tools[0].type'],
    [{ tools: [{ ...weather, extra: 1 }] }, 'tools[0].extra'],
    [{ tools: [weather], tool_choice: { type: 'allowed_tools' } }, 'tool_choice'],
    [{ messages: [{ role: 'user', content: 'x', name: 'Ann' }] }, 'messages[0].name'],
    [{ messages: [{ role: 'function', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: [{ type: 'input_audio' }] }] }, 'messages[0].content[0].type'],
    [{ messages: [{ role: 'system', content: [{ type: 'image_url' }] }] }, 'messages[0].content[0].type'],
    [
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a', detail: 'low' } }] },
        ],
      },
      'messages[0].content[0].image_url.detail',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
      'messages[0].content[0].file',
    ],
    [{ messages: [{ role: 'assistant', content: 'x', audio: { id: 'a' } }] }, 'messages[0].audio'],
  ])('refuses %j by its name instead of dropping it', (body, parameter) => {
    expect(refusal(body)).toEqual(['unsupported_parameter', parameter])
  })

  it.each([
    [{ messages: 'x' }, 'messages'],
    [{ messages: [1] }, 'messages[0]'],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png,x' } }] },
        ],
      },
      'messages[0].content[0].image_url.url',
    ],
    [
      {
        messages: [{ role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{' } }] }],
      },
      'messages[0].tool_calls[0].function.arguments',
    ],
    [{ tool_choice: 'auto' }, 'tool_choice'],
    [{ parallel_tool_calls: false }, 'parallel_tool_calls'],
    [
      { response_format: { type: 'json_schema', json_schema: { name: 'x' } } },
      'response_format.json_schema.schema',
    ],
  ])('says what is wrong with %j', (body, parameter) => {
    expect(refusal(body)).toEqual(['invalid_request', parameter])
  })

  it('has no embeddings and no text completions', () => {
    for (const operation of ['embedding', 'completion'] as const) {
      expect(() => dialect.request(chatCall({}, { operation }))).toThrow(Failure)
    }
  })
})

describe('readReply (Anthropic)', () => {
  it('writes a message as a chat completion', () => {
    const { body, observation } = dialect.readReply(
      readFixture('anthropic/message.json'),
      chatCall({}, { isContentWanted: true }),
    )
    expect(JSON.parse(body as string)).toMatchObject({
      id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
      object: 'chat.completion',
      model: 'claude-sonnet-4-5-20250929',
      choices: [
        {
          index: 0,
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: 'Let me look.',
            refusal: null,
            reasoning_content: 'Weather, then time.',
            tool_calls: [
              {
                id: 'toolu_01A09q90qw90lq917835lq9',
                type: 'function',
                function: { name: 'get_weather', arguments: '{"location":"San Francisco, CA"}' },
              },
              { id: 'toolu_02', type: 'function', function: { name: 'get_time', arguments: '{}' } },
            ],
          },
        },
      ],
      usage: {
        prompt_tokens: 3107,
        completion_tokens: 503,
        total_tokens: 3610,
        prompt_tokens_details: { cached_tokens: 1000, cache_write_tokens: 12 },
        completion_tokens_details: { reasoning_tokens: 200 },
      },
    })
    expect(observation.usage).toEqual(
      usageOf({
        inputTokens: 2095,
        cacheReadTokens: 1000,
        cacheWriteTokens: 12,
        outputTokens: 303,
        reasoningTokens: 200,
      }),
    )
    expect(observation.content).toMatchObject({ content: 'Let me look.' })
  })

  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'content_filter'],
    ['tool_use', 'tool_calls'],
  ])('says %s as %s', (stopReason, finishReason) => {
    const bytes = new TextEncoder().encode(JSON.stringify({ content: [], stop_reason: stopReason }))
    expect(dialect.readReply(bytes, chatCall()).observation).toMatchObject({ finishReason, usage: undefined })
  })

  it('takes an error in a 200 for what it is', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
    const bytes = new TextEncoder().encode(JSON.stringify(error))
    expect(() => dialect.readReply(bytes, chatCall())).toThrow('Overloaded')
  })
})
