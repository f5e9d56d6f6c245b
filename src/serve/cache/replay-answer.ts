import { asWords } from '../../foundation/platform/index.ts'
import type { Usage } from '../../foundation/config/index.ts'
import type { CachedAnswer } from './cached-answer.ts'

export interface Replay {
  /** The id of the answer that is made of it. */
  readonly inferenceId: string
  readonly createdAtSeconds: number
  readonly operation: 'chat' | 'completion'
}

type Message = Extract<CachedAnswer, { kind: 'message' }>

/** A kept answer as the whole body that an upstream would have sent. */
export function replayWhole(answer: CachedAnswer, replay: Replay): string {
  if (answer.kind === 'body') return answer.body
  const choice =
    replay.operation === 'chat'
      ? { index: 0, message: answer.content, logprobs: null, finish_reason: answer.finishReason }
      : { index: 0, text: answer.content, logprobs: null, finish_reason: answer.finishReason }
  const object = replay.operation === 'chat' ? 'chat.completion' : 'text_completion'
  return JSON.stringify({
    ...head(answer, replay, object),
    choices: [choice],
    usage: openAiUsage(answer.usage),
  })
}

/**
 * A kept answer as the events of a stream: in pieces as a model would have sent them, since clients draw what comes,
 * but without its pauses. Ends with the usage and `[DONE]`.
 */
export function replayStream(answer: Message, replay: Replay, isUsageWanted: boolean): string {
  const object = replay.operation === 'chat' ? 'chat.completion.chunk' : 'text_completion'
  const event = (choices: readonly unknown[], more: object = {}): string =>
    `data: ${JSON.stringify({ ...head(answer, replay, object), choices, ...more })}\n\n`
  const deltas = replay.operation === 'chat' ? messageDeltas(answer.content) : textDeltas(answer.content)
  const events = deltas.map(delta => event([{ index: 0, ...delta, logprobs: null, finish_reason: null }]))
  const empty = replay.operation === 'chat' ? { delta: {} } : { text: '' }
  events.push(event([{ index: 0, ...empty, logprobs: null, finish_reason: answer.finishReason }]))
  if (isUsageWanted) events.push(event([], { usage: openAiUsage(answer.usage) }))
  return `${events.join('')}data: [DONE]\n\n`
}

function head({ model }: Message, { inferenceId, createdAtSeconds, operation }: Replay, object: string) {
  return {
    id: `${operation === 'chat' ? 'chatcmpl' : 'cmpl'}-${inferenceId}`,
    object,
    created: createdAtSeconds,
    model,
  }
}

/** Fields of a message that are text and grow; all others are sent in one piece. */
const growing = ['reasoning_content', 'content', 'refusal'] as const

function messageDeltas(content: unknown): object[] {
  const message = content as Record<string, unknown>
  const { role, tool_calls: calls, ...rest } = message
  const deltas: object[] = [{ delta: { role: role ?? 'assistant', content: '' } }]
  for (const name of growing) {
    const text = message[name]
    if (typeof text === 'string') deltas.push(...pieces(text).map(piece => ({ delta: { [name]: piece } })))
  }
  for (const [name, value] of Object.entries(rest)) {
    const isSaid = growing.includes(name as (typeof growing)[number])
    if (!isSaid && value !== null && value !== undefined) deltas.push({ delta: { [name]: value } })
  }
  if (Array.isArray(calls)) {
    calls.forEach((call: object, index) => deltas.push({ delta: { tool_calls: [{ index, ...call }] } }))
  }
  return deltas
}

function textDeltas(content: unknown): object[] {
  return pieces(asWords(content)).map(text => ({ text }))
}

/** Words with the blanks before them. */
function pieces(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}

/** The buckets as OpenAI's clients read them. */
function openAiUsage(usage: Usage): object {
  const prompt =
    usage.inputTokens +
    usage.cacheReadTokens +
    usage.cacheWriteTokens +
    usage.cacheWriteHourTokens +
    usage.audioInputTokens +
    usage.imageInputTokens
  const completion =
    usage.outputTokens + usage.reasoningTokens + usage.audioOutputTokens + usage.imageOutputTokens
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens, audio_tokens: usage.audioInputTokens },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: usage.audioOutputTokens,
    },
  }
}
