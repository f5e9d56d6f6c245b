import { z } from 'zod'

import type { ApiClient } from '../api-client.ts'
import { CommandError } from '../command-error.ts'
import { readEvents } from '../event-stream.ts'

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

export interface Question {
  readonly model: string
  readonly messages: readonly ChatMessage[]
  /** Request parameters as they go out, e.g. `temperature`, `max_tokens`. */
  readonly parameters: Readonly<Record<string, unknown>>
}

export interface Answer {
  readonly content: string
  readonly finishReason: string | undefined
  readonly usage: { readonly input: number; readonly output: number } | undefined
  /** From sending the request, in milliseconds. */
  readonly firstTokenMs: number | undefined
  readonly latencyMs: number
  readonly requestId: string | undefined
  readonly inferenceId: string | undefined
  readonly isAborted: boolean
}

const chunkShape = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        delta: z.looseObject({ content: z.string().nullish() }).nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z.looseObject({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
  error: z.looseObject({ message: z.string(), code: z.string().nullish() }).nullish(),
})

/** Streams one answer; `onText` gets it piece by piece. An abort ends it with what was there by then. */
export async function ask(
  api: ApiClient,
  question: Question,
  signal: AbortSignal,
  onText: (text: string) => void,
): Promise<Answer> {
  const startedAt = performance.now()
  let content = ''
  let finishReason: string | undefined
  let usage: Answer['usage']
  let firstTokenMs: number | undefined
  let response: Response | undefined
  try {
    response = await api.send('/v1/chat/completions', {
      method: 'POST',
      body: {
        model: question.model,
        messages: question.messages,
        ...question.parameters,
        stream: true,
        stream_options: { include_usage: true },
      },
      signal,
      accept: 'text/event-stream',
    })
    if (response.body !== null)
      for await (const { data } of readEvents(response.body)) {
        if (data === '[DONE]') break
        const chunk = chunkShape.parse(JSON.parse(data))
        if (chunk.error !== null && chunk.error !== undefined) throw brokenOff(chunk.error, response)
        const choice = chunk.choices?.[0]
        const text = choice?.delta?.content ?? ''
        if (text !== '') {
          firstTokenMs ??= performance.now() - startedAt
          content += text
          onText(text)
        }
        finishReason = choice?.finish_reason ?? finishReason
        if (chunk.usage !== null && chunk.usage !== undefined)
          usage = { input: chunk.usage.prompt_tokens, output: chunk.usage.completion_tokens }
      }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return {
    content,
    finishReason,
    usage,
    firstTokenMs,
    latencyMs: performance.now() - startedAt,
    requestId: response?.headers.get('x-request-id') ?? undefined,
    inferenceId: response?.headers.get('slipway-inference-id') ?? undefined,
    isAborted: signal.aborted,
  }
}

function brokenOff(
  error: { message: string; code?: string | null | undefined },
  response: Response,
): CommandError {
  const requestId = response.headers.get('x-request-id')
  return new CommandError(error.code ?? 'stream_error', error.message, {
    ...(requestId !== null && { requestId }),
  })
}
