import { describe, expect, it } from 'bun:test'
import { batchEmbedSchema, generateSchema } from '../../../../test/fake-provider/gemini-schema.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import { chatCall } from '../__fixtures__/read.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import { speakGemini } from './speak-gemini.ts'
import { skippedSignature } from './signature.ts'

const label = 'provider "gemini"'
const failures = new UpstreamFailures({ label, isEngine: false, secrets: [] })
const provider = { name: 'gemini', config: { kind: 'gemini' as const }, secrets: { apiKey: 'key-of-gemini' } }
const { dialect, headers } = speakGemini(provider, { label, failures })

function translated(body: Record<string, unknown>, model = 'gemini-2.5-flash'): Record<string, unknown> {
  const request = JSON.parse(dialect.request(chatCall(body, { model })).body as string) as Record<
    string,
    unknown
  >
  generateSchema.parse(request)
  return request
}

function contents(messages: unknown[], model?: string): { role: string; parts: unknown[] }[] {
  return translated({ messages }, model)['contents'] as { role: string; parts: unknown[] }[]
}

function configOf(body: Record<string, unknown>, model?: string): unknown {
  return translated(body, model)['generationConfig']
}

function refusal(body: Record<string, unknown>): [string, string | undefined] {
  try {
    dialect.request(chatCall(body, { model: 'gemini-2.5-flash' }))
  } catch (error) {
    if (error instanceof Failure) return [error.code, error.details.parameter]
    throw error
  }
  return ['accepted', undefined]
}

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const weather = {
  type: 'function',
  function: { name: 'get_weather', description: 'Now', parameters: schema },
}
const calls = (...given: [id: string, name: string, more?: object][]) =>
  given.map(([id, name, more]) => ({
    id,
    type: 'function',
    function: { name, arguments: '{"n":1}' },
    ...more,
  }))

