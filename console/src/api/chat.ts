import { ApiError, isRecord, send } from './request.ts'
import { readEvents } from './server-sent-events.ts'

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

export interface ChatParameters {
  readonly temperature?: number
  readonly maxTokens?: number
  readonly seed?: number
  readonly stop?: readonly string[]
  readonly isJson?: boolean
}

export interface ChatUsage {
  readonly inputTokens: number
  readonly outputTokens: number
}

export type ChatEvent =
  | { readonly kind: 'start'; readonly inferenceId: string | undefined }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'finish'; readonly reason: string }
  | { readonly kind: 'usage'; readonly usage: ChatUsage }

/** The body of a chat call in OpenAI's shape; also what the copied snippets show. */
export function chatBody(
  service: string,
  messages: readonly ChatMessage[],
  parameters: ChatParameters,
): Record<string, unknown> {
  return {
    model: service,
    messages,
    ...(parameters.temperature !== undefined && { temperature: parameters.temperature }),
    ...(parameters.maxTokens !== undefined && { max_tokens: parameters.maxTokens }),
    ...(parameters.seed !== undefined && { seed: parameters.seed }),
    ...(parameters.stop && parameters.stop.length > 0 && { stop: parameters.stop }),
    ...(parameters.isJson === true && { response_format: { type: 'json_object' } }),
  }
}

/** Streams a chat answer. Throws `ApiError`, also for an error event in the stream, or `NoAnswer`. */
export async function* streamChat(
  body: Record<string, unknown>,
  signal: AbortSignal,
): AsyncGenerator<ChatEvent> {
  const response = await send('/v1/chat/completions', {
    method: 'POST',
    signal,
    body: { ...body, stream: true, stream_options: { include_usage: true } },
  })
  yield { kind: 'start', inferenceId: response.headers.get('slipway-inference-id') ?? undefined }
  if (!response.body) return
  for await (const { data } of readEvents(response.body)) {
    if (data === '[DONE]') return
    yield* readChunk(JSON.parse(data))
  }
}

export function* readChunk(chunk: unknown): Generator<ChatEvent> {
  if (!isRecord(chunk)) return
  if (isRecord(chunk['error'])) {
    const { code, message } = chunk['error']
    throw new ApiError(200, {
      ...(typeof code === 'string' && { code }),
      message: typeof message === 'string' ? message : 'The stream ended with an error.',
    })
  }
  const choice: unknown = Array.isArray(chunk['choices']) ? chunk['choices'][0] : undefined
  if (isRecord(choice)) {
    const text = isRecord(choice['delta']) ? choice['delta']['content'] : undefined
    if (typeof text === 'string' && text !== '') yield { kind: 'text', text }
    if (typeof choice['finish_reason'] === 'string') yield { kind: 'finish', reason: choice['finish_reason'] }
  }
  if (isRecord(chunk['usage'])) {
    const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = chunk['usage']
    if (typeof inputTokens === 'number' && typeof outputTokens === 'number') {
      yield { kind: 'usage', usage: { inputTokens, outputTokens } }
    }
  }
}
