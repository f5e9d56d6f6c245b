import { describe, expect, it } from 'bun:test'
import { converseSchema } from '../../../../test/fake-provider/bedrock-schema.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import { chatCall, readFixture } from '../__fixtures__/read.ts'
import type { UpstreamCall } from '../upstream.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import { createBedrockDialect } from './dialect.ts'

const label = 'provider "bedrock"'
const failures = new UpstreamFailures({ label, isEngine: false, secrets: [] })
const dialect = createBedrockDialect(
  'https://bedrock-runtime.eu-central-1.amazonaws.com/',
  { region: 'eu-central-1', credentials: undefined },
  { label, failures },
)

function requestOf(
  body: Record<string, unknown>,
  model = 'anthropic.claude-x-v1:0',
): Record<string, unknown> {
  const request = dialect.request(chatCall(body, { model }))
  return JSON.parse(request.body as string) as Record<string, unknown>
}

function refusalOf(body: Record<string, unknown>, more: Partial<UpstreamCall> = {}): unknown[] {
  try {
    dialect.request(chatCall(body, more))
  } catch (error) {
    if (error instanceof Failure) return [error.code, error.details.parameter]
    throw error
  }
  return ['accepted']
}

const tool = (name: string, more: object = {}): object => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: {} }, ...more },
})

