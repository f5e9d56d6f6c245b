import { describe, expect, it } from 'bun:test'
import { chatSchema, embedSchema } from '../../../../test/fake-provider/cohere-schema.ts'
import { usageOf } from '../../../foundation/config/index.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import { chatCall, readFixture } from '../__fixtures__/read.ts'
import type { UpstreamCall } from '../upstream.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import { createCohereDialect } from './dialect.ts'

const label = 'provider "cohere"'
const failures = new UpstreamFailures({ label, isEngine: false, secrets: [] })
const dialect = createCohereDialect('https://api.cohere.com/v2/', { label, failures })

function translated(body: Record<string, unknown>): Record<string, unknown> {
  const { url, body: text } = dialect.request(chatCall(body))
  expect(url).toBe('https://api.cohere.com/v2/chat')
  return chatSchema.parse(JSON.parse(text as string))
}

function refusal(call: UpstreamCall): [string, string | undefined] {
  try {
    dialect.request(call)
  } catch (error) {
    if (error instanceof Failure) return [error.code, error.details.parameter]
    throw error
  }
  return ['accepted', undefined]
}

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const tool = (name: string, more: object = {}) => ({
  type: 'function',
  function: { name, parameters: schema, ...more },
})
const call = { id: 'f_1', type: 'function', function: { name: 'f', arguments: '{"n":12345678901234567890}' } }

describe('request (Cohere)', () => {
  it('translates a conversation with system prompt, pictures, calls and their documents', () => {
    const document = { type: 'document', document: { id: '1', data: { snippet: 'rye' } } }
    const { messages } = translated({
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What?', cache_control: { type: 'ephemeral' } },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          refusal: null,
          tool_plan: 'I look.',
          reasoning_content: 'Hm',
          thinking_blocks: [{ type: 'thinking', thinking: 'Hm', signature: 'EqQB' }],
          tool_calls: [{ ...call, extra_content: { google: { thought_signature: 'S' } } }],
        },
        { role: 'tool', tool_call_id: 'f_1', content: [document] },
        { role: 'assistant', content: 'Bread.', citations: [{ start: 0 }] },
        { role: 'user', content: 'And?' },
      ],
    })
    expect(messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' } },
        ],
      },
      { role: 'assistant', tool_calls: [call], tool_plan: 'I look.' },
      { role: 'tool', tool_call_id: 'f_1', content: [document] },
      { role: 'assistant', content: 'Bread.' },
      { role: 'user', content: 'And?' },
    ])
  })

  it('sends what was said beside a call as its plan, which is where Cohere keeps it', () => {
    const user = { role: 'user', content: 'Hi' }
    const said = { role: 'assistant', content: 'Let me look.', tool_calls: [call] }
    expect(translated({ messages: [user, said] })['messages']).toEqual([
      user,
      { role: 'assistant', tool_calls: [call], tool_plan: 'Let me look.' },
    ])
  })

  it('translates the parameters', () => {
    expect(
      translated({
        max_completion_tokens: 100,
        max_tokens: 5,
        temperature: 0.2,
        top_p: 0.9,
        top_k: 40,
        seed: 7,
        presence_penalty: 0.1,
        frequency_penalty: 0.2,
        stop: 'END',
        logprobs: true,
        stream: true,
        stream_options: { include_usage: true },
        user: 'u1',
        safety_mode: 'STRICT',
        documents: ['rye'],
        citation_options: { mode: 'FAST' },
        reasoning_effort: 'high',
        n: 1,
      }),
    ).toEqual({
      model: 'upstream-model',
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 100,
      temperature: 0.2,
      p: 0.9,
      k: 40,
      seed: 7,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      stop_sequences: ['END'],
      logprobs: true,
      stream: true,
      safety_mode: 'STRICT',
      documents: ['rye'],
      citation_options: { mode: 'FAST' },
      thinking: { type: 'enabled' },
    })
    expect(translated({ reasoning_effort: 'none' })['thinking']).toEqual({ type: 'disabled' })
    const budget = { type: 'enabled', token_budget: 500 }
    expect(translated({ thinking: budget, reasoning_effort: 'high' })['thinking']).toEqual(budget)
  })

  it('asks for structured outputs with a schema', () => {
    const format = { type: 'json_schema', json_schema: { name: 'place', schema, strict: true } }
    expect(translated({ response_format: format })['response_format']).toEqual({
      type: 'json_object',
      json_schema: schema,
    })
    expect(translated({ response_format: { type: 'json_object' } })['response_format']).toEqual({
      type: 'json_object',
    })
  })

  it('chooses tools, one by offering no other', () => {
    const tools = [tool('f', { strict: true }), tool('g')]
    const chosen = (choice: unknown) => {
      const {
        tools: offered,
        tool_choice: said,
        strict_tools: strict,
      } = translated({ tools, tool_choice: choice })
      return [(offered as { function: { name: string } }[]).map(one => one.function.name), said, strict]
    }
    expect(chosen('auto')).toEqual([['f', 'g'], undefined, true])
    expect(chosen('none')).toEqual([['f', 'g'], 'NONE', true])
    expect(chosen('required')).toEqual([['f', 'g'], 'REQUIRED', true])
    expect(chosen({ type: 'function', function: { name: 'g' } })).toEqual([['g'], 'REQUIRED', true])
  })

  it.each([
    [{ invented: 1 }, 'unsupported_parameter', 'invented'],
    [{ n: 2 }, 'unsupported_parameter', 'n'],
    [{ logprobs: true, top_logprobs: 5 }, 'unsupported_parameter', 'top_logprobs'],
    [{ reasoning_effort: 'low' }, 'unsupported_parameter', 'reasoning_effort'],
    [{ parallel_tool_calls: false }, 'unsupported_parameter', 'parallel_tool_calls'],
    [{ tools: [tool('f')], tool_choice: { function: { name: 'x' } } }, 'invalid_request', 'tool_choice'],
    [{ messages: [{ role: 'function', content: 'x' }] }, 'unsupported_parameter', 'messages[0].role'],
    [
      { messages: [{ role: 'user', content: [{ type: 'input_audio' }] }] },
      'unsupported_parameter',
      'messages[0].content[0].type',
    ],
  ])('refuses %j', (body, code, parameter) => {
    expect(refusal(chatCall(body))).toEqual([code, parameter])
  })
})

