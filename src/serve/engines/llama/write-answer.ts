import type { ServerResponse } from 'node:http'
import type { AnswerShape, WrittenChoice } from './answers.ts'
import type { Generator, Outcome, Piece } from './generate.ts'
import { errorBody } from './request-error.ts'
import type { Sampling } from './request.ts'

export interface AnswerPlan {
  readonly prompts: readonly (readonly number[])[]
  /** Choices for each prompt. */
  readonly choices: number
  readonly sampling: Sampling
  readonly shape: AnswerShape
  readonly isStream: boolean
  readonly isUsageWanted: boolean
  /** The request's name for the prompt, for errors. */
  readonly parameter: string
}

/** Writes all choices side by side and sends them as one JSON body, or as events, one for each piece of text. */
export async function writeAnswer(
  generator: Generator,
  plan: AnswerPlan,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { shape, isStream, isUsageWanted } = plan
  const events = createEventStream(response)
  try {
    const choices = await generateAll(generator, plan, signal, {
      open: index => {
        const opening = isStream ? shape.open(index) : undefined
        if (opening !== undefined) events.send(opening)
      },
      piece: (index, piece) => {
        if (isStream) events.send(shape.piece(index, piece))
      },
      close: (index, outcome) => {
        if (isStream) events.send(shape.close(index, outcome))
      },
    })
    const usage = countUsage(choices, plan.choices)
    if (!isStream) return sendJson(response, 200, shape.whole(choices, usage))
    if (isUsageWanted) events.send(shape.usage(usage))
    events.end()
  } catch (error) {
    if (!response.headersSent) throw error
    events.fail(error)
  }
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body))
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length })
  response.end(bytes)
}

interface ChoiceListener {
  open(choice: number): void
  piece(choice: number, piece: Piece): void
  close(choice: number, outcome: Outcome): void
}

async function generateAll(
  generator: Generator,
  plan: AnswerPlan,
  signal: AbortSignal,
  listener: ChoiceListener,
): Promise<WrittenChoice[]> {
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const writing = plan.prompts.flatMap((prompt, place) =>
    Array.from({ length: plan.choices }, async (_, offset): Promise<WrittenChoice> => {
      const index = place * plan.choices + offset
      const { seed } = plan.sampling
      const sampling = seed === undefined ? plan.sampling : { ...plan.sampling, seed: (seed + offset) >>> 0 }
      const pieces: Piece[] = []
      const open = (): void => {
        if (pieces.length === 0) listener.open(index)
      }
      const onPiece = (piece: Piece): void => {
        open()
        pieces.push(piece)
        listener.piece(index, piece)
      }
      try {
        const outcome = await generator.generate(prompt, sampling, onPiece, either, plan.parameter)
        open()
        listener.close(index, outcome)
        return { pieces, outcome }
      } catch (error) {
        failed.abort(error)
        throw error
      }
    }),
  )
  const settled = await Promise.allSettled(writing)
  if (failed.signal.aborted) throw failed.signal.reason
  return settled.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
}

/** A prompt counts once, however many answers were written to it. */
function countUsage(choices: readonly WrittenChoice[], choicesPerPrompt: number): object {
  let promptTokens = 0
  let cachedTokens = 0
  let generatedTokens = 0
  for (const [index, { outcome }] of choices.entries()) {
    generatedTokens += outcome.generatedTokens
    if (index % choicesPerPrompt !== 0) continue
    promptTokens += outcome.promptTokens
    cachedTokens += outcome.cachedTokens
  }
  return {
    prompt_tokens: promptTokens,
    completion_tokens: generatedTokens,
    total_tokens: promptTokens + generatedTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  }
}

interface EventStream {
  send(event: object): void
  end(): void
  fail(error: unknown): void
}

function createEventStream(response: ServerResponse): EventStream {
  const send = (event: object): void => {
    if (!response.headersSent) {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
      })
    }
    response.write(`data: ${JSON.stringify(event)}\n\n`)
  }
  return {
    send,
    end: () => response.end('data: [DONE]\n\n'),
    fail(error) {
      send(errorBody(error).body)
      response.end()
    },
  }
}
