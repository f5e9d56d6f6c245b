import { describe, expect, it } from 'bun:test'
import { RequestError } from './request-error.ts'
import { parseChatRequest, parseCompletionRequest, parseEmbeddingRequest } from './request.ts'

const messages = [{ role: 'user', content: 'hi' }]

function refusal(parse: () => unknown): { code: string; parameter: string | null } {
  try {
    parse()
  } catch (error) {
    if (error instanceof RequestError) return { code: error.code, parameter: error.parameter }
    throw error
  }
  throw new Error('nothing was refused')
}

describe('parseChatRequest', () => {
  it('takes the defaults of OpenAI', () => {
    const { sampling, choices, isStream } = parseChatRequest({ messages })
    expect({ choices, isStream }).toEqual({ choices: 1, isStream: false })
    expect(sampling).toMatchObject({ temperature: 1, topP: 1, topK: 0, stops: [], maxTokens: undefined })
  })

  it('joins text parts and refuses others by name', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]
    expect(parseChatRequest({ messages: [{ role: 'user', content: parts }] }).messages[0]!.content).toBe('ab')
    const image = [{ type: 'image_url', image_url: { url: 'x' } }]
    expect(refusal(() => parseChatRequest({ messages: [{ role: 'user', content: image }] }))).toEqual({
      code: 'unsupported_parameter',
      parameter: 'messages[0].content',
    })
  })

  it('refuses what it cannot do instead of dropping it', () => {
    for (const parameter of ['tools', 'functions', 'audio', 'reasoning_effort', 'made_up']) {
      expect(refusal(() => parseChatRequest({ messages, [parameter]: [{}] }))).toEqual({
        code: 'unsupported_parameter',
        parameter,
      })
    }
  })

  it('takes what asks for nothing', () => {
    expect(() =>
      parseChatRequest({ messages, user: 'u', metadata: {}, tools: [], tool_choice: 'none', audio: null }),
    ).not.toThrow()
  })

  it('names the parameter that is out of range', () => {
    expect(refusal(() => parseChatRequest({ messages, temperature: 3 }))).toEqual({
      code: 'invalid_value',
      parameter: 'temperature',
    })
    expect(refusal(() => parseChatRequest({ messages: [] }))).toEqual({
      code: 'invalid_value',
      parameter: 'messages',
    })
    expect(refusal(() => parseChatRequest({ messages, top_logprobs: 3 }))).toEqual({
      code: 'invalid_value',
      parameter: 'top_logprobs',
    })
  })
})

describe('parseCompletionRequest', () => {
  it('takes a text, texts, token ids and lists of them', () => {
    expect(parseCompletionRequest({ prompt: 'a' }).prompts).toEqual(['a'])
    expect(parseCompletionRequest({ prompt: ['a', 'b'] }).prompts).toEqual(['a', 'b'])
    expect(parseCompletionRequest({ prompt: [1, 2] }).prompts).toEqual([[1, 2]])
    expect(parseCompletionRequest({ prompt: [[1], [2]] }).prompts).toEqual([[1], [2]])
  })

  it('refuses log-probabilities of the prompt', () => {
    expect(refusal(() => parseCompletionRequest({ prompt: 'a', echo: true, logprobs: 1 })).parameter).toBe(
      'logprobs',
    )
  })
})

describe('parseEmbeddingRequest', () => {
  it('refuses dimensions, which the model does not let us choose', () => {
    expect(refusal(() => parseEmbeddingRequest({ input: 'a', dimensions: 8 })).parameter).toBe('dimensions')
  })
})
