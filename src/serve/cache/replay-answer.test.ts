import { describe, expect, it } from 'bun:test'
import { usageOf } from '../../foundation/config/index.ts'
import type { CachedAnswer } from './cached-answer.ts'
import { replayStream, replayWhole } from './replay-answer.ts'

const replay = { inferenceId: 'i-1', createdAtSeconds: 7, operation: 'chat' } as const
const call = { id: 'call_1', type: 'function', function: { name: 'find', arguments: '{"q":"lamp"}' } }
const answer = {
  kind: 'message',
  content: {
    role: 'assistant',
    content: 'Grüße, it is  on its way.\n',
    reasoning_content: 'They ask where it is.',
    thinking_blocks: [{ type: 'thinking', thinking: 'They ask where it is.', signature: 's1g' }],
    tool_calls: [call, { ...call, id: 'call_2' }],
  },
  finishReason: 'tool_calls',
  usage: usageOf({ inputTokens: 5, cacheReadTokens: 3, outputTokens: 4, reasoningTokens: 2 }),
  model: 'gpt-test',
} satisfies CachedAnswer

interface Chunk {
  choices: { delta: Record<string, unknown>; finish_reason: string | null }[]
  usage?: object
}

function chunksOf(events: string): Chunk[] {
  const data = events.split('\n\n').filter(Boolean)
  expect(data.at(-1)).toBe('data: [DONE]')
  return data.slice(0, -1).map(event => JSON.parse(event.slice('data: '.length)) as Chunk)
}

describe('replayStream', () => {
  it('says all that the whole answer says', () => {
    const chunks = chunksOf(replayStream(answer, replay, true))
    const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta))
    const joined = (name: string) => deltas.map(delta => (delta[name] ?? '') as string).join('')
    expect(joined('content')).toBe(answer.content.content)
    expect(joined('reasoning_content')).toBe(answer.content.reasoning_content)
    expect(deltas.find(delta => delta['thinking_blocks'])?.['thinking_blocks']).toEqual(
      answer.content.thinking_blocks,
    )
    expect(deltas.flatMap(delta => delta['tool_calls'] ?? [])).toEqual([
      { index: 0, ...call },
      { index: 1, ...call, id: 'call_2' },
    ])
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason).filter(Boolean)).toEqual(['tool_calls'])
    expect(chunks.at(-1)?.usage).toMatchObject({ prompt_tokens: 8, completion_tokens: 6, total_tokens: 14 })
  })

  it('comes in pieces, and without a usage that nobody asked for', () => {
    const chunks = chunksOf(replayStream(answer, replay, false))
    expect(chunks.length).toBeGreaterThan(8)
    expect(chunks.filter(({ usage }) => usage)).toEqual([])
  })
})

describe('replayWhole', () => {
  it('is a chat completion with an id of its own', () => {
    expect(JSON.parse(replayWhole(answer, replay))).toMatchObject({
      id: 'chatcmpl-i-1',
      object: 'chat.completion',
      model: 'gpt-test',
      choices: [{ message: answer.content, finish_reason: 'tool_calls' }],
      usage: { prompt_tokens: 8, prompt_tokens_details: { cached_tokens: 3 } },
    })
  })
})