describe('embeddings (Cohere)', () => {
  const ask = (body: Record<string, unknown>) => chatCall({}, { operation: 'embedding', body })

  it('must be told what they are for', () => {
    expect(refusal(ask({ input: 'a' }))).toEqual(['invalid_request', 'input_type'])
    const { url, body } = dialect.request(
      ask({ input: ['a', 'b'], input_type: 'search_query', dimensions: 256, truncate: 'NONE', user: 'u' }),
    )
    expect(url).toEndWith('/v2/embed')
    expect(embedSchema.parse(JSON.parse(body as string))).toEqual({
      model: 'upstream-model',
      texts: ['a', 'b'],
      input_type: 'search_query',
      embedding_types: ['float'],
      output_dimension: 256,
      truncate: 'NONE',
    })
  })

  it('come back as vectors with the tokens that are charged', () => {
    const { body, observation } = dialect.readReply(
      readFixture('cohere/embeddings.json'),
      ask({ input: 'a' }),
    )
    expect(JSON.parse(body as string)).toMatchObject({
      data: [{ embedding: [0.5, -0.25] }, { embedding: [0.125, 0.75] }],
      usage: { prompt_tokens: 10 },
    })
    expect(observation.usage).toEqual(usageOf({ inputTokens: 10 }))
  })
})

describe('rerank (Cohere)', () => {
  it('goes through as it is but for the model, and is charged by the search', () => {
    const original = '{"model": "search",  "query":"q","documents":["a","b"], "top_n":1}'
    const asked = chatCall(
      {},
      { operation: 'rerank', body: JSON.parse(original) as Record<string, unknown>, original },
    )
    const { url, body } = dialect.request(asked)
    expect(url).toEndWith('/v2/rerank')
    expect(body).toBe(original.replace('"search"', '"upstream-model"'))
    const bytes = readFixture('cohere/rerank.json')
    const { body: answer, observation } = dialect.readReply(bytes, asked)
    expect(answer).toBe(bytes)
    expect(observation.usage).toEqual(usageOf({ units: { searches: 1 } }))
  })
})

describe('translateReply (Cohere)', () => {
  it('gives message, thinking, citations and what is charged', () => {
    const { body, observation } = dialect.readReply(
      readFixture('cohere/chat.json'),
      chatCall({}, { isContentWanted: true }),
    )
    expect(JSON.parse(body as string)).toMatchObject({
      id: '68475c80-574b-4c65-98a4-e81cebab5dce',
      choices: [
        {
          message: {
            content: 'She bakes rye bread.',
            reasoning_content: 'Who bakes?',
            citations: [{ text: 'bakes rye' }],
          },
          finish_reason: 'length',
        },
      ],
      usage: { prompt_tokens: 8, completion_tokens: 578 },
    })
    expect(observation.usage).toEqual(usageOf({ inputTokens: 8, outputTokens: 578 }))
    expect(observation.content).toMatchObject({ content: 'She bakes rye bread.' })
  })

  it('gives calls, with an object where Cohere said null', () => {
    const { body } = dialect.readReply(readFixture('cohere/tools.json'), chatCall())
    const { choices } = JSON.parse(body as string) as {
      choices: [{ message: object; finish_reason: string }]
    }
    expect(choices[0].finish_reason).toBe('tool_calls')
    expect(choices[0].message).toMatchObject({
      content: null,
      tool_plan: 'I will look.',
      tool_calls: [
        { id: 'get_weather_dqgshstja6p9', function: { arguments: '{"city":"Oslo"}' } },
        { id: 'get_time_dcxfx4myvx68', function: { arguments: '{}' } },
      ],
    })
  })
})