describe('request (Gemini)', () => {
  it('keeps the key out of the URL, where logs would see it', () => {
    const { url } = dialect.request(chatCall({ stream: true }, { model: 'models/gemini-2.5-flash' }))
    expect(url).toBe(
      'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
    )
    expect(headers).toEqual({ 'x-goog-api-key': 'key-of-gemini' })
    expect(dialect.request(chatCall({}, { model: 'a/../b?c' })).url).toContain(
      'models/a%2F..%2Fb%3Fc:generateContent',
    )
  })

  it('translates a conversation with system prompt, pictures, sound, files and URLs', () => {
    const request = translated({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What are these?', cache_control: { type: 'ephemeral' } },
            { type: 'text', text: '' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'high' } },
            { type: 'image_url', image_url: { url: 'https://example.com/a.JPG?x=1.gif' } },
            { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
            { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBERi0=', filename: 'a.pdf' } },
            { type: 'file', file: { file_id: 'gs://bucket/film.mp4' } },
          ],
        },
        { role: 'assistant', content: 'Things.', refusal: null, annotations: [], reasoning_content: 'Hm.' },
        { role: 'user', content: 'And?' },
      ],
    })
    expect(request).toEqual({
      systemInstruction: { parts: [{ text: 'Be brief.' }, { text: 'Be kind.' }] },
      contents: [
        {
          role: 'user',
          parts: [
            { text: 'What are these?' },
            { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } },
            { fileData: { mimeType: 'image/jpeg', fileUri: 'https://example.com/a.JPG?x=1.gif' } },
            { inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } },
            { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=' } },
            { fileData: { mimeType: 'video/mp4', fileUri: 'gs://bucket/film.mp4' } },
          ],
        },
        { role: 'model', parts: [{ text: 'Things.' }] },
        { role: 'user', parts: [{ text: 'And?' }] },
      ],
    })
  })

  it('puts the answers of parallel calls in the order of the calls, under their names', () => {
    const [, model, answers] = contents([
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        content: null,
        tool_calls: calls(['call_minted_a', 'f'], ['fc_2', 'f'], ['call_minted_c', 'g']),
      },
      {
        role: 'tool',
        tool_call_id: 'call_minted_c',
        content: [{ type: 'text', text: '{"id":12345678901234567890}' }],
      },
      { role: 'tool', tool_call_id: 'call_minted_a', content: 'first' },
      {
        role: 'tool',
        tool_call_id: 'fc_2',
        content: [
          { type: 'text', text: 'second' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
        ],
      },
    ])
    const args = { n: 1 }
    expect(model?.parts).toEqual([
      { functionCall: { name: 'f', args } },
      // what Gemini named itself goes back by its name, what we named by its place
      { functionCall: { id: 'fc_2', name: 'f', args } },
      { functionCall: { name: 'g', args } },
    ])
    expect(answers).toEqual({
      role: 'user',
      parts: [
        { functionResponse: { name: 'f', response: { output: 'first' } } },
        {
          functionResponse: {
            id: 'fc_2',
            name: 'f',
            response: { output: 'second' },
            parts: [{ inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }],
          },
        },
        { functionResponse: { name: 'g', response: { output: '{"id":12345678901234567890}' } } },
      ],
    })
  })

  it('sends signatures back to where they came from, by either way that clients keep them', () => {
    const marked = (part: string, thinking = '') => ({
      type: 'thinking',
      thinking,
      signature: `gemini:${part}#S`,
    })
    const turn = (message: object) =>
      contents(
        [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', ...message },
        ],
        'gemini-3-pro-preview',
      )[1]?.parts
    const google = { extra_content: { google: { thought_signature: 'T' } } }
    const functionCall = { name: 'f', args: { n: 1 } }
    expect(turn({ content: 'x', thinking_blocks: [marked('thought', 'Hm'), marked('text')] })).toEqual([
      { text: 'Hm', thought: true, thoughtSignature: 'S' },
      { text: 'x' },
      { text: '', thoughtSignature: 'S' },
    ])
    expect(turn({ content: null, tool_calls: calls(['a', 'f', google], ['b', 'f']) })).toEqual([
      { functionCall: { id: 'a', ...functionCall }, thoughtSignature: 'T' },
      { functionCall: { id: 'b', ...functionCall } },
    ])
    const carried = {
      thinking_blocks: [marked('text'), marked('call')],
      tool_calls: calls(['a', 'f'], ['b', 'f']),
    }
    expect(turn({ content: 'x', ...carried })).toEqual([
      { text: 'x' },
      { text: '', thoughtSignature: 'S' },
      { functionCall: { id: 'a', ...functionCall }, thoughtSignature: 'S' },
      { functionCall: { id: 'b', ...functionCall } },
    ])
  })

  it('leaves out the thinking of other makes, and says so where Gemini 3 wants a signature', () => {
    const message = {
      role: 'assistant',
      content: null,
      thinking_blocks: [
        { type: 'thinking', thinking: 'Hm', signature: 'EqQBanthropic' },
        { type: 'redacted_thinking', data: 'x' },
      ],
      tool_calls: calls(['toolu_1', 'f'], ['toolu_2', 'f']),
    }
    const messages = [{ role: 'user', content: 'Hi' }, message]
    const signatures = (model: string) =>
      contents(messages, model)[1]?.parts.map(
        part => (part as { thoughtSignature?: string }).thoughtSignature,
      )
    expect(signatures('gemini-3-flash-preview')).toEqual([skippedSignature, undefined])
    expect(signatures('gemini-flash-latest')).toEqual([skippedSignature, undefined])
    expect(signatures('gemini-2.5-pro')).toEqual([undefined, undefined])
  })

  it('translates the parameters', () => {
    expect(
      translated({
        max_completion_tokens: 100,
        max_tokens: 5,
        temperature: 0.2,
        top_p: 0.9,
        top_k: 40,
        n: 2,
        seed: 7,
        presence_penalty: 0.1,
        frequency_penalty: 0.2,
        stop: 'END',
        logprobs: true,
        top_logprobs: 3,
        stream: true,
        stream_options: { include_usage: true },
        user: 'u1',
        extra_body: {
          google: {
            thinking_config: { thinking_budget: 128, include_thoughts: true },
            cached_content: 'cachedContents/1',
            safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
          },
        },
      }),
    ).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      generationConfig: {
        maxOutputTokens: 100,
        temperature: 0.2,
        topP: 0.9,
        topK: 40,
        candidateCount: 2,
        seed: 7,
        presencePenalty: 0.1,
        frequencyPenalty: 0.2,
        stopSequences: ['END'],
        responseLogprobs: true,
        logprobs: 3,
        thinkingConfig: { thinkingBudget: 128, includeThoughts: true },
      },
      cachedContent: 'cachedContents/1',
      safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
    })
  })

  it.each([
    ['none', 'gemini-2.5-flash', { thinkingBudget: 0 }],
    ['low', 'gemini-2.5-flash', { thinkingBudget: 1024, includeThoughts: true }],
    ['high', 'gemini-2.5-pro', { thinkingBudget: 24_576, includeThoughts: true }],
    ['minimal', 'gemini-3-flash-preview', { thinkingLevel: 'MINIMAL', includeThoughts: true }],
    ['high', 'gemini-3.1-pro-preview', { thinkingLevel: 'HIGH', includeThoughts: true }],
    ['medium', 'gemini-flash-latest', { thinkingLevel: 'MEDIUM', includeThoughts: true }],
  ])('asks for the effort %s of %s', (effort, model, thinkingConfig) => {
    expect(configOf({ reasoning_effort: effort }, model)).toEqual({ thinkingConfig })
  })

  it('asks for structured outputs with the JSON schema itself', () => {
    const named = { name: 'place', schema, strict: true, description: 'A place' }
    expect(configOf({ response_format: { type: 'json_schema', json_schema: named } })).toEqual({
      responseMimeType: 'application/json',
      responseJsonSchema: { ...schema, description: 'A place' },
    })
    expect(configOf({ response_format: { type: 'json_object' } })).toEqual({
      responseMimeType: 'application/json',
    })
    expect(configOf({ response_format: { type: 'text' } })).toBeUndefined()
  })

  it('declares tools, without a schema where there is nothing in it', () => {
    const bare = {
      type: 'function',
      function: { name: 'now', parameters: { type: 'object', properties: {} } },
    }
    expect(translated({ tools: [weather, bare] })['tools']).toEqual([
      {
        functionDeclarations: [
          { name: 'get_weather', description: 'Now', parametersJsonSchema: schema },
          { name: 'now' },
        ],
      },
    ])
  })

  const strict = { type: 'function', function: { ...weather.function, strict: true } }
  it.each([
    [undefined, weather, undefined],
    ['auto', weather, { mode: 'AUTO' }],
    ['auto', strict, { mode: 'VALIDATED' }],
    [undefined, strict, { mode: 'VALIDATED' }],
    ['none', weather, { mode: 'NONE' }],
    ['required', strict, { mode: 'ANY' }],
    [
      { type: 'function', function: { name: 'get_weather' } },
      weather,
      { mode: 'ANY', allowedFunctionNames: ['get_weather'] },
    ],
    [
      { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [weather] } },
      weather,
      { mode: 'ANY', allowedFunctionNames: ['get_weather'] },
    ],
    [
      { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [weather] } },
      weather,
      { mode: 'VALIDATED', allowedFunctionNames: ['get_weather'] },
    ],
  ])('translates the tool choice %j', (choice, tool, functionCallingConfig) => {
    const { toolConfig } = translated({ tools: [tool], tool_choice: choice })
    expect(toolConfig).toEqual(functionCallingConfig && { functionCallingConfig })
  })

  it.each([
    [{ invented: 1 }, 'unsupported_parameter', 'invented'],
    [{ parallel_tool_calls: false, tools: [weather] }, 'unsupported_parameter', 'parallel_tool_calls'],
    [{ logit_bias: { 5: 1 } }, 'unsupported_parameter', 'logit_bias'],
    [{ reasoning_effort: 'xhigh' }, 'unsupported_parameter', 'reasoning_effort'],
    [{ service_tier: 'flex' }, 'unsupported_parameter', 'service_tier'],
    [{ extra_body: { other: {} } }, 'invalid_request', 'extra_body'],
    [{ extra_body: { google: { other: 1 } } }, 'unsupported_parameter', 'extra_body.google.other'],
    [{ tools: [{ type: 'custom' }] }, 'unsupported_parameter', 'tools[0].type'],
    [{ tool_choice: 'auto' }, 'invalid_request', 'tool_choice'],
    [{ messages: [{ role: 'function', content: 'x' }] }, 'unsupported_parameter', 'messages[0].role'],
    [
      { messages: [{ role: 'tool', tool_call_id: 'nobody', content: 'x' }] },
      'invalid_request',
      'messages[0].tool_call_id',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }] },
      'unsupported_parameter',
      'messages[0].content[0].file',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:x' } }] }] },
      'invalid_request',
      'messages[0].content[0].image_url.url',
    ],
  ])('refuses %j', (body, code, parameter) => {
    expect(refusal(body)).toEqual([code, parameter])
  })
})

describe('embeddings (Gemini)', () => {
  it('go as one batch, in the order of the texts', () => {
    const body = { input: ['a', 'b'], dimensions: 256, task_type: 'RETRIEVAL_QUERY', user: 'u' }
    const call = chatCall({}, { operation: 'embedding', model: 'gemini-embedding-001', body })
    const { url, body: text } = dialect.request(call)
    expect(url).toEndWith('/models/gemini-embedding-001:batchEmbedContents')
    const request = batchEmbedSchema.parse(JSON.parse(text as string))
    expect(request.requests).toEqual(
      ['a', 'b'].map(one => ({
        model: 'models/gemini-embedding-001',
        content: { parts: [{ text: one }] },
        outputDimensionality: 256,
        taskType: 'RETRIEVAL_QUERY',
      })),
    )
    const tokens = chatCall({}, { operation: 'embedding', body: { input: [[1, 2]] } })
    expect(() => dialect.request(tokens)).toThrow('texts, not tokens')
  })
})
