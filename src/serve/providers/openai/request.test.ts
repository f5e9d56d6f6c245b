import { describe, expect, it } from 'bun:test'
import { Failure } from '../../../foundation/platform/index.ts'
import { chatCall } from '../__fixtures__/read.ts'
import { usualOperations } from './dialect.ts'
import { createUrlOf, differences } from './differences.ts'
import { editText } from './edit-body.ts'
import { writeBody } from './request.ts'

function write(original: string, kind: keyof typeof differences = 'openai', model = 'gpt-x') {
  const body = JSON.parse(original) as Record<string, unknown>
  return writeBody(chatCall(body, { body, original, model }), differences[kind], `provider "${kind}"`)
}

describe('writeBody', () => {
  it('forwards the very text where the model has the same name and nothing is added', () => {
    const original = '{ "messages" : [],\n "model":"gpt-x", "unknown": 1.0 }'
    expect(write(original).body).toBe(original)
  })

  it('changes nothing in the text but the model, wherever it stands', () => {
    expect(write('{"model":"support","temperature":1.0,"x":"é\\n"}').body).toBe(
      '{"model":"gpt-x","temperature":1.0,"x":"é\\n"}',
    )
    expect(write('{"messages":[{"content":"a \\"model\\": b"}],\n"model" : "support" ,"n":1}').body).toBe(
      '{"messages":[{"content":"a \\"model\\": b"}],\n"model" : "gpt-x" ,"n":1}',
    )
  })

  it('asks for the usage of a stream, and says so', () => {
    const written = write('{"model":"support","stream":true,"messages":[]}')
    expect(written).toEqual({
      body: '{"stream_options":{"include_usage":true},"model":"gpt-x","stream":true,"messages":[]}',
      isUsageInjected: true,
    })
  })

  it('keeps the stream options of the client, and injects where they do not ask for usage', () => {
    const asked = '{"model":"gpt-x","stream":true,"stream_options":{"include_usage":true},"messages":[]}'
    expect(write(asked)).toEqual({ body: asked, isUsageInjected: false })
    const { body, isUsageInjected } = write(
      '{"model":"support","stream":true,"stream_options":{"include_obfuscation":false,"include_usage":false}}',
    )
    expect(isUsageInjected).toBe(true)
    expect(JSON.parse(body)).toEqual({
      model: 'gpt-x',
      stream: true,
      stream_options: { include_obfuscation: false, include_usage: true },
    })
    expect(JSON.parse(write('{"model":"a","stream":true,"stream_options":null}').body)).toMatchObject({
      stream_options: { include_usage: true },
    })
  })

  it.each([
    '{"model":"support","messages":[{"role":"user","content":"model"}]}',
    '{"tools":[{"function":{"parameters":{"properties":{"model":{"type":"string"}}}}}],"model":"support"}',
    '{"model":"other","model":"support"}',
    '{"\\u006dodel":"support","metadata":{"model":"support"}}',
    '{"\\u006Dodel":"support","x":{"model":"support"}}',
    '{"mod\\u0065l":"support","model":"support"}',
    '{"model":"supp\\u006frt","a":1}',
    '{"model":"sup\\/port","a":["model"]}',
    '{"a":{"model":"support"},"model":"support"}',
    '  {"model":\t"support","unicode":"\\ud83d\\ude00 🌍"}\n',
    '{"x":"\\\\","model":"support","y":"\\\\\\"model\\\\\\""}',
  ])('changes the model that the upstream will read in %s, and no other', original => {
    for (const isStream of [false, true]) {
      const parsed = JSON.parse(original) as Record<string, unknown>
      const body = isStream ? { ...parsed, stream: true } : parsed
      const text = isStream ? JSON.stringify(body) : original
      const written = JSON.parse(write(text).body) as Record<string, unknown>
      const { stream_options: added, ...rest } = written
      expect(rest).toEqual({ ...body, model: 'gpt-x' })
      expect(added).toEqual(isStream ? { include_usage: true } : undefined)
    }
  })

  it('does not splice what it cannot prove', () => {
    const edit = { model: 'gpt-x', streamOptions: undefined }
    expect(editText('{"a":"model","model":"s"}', { model: 's' }, edit)).toBeUndefined()
    expect(editText('{"mod\\u0065l":"s","model":"s"}', { model: 's' }, edit)).toBeUndefined()
    expect(editText('{"model":"s"}', { model: 's' }, edit)).toBe('{"model":"gpt-x"}')
  })

  it('agrees with parsing and writing again for many generated bodies', () => {
    let state = 42
    const random = (n: number): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % n
    const value = (depth: number): unknown => {
      const kind = random(depth > 3 ? 4 : 6)
      if (kind === 0) return ['model', '"model":"x"', '\\"model\\"', '\u006dodel', '}{', 'é🌍'][random(6)]
      if (kind === 1) return random(1000) / 8
      if (kind === 2) return null
      if (kind === 3) return random(2) === 0
      if (kind === 4) return Array.from({ length: random(4) }, () => value(depth + 1))
      return object(depth + 1)
    }
    const object = (depth: number): Record<string, unknown> =>
      Object.fromEntries(
        Array.from({ length: random(5) }, (_, i) => [
          ['a', 'model', '"model"', 'mo\\del', `k${i}`][random(5)]!,
          value(depth),
        ]),
      )
    for (let i = 0; i < 500; i += 1) {
      const before = object(0)
      const after = object(0)
      const body = {
        ...before,
        model: ['support', 'su"p', 'é', 's\\'][random(4)],
        ...after,
        stream: random(2) === 0,
      }
      body.model = typeof body.model === 'string' ? body.model : 'support'
      const original = JSON.stringify(body, null, random(3))
      const call = chatCall(body, { body, original, model: 'gpt-x' })
      const written = JSON.parse(writeBody(call, differences.vllm, 'x').body) as Record<string, unknown>
      const options = body.stream ? { stream_options: { include_usage: true } } : {}
      expect(written).toEqual({ ...body, model: 'gpt-x', ...options })
    }
  })

  it('writes the changed object where the release changed something', () => {
    const body = { model: 'support', messages: [], temperature: 0.2 }
    const { body: text } = writeBody(chatCall({}, { body, model: 'gpt-x' }), differences.openai, 'x')
    expect(JSON.parse(text)).toEqual({ ...body, model: 'gpt-x' })
  })

  it('uses the words of each provider', () => {
    const text =
      '{"model":"s","stream":true,"stream_options":{"include_usage":true},"seed":7,"max_completion_tokens":9}'
    expect(JSON.parse(write(text, 'mistral').body)).toEqual({
      model: 'gpt-x',
      stream: true,
      random_seed: 7,
      max_tokens: 9,
    })
    expect(JSON.parse(write(text, 'ollama').body)).toMatchObject({ max_tokens: 9, seed: 7 })
    expect(JSON.parse(write('{"model":"s","stream":true}', 'together').body)).toEqual({
      model: 'gpt-x',
      stream: true,
    })
    const both = '{"model":"s","max_tokens":5,"max_completion_tokens":9}'
    expect(JSON.parse(write(both, 'mistral').body)).toEqual({ model: 'gpt-x', max_tokens: 5 })
  })

  it('refuses what a provider would ignore without a word', () => {
    const refused = (): unknown => write('{"model":"s","n":2}', 'ollama')
    expect(refused).toThrow(Failure)
    try {
      refused()
    } catch (error) {
      expect(error).toMatchObject({ code: 'unsupported_parameter', details: { parameter: 'n' } })
    }
    expect(write('{"model":"s","n":1,"tool_choice":"auto"}', 'ollama').body).toContain('"n":1')
  })
})