describe('a chat for Converse', () => {
  it('goes to the model in the path, streamed or not', () => {
    const arn = 'arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.x-v1:0'
    expect(dialect.request(chatCall({}, { model: arn })).url).toBe(
      `https://bedrock-runtime.eu-central-1.amazonaws.com/model/${encodeURIComponent(arn)}/converse`,
    )
    const streamed = dialect.request(chatCall({ stream: true }, { model: 'm:0' })).url
    expect(streamed).toEndWith('/model/m%3A0/converse-stream')
  })

  it('carries everything that Converse has a place for', () => {
    const png = 'data:image/png;base64,iVBORw0KGgo='
    const body = {
      messages: [
        {
          role: 'system',
          content: [{ type: 'text', text: 'Be terse.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
        },
        { role: 'developer', content: 'Be kind.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'image_url', image_url: { url: png } },
            {
              type: 'file',
              file: { filename: 'année_2026 (v1).pdf', file_data: 'data:application/pdf;base64,JVBERg==' },
              cache_control: { type: 'ephemeral' },
            },
          ],
        },
        {
          role: 'assistant',
          content: 'Looking.',
          reasoning_content: 'Hm.',
          thinking_blocks: [
            { type: 'thinking', thinking: 'Hm.', signature: 'sig==' },
            { type: 'redacted_thinking', data: 'c2VjcmV0' },
          ],
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
            { id: 'b', type: 'function', function: { name: 'g', arguments: '' } },
          ],
        },
        { role: 'tool', tool_call_id: 'a', content: 'one' },
        { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: 'two' }] },
        { role: 'user', content: 'And?' },
      ],
      max_completion_tokens: 99,
      temperature: 0,
      top_p: 0.5,
      stop: 'END',
      top_k: 5,
      user: 'u1',
      metadata: { team: 'a' },
      service_tier: 'flex',
      tools: [
        tool('f', { description: 'Does f.', strict: true }),
        { ...tool('g'), cache_control: { type: 'ephemeral' } },
      ],
      tool_choice: { type: 'function', function: { name: 'f' } },
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'n', schema: { type: 'object' }, strict: true },
      },
      n: 1,
      logprobs: false,
    }
    const request = requestOf(body)
    expect(converseSchema.safeParse(request).error?.issues ?? []).toEqual([])
    expect(request).toEqual({
      messages: [
        {
          role: 'user',
          content: [
            { text: 'See' },
            { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } },
            { document: { format: 'pdf', name: 'ann-e-2026 (v1)', source: { bytes: 'JVBERg==' } } },
            { cachePoint: { type: 'default' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'sig==' } } },
            { reasoningContent: { redactedContent: 'c2VjcmV0' } },
            { text: 'Looking.' },
            { toolUse: { toolUseId: 'a', name: 'f', input: { x: 1 } } },
            { toolUse: { toolUseId: 'b', name: 'g', input: {} } },
          ],
        },
        {
          role: 'user',
          content: [
            { toolResult: { toolUseId: 'a', content: [{ text: 'one' }] } },
            { toolResult: { toolUseId: 'b', content: [{ text: 'two' }] } },
            { text: 'And?' },
          ],
        },
      ],
      system: [{ text: 'Be terse.' }, { cachePoint: { type: 'default', ttl: '1h' } }, { text: 'Be kind.' }],
      inferenceConfig: { maxTokens: 99, temperature: 0, topP: 0.5, stopSequences: ['END'] },
      additionalModelRequestFields: { top_k: 5 },
      requestMetadata: { team: 'a', user: 'u1' },
      serviceTier: { type: 'flex' },
      outputConfig: {
        textFormat: {
          type: 'json_schema',
          structure: { jsonSchema: { name: 'n', schema: '{"type":"object"}' } },
        },
      },
      toolConfig: {
        tools: [
          {
            toolSpec: {
              name: 'f',
              description: 'Does f.',
              inputSchema: { json: { type: 'object', properties: {} } },
              strict: true,
            },
          },
          { toolSpec: { name: 'g', inputSchema: { json: { type: 'object', properties: {} } } } },
          { cachePoint: { type: 'default' } },
        ],
        toolChoice: { tool: { name: 'f' } },
      },
    })
  })

  it('says how hard to think in the words of the model', () => {
    const fieldsOf = (model: string, effort: string): unknown =>
      requestOf({ reasoning_effort: effort }, model)['additionalModelRequestFields']
    expect(fieldsOf('eu.anthropic.claude-x', 'low')).toEqual({ output_config: { effort: 'low' } })
    expect(fieldsOf('anthropic.claude-x', 'none')).toEqual({ thinking: { type: 'disabled' } })
    expect(fieldsOf('openai.gpt-oss-120b-1:0', 'low')).toEqual({ reasoning_effort: 'low' })
    expect(fieldsOf('amazon.nova-2-lite-v1:0', 'high')).toEqual({
      reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' },
    })
    const thinking = { type: 'enabled', budget_tokens: 2000 }
    const more = requestOf({ thinking, additionalModelRequestFields: { custom: 1 } })
    expect(more['additionalModelRequestFields']).toEqual({ thinking, custom: 1 })
  })

  it('leaves tools out where none may be called', () => {
    expect(requestOf({ tools: [tool('f')], tool_choice: 'none' })).not.toHaveProperty('toolConfig')
    expect(requestOf({ tools: [tool('f')], tool_choice: 'required' })).toMatchObject({
      toolConfig: { toolChoice: { any: {} } },
    })
  })

  it('refuses what Converse cannot say, by name, and drops nothing', () => {
    const called = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }
    const image = (url: string): object => ({ type: 'image_url', image_url: { url } })
    const user = (part: object): object[] => [{ role: 'user', content: [part] }]
    const refused: [Record<string, unknown>, string][] = [
      [{ n: 2 }, 'n'],
      [{ seed: 1 }, 'seed'],
      [{ logit_bias: { 1: 2 } }, 'logit_bias'],
      [{ invented: true }, 'invented'],
      [{ response_format: { type: 'json_object' } }, 'response_format'],
      [{ parallel_tool_calls: false, tools: [tool('f')] }, 'parallel_tool_calls'],
      [{ reasoning_effort: 'high' }, 'reasoning_effort'],
      [{ service_tier: 'scale' }, 'service_tier'],
      [{ messages: user(image('https://example.com/a.png')) }, 'messages[0].content[0].image_url.url'],
      [{ messages: user(image('data:image/tiff;base64,AA==')) }, 'messages[0].content[0].image_url.url'],
      [{ messages: user({ type: 'input_audio', input_audio: {} }) }, 'messages[0].content[0].type'],
      [{ messages: [{ role: 'user', content: 'x', name: 'Ann' }] }, 'messages[0].name'],
      [
        {
          tools: [tool('f')],
          tool_choice: 'none',
          messages: [
            { role: 'user', content: 'x' },
            { role: 'assistant', tool_calls: [called] },
            { role: 'tool', tool_call_id: 'a', content: 'y' },
          ],
        },
        'tool_choice',
      ],
    ]
    for (const [body, parameter] of refused) {
      expect(refusalOf(body)).toEqual(['unsupported_parameter', parameter])
    }
    expect(refusalOf({ messages: user(image('data:image/png,AA')) })).toEqual([
      'invalid_request',
      'messages[0].content[0].image_url.url',
    ])
    const broken = { ...called, function: { name: 'f', arguments: '{"a' } }
    expect(refusalOf({ messages: [{ role: 'assistant', tool_calls: [broken] }] })).toEqual([
      'invalid_request',
      'messages[0].tool_calls[0].function.arguments',
    ])
    expect(refusalOf({}, { operation: 'completion' })).toEqual(['unsupported_parameter', 'model'])
  })
})

