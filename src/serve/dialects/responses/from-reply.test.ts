import { describe, expect, it } from 'bun:test'
import { expectOfficial } from '../../../../test/official-responses.ts'
import type { AnswerContext, Body } from '../client-dialect.ts'
import { fromReply } from './from-reply.ts'

const context: AnswerContext = {
  inferenceId: '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000',
  request: {
    model: 'assistant',
    input: 'Hi',
    instructions: 'Secret. Be terse.',
    temperature: 0.5,
    user: 'u',
  },
  asked: { model: 'assistant', input: 'Hi', instructions: 'Be terse.' },
  model: 'assistant',
  startedAtMs: 1_764_000_000_000,
  target: 'provider:x m',
}

function respond(message: Body, more: Body = {}, choice: Body = {}): Body {
  const choices = [{ index: 0, message, finish_reason: 'stop', ...choice }]
  const response = fromReply({ choices, ...more }, context)
  expectOfficial('Response', response)
  return response
}

describe('fromReply', () => {
  it('carries citations, log-probabilities and the service tier', () => {
    const citation = { start_index: 0, end_index: 2, url: 'https://example.com', title: 'T' }
    const token = {
      token: 'Hi',
      logprob: -0.1,
      bytes: [72, 105],
      top_logprobs: [{ token: 'Hi', logprob: -0.1, bytes: null }],
    }
    const response = respond(
      { role: 'assistant', content: 'Hi', annotations: [{ type: 'url_citation', url_citation: citation }] },
      { service_tier: 'flex' },
      { logprobs: { content: [token] } },
    )
    expect(response).toMatchObject({
      service_tier: 'flex',
      output: [
        {
          type: 'message',
          content: [
            {
              type: 'output_text',
              text: 'Hi',
              annotations: [{ type: 'url_citation', ...citation }],
              logprobs: [{ ...token, top_logprobs: [{ token: 'Hi', logprob: -0.1, bytes: [] }] }],
            },
          ],
        },
      ],
    })
  })

  it('echoes what the client asked and nothing of the release', () => {
    const response = respond({ role: 'assistant', content: 'Hi' })
    expect(response).toMatchObject({ instructions: 'Be terse.', temperature: 0.5, user: 'u', store: false })
    expect(JSON.stringify(response)).not.toContain('Secret')
  })

  it('counts cached and reasoning tokens as parts, and says nothing where the upstream does not', () => {
    const usage = {
      prompt_tokens: 9,
      completion_tokens: 5,
      total_tokens: 14,
      prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
      completion_tokens_details: { reasoning_tokens: 3 },
    }
    expect(respond({ content: 'Hi' }, { usage })['usage']).toEqual({
      input_tokens: 9,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 3 },
      total_tokens: 14,
    })
    expect(respond({ content: 'Hi' })).not.toHaveProperty('usage')
  })

  it('reads reasoning in each of the places where servers put it', () => {
    const thought = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] },
      { type: 'text', text: 'Hi' },
    ]
    const messages = [
      { reasoning_content: 'Hm', content: 'Hi' },
      { reasoning: 'Hm', content: 'Hi' },
      { content: thought },
    ]
    for (const message of messages) {
      expect(respond(message)['output']).toMatchObject([
        { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'Hm' }] },
        { type: 'message', content: [{ type: 'output_text', text: 'Hi' }] },
      ])
    }
  })

  it('says why an answer is incomplete, and marks what was cut', () => {
    const cut = respond({ content: 'Once' }, {}, { finish_reason: 'length' })
    expect(cut).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ status: 'incomplete' }],
    })
    expect(cut).not.toHaveProperty('completed_at')
    const filtered = respond({ refusal: 'No.' }, {}, { finish_reason: 'content_filter' })
    expect(filtered).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'content_filter' } })
  })
})