describe('usualOperations', () => {
  it('has responses at OpenAI and at Azure since its version of March 2025, and elsewhere by chat', () => {
    const has = (kind: keyof typeof differences, apiVersion?: string): boolean =>
      usualOperations(kind, apiVersion).includes('responses')
    expect([has('openai'), has('vllm'), has('openai-compatible')]).toEqual([true, false, false])
    expect([has('azure-openai'), has('azure-openai', 'v1'), has('azure-openai', 'preview')]).toEqual([
      true,
      true,
      true,
    ])
    expect([has('azure-openai', '2024-10-21'), has('azure-openai', '2025-04-01-preview')]).toEqual([
      false,
      true,
    ])
  })
})

describe('createUrlOf', () => {
  it('puts the deployment into the path of dated Azure versions, and knows the undated one', () => {
    const kind = 'azure-openai'
    const baseUrl = 'https://r.openai.azure.com/'
    const dated = createUrlOf({ kind, baseUrl, apiVersion: '2024-10-21' })
    expect(dated('chat', 'my gpt')).toBe(
      'https://r.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21',
    )
    const preview = createUrlOf({ kind, baseUrl, apiVersion: '2025-04-01-preview' })
    expect(preview('responses', 'my gpt')).toBe(
      'https://r.openai.azure.com/openai/responses?api-version=2025-04-01-preview',
    )
    const undated = createUrlOf({ kind, baseUrl: `${baseUrl}openai/v1/`, apiVersion: undefined })
    expect(undated('embedding', 'e')).toBe('https://r.openai.azure.com/openai/v1/embeddings')
  })
})