describe('an answer of Converse', () => {
  it('becomes the same message that its stream becomes', () => {
    const call = chatCall({}, { isContentWanted: true })
    const { body, observation } = dialect.readReply(readFixture('bedrock/converse.json'), call)
    const reply = JSON.parse(String(body)) as { choices: { message: object }[]; usage: object }
    expect(reply.choices[0]).toMatchObject({ index: 0, finish_reason: 'tool_calls' })
    expect(reply.choices[0]!.message).toEqual({
      role: 'assistant',
      content: 'Café 👋 "in" Paris',
      refusal: null,
      reasoning_content: 'Let me think.',
      thinking_blocks: [
        { type: 'thinking', thinking: 'Let me think.', signature: 'EqQBsig==' },
        { type: 'redacted_thinking', data: 'c2VjcmV0' },
      ],
      tool_calls: [
        { id: 'tooluse_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Paris"}' } },
        { id: 'tooluse_2', type: 'function', function: { name: 'now', arguments: '{}' } },
      ],
    })
    expect(observation.usage).toMatchObject({
      inputTokens: 11,
      cacheReadTokens: 1000,
      cacheWriteHourTokens: 60,
    })
    expect(reply.usage).toMatchObject({ prompt_tokens: 1111, completion_tokens: 24, total_tokens: 1135 })
  })

  it('is an error where it is none', () => {
    const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
    for (const text of ['', '<html>', '[]', '{}', '{"message":"Broken."}']) {
      expect(() => dialect.readReply(bytes(text), chatCall())).toThrow(Failure)
    }
  })
})

describe('embeddings', () => {
  const embedding = (body: object, model: string): UpstreamCall =>
    chatCall({}, { operation: 'embedding', body: { model: 's', ...body }, model })

  it('are asked of Titan one by one, and of Cohere together', () => {
    const titan = dialect.request(embedding({ input: 'a', dimensions: 256 }, 'amazon.titan-embed-text-v2:0'))
    expect(titan.url).toEndWith('/model/amazon.titan-embed-text-v2%3A0/invoke')
    expect(JSON.parse(titan.body as string)).toEqual({ inputText: 'a', dimensions: 256 })
    const cohere = dialect.request(
      embedding({ input: ['a', 'b'], input_type: 'search_query' }, 'cohere.embed-v4:0'),
    )
    expect(JSON.parse(cohere.body as string)).toEqual({
      texts: ['a', 'b'],
      input_type: 'search_query',
      embedding_types: ['float'],
    })
    const two = embedding({ input: ['a', 'b'] }, 'amazon.titan-embed-text-v2:0')
    expect(() => dialect.request(two)).toThrow('one text a call')
    expect(() => dialect.request(embedding({ input: 'a' }, 'meta.llama'))).toThrow('Titan and Cohere')
    expect(() => dialect.request(embedding({ input: [1, 2] }, 'cohere.embed-v4:0'))).toThrow('not tokens')
  })

  it('come back as numbers or base64, with their count of tokens', () => {
    const bytes = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value))
    const titan = { embedding: [0.5, -0.25], inputTextTokenCount: 3 }
    const call = embedding({ input: 'a', encoding_format: 'base64' }, 'amazon.titan-embed-text-v2:0')
    const read = dialect.readReply(bytes(titan), call)
    const { data, usage } = JSON.parse(String(read.body)) as { data: { embedding: string }[]; usage: object }
    expect([...new Float32Array(new Uint8Array(Buffer.from(data[0]!.embedding, 'base64')).buffer)]).toEqual([
      0.5, -0.25,
    ])
    expect(usage).toEqual({ prompt_tokens: 3, total_tokens: 3 })
    const headers = new Headers({ 'x-amzn-bedrock-input-token-count': '7' })
    for (const embeddings of [[[1], [2]], { float: [[1], [2]] }]) {
      const many = dialect.readReply(
        bytes({ id: 'e', embeddings }),
        embedding({ input: ['a', 'b'] }, 'cohere.embed-v4:0'),
        headers,
      )
      expect(JSON.parse(String(many.body))).toMatchObject({
        data: [
          { index: 0, embedding: [1] },
          { index: 1, embedding: [2] },
        ],
      })
      expect(many.observation.usage).toMatchObject({ inputTokens: 7 })
    }
  })
})
