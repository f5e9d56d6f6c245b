import { describe, expect, it } from 'bun:test'
import { usageOf } from '../../../foundation/config/index.ts'
import { chatCall, readFixture } from '../__fixtures__/read.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import { translateEmbeddings } from './embeddings.ts'
import { translateReply } from './reply.ts'

const label = 'provider "gemini"'
const options = { label, failures: new UpstreamFailures({ label, isEngine: false, secrets: [] }) }
const bytesOf = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value))
const call = chatCall({}, { isContentWanted: true })

describe('translateReply (Gemini)', () => {
  it('gives the message with its signature, the usage by modality and the probabilities of tokens', () => {
    const { body, observation } = translateReply(readFixture('gemini/chat.json'), call, options)
    const reply = JSON.parse(body as string) as Record<string, unknown>
    const message = {
      role: 'assistant',
      content: 'A bowl of noodles.',
      refusal: null,
      thinking_blocks: [{ type: 'thinking', thinking: '', signature: 'gemini:text#EjQKMgEMx3LaY' }],
    }
    expect(reply).toMatchObject({
      object: 'chat.completion',
      model: 'gemini-3-pro-preview',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
    })
    expect((reply['choices'] as [{ logprobs: unknown }])[0].logprobs).toEqual({
      content: [
        {
          token: 'A',
          logprob: -0.1,
          bytes: [65],
          top_logprobs: [
            { token: 'A', logprob: -0.1, bytes: [65] },
            { token: 'The', logprob: -2.4, bytes: [84, 104, 101] },
          ],
        },
      ],
      refusal: null,
    })
    expect(observation.content).toEqual(message)
    expect(observation.usage).toEqual(
      usageOf({
        inputTokens: 12 + 89,
        imageInputTokens: 1032,
        audioInputTokens: 256,
        outputTokens: 40,
        reasoningTokens: 16,
      }),
    )
    expect(reply['usage']).toMatchObject({
      prompt_tokens: 1389,
      completion_tokens: 56,
      completion_tokens_details: { reasoning_tokens: 16 },
    })
  })

  it('shows pictures that the model has drawn', () => {
    const { body, observation } = translateReply(readFixture('gemini/image.json'), call, options)
    const { choices } = JSON.parse(body as string) as { choices: [{ message: { images: unknown } }] }
    expect(choices[0].message.images).toEqual([
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
    ])
    expect(observation.usage).toMatchObject({ imageOutputTokens: 1120, outputTokens: 99 })
  })

  it('says what is no answer', () => {
    const failing = (value: unknown): string => {
      try {
        translateReply(bytesOf(value), call, options)
        return 'no failure'
      } catch (error) {
        return String(error)
      }
    }
    expect(failing([])).toContain('not a JSON object')
    expect(failing({})).toContain('without candidates')
    expect(failing({ candidates: [{}] })).toContain('not finished')
    expect(failing({ candidates: [{ finishReason: 'UNEXPECTED_TOOL_CALL' }] })).toContain(
      'UNEXPECTED_TOOL_CALL',
    )
    expect(failing({ promptFeedback: { blockReason: 'SAFETY' } })).toContain('blocked (SAFETY)')
    expect(failing({ error: { code: 429, message: 'Slow.', status: 'RESOURCE_EXHAUSTED' } })).toContain(
      'limiting',
    )
  })
})

describe('translateEmbeddings (Gemini)', () => {
  const ask = (format?: string) =>
    chatCall({}, { operation: 'embedding', body: { input: ['a', 'b'], encoding_format: format } })

  it('gives vectors in numbers or base64, their usage unknown', () => {
    const { body, observation } = translateEmbeddings(readFixture('gemini/embeddings.json'), ask(), options)
    expect(JSON.parse(body as string)).toEqual({
      object: 'list',
      model: 'upstream-model',
      data: [
        { object: 'embedding', index: 0, embedding: [-0.0132, 0.0411, 0.25] },
        { object: 'embedding', index: 1, embedding: [0.5, -0.25, 0.125] },
      ],
    })
    expect(observation.usage).toBeUndefined()
    const base64 = translateEmbeddings(readFixture('gemini/embeddings.json'), ask('base64'), options)
    const { data } = JSON.parse(base64.body as string) as { data: { embedding: string }[] }
    const bytes = new Uint8Array(Buffer.from(data[1]!.embedding, 'base64'))
    expect([...new Float32Array(bytes.buffer)]).toEqual([0.5, -0.25, 0.125])
  })

  it('refuses an answer without vectors', () => {
    expect(() => translateEmbeddings(bytesOf({ embeddings: [{}] }), ask(), options)).toThrow(
      'without embeddings',
    )
  })
})
