import { Failure } from '../../foundation/platform/index.ts'
import type { CachedAnswer } from '../cache/index.ts'
import type { AnswerContext, Body, ClientDialect } from '../dialects/index.ts'
import { type Usage, usageOf } from '../../foundation/config/index.ts'
import { textsOfRequest } from './held-texts.ts'
import type { ReviewOutcome } from './review-desk.ts'
import { writeAnswer, type WrittenAnswer } from './write-answer.ts'

/** An answer while it waits: what can be said in any dialect, or a reply that stands in the client's own already. */
export type HeldAnswer = CachedAnswer | { readonly kind: 'reply'; readonly body: string }

/** What comes of an approved request: the model's answer, or why there is none. */
export type RequestResult =
  | { readonly kind: 'answer'; readonly answer: HeldAnswer }
  | { readonly kind: 'failed'; readonly status: number; readonly body: string }

/** What the answer is written from when somebody asks for it later. */
export interface Writing {
  readonly context: AnswerContext
  /** Of the answer that waits; a request that waits has used nothing. */
  readonly usage: Usage | undefined
}

export interface HeldReply extends WrittenAnswer {
  readonly status: number
}

const speaking: ReadonlySet<string> = new Set(['chat', 'completion', 'messages', 'responses'])

/** What the client gets of a decision, in its dialect. Throws a `Failure` where the dialect has no words for a refusal. */
export function writeHeld(
  outcome: Exclude<ReviewOutcome, { kind: 'pending' }>,
  { context, usage }: Writing,
  dialect: ClientDialect,
  isStream: boolean,
  keep?: (answer: Body) => void,
): HeldReply {
  if (outcome.kind === 'content') {
    const content = JSON.parse(outcome.content) as HeldAnswer | RequestResult
    const result: RequestResult = isResult(content) ? content : { kind: 'answer', answer: content }
    if (result.kind === 'failed')
      return { status: result.status, body: result.body, headers: { 'content-type': 'application/json' } }
    const { answer } = result
    if (answer.kind === 'reply' && isStream)
      return {
        status: 200,
        ...writeAnswer(messageOf(answer.body, context.model), dialect, context, true, keep),
      }
    if (answer.kind === 'reply')
      return { status: 200, body: answer.body, headers: { 'content-type': 'application/json' } }
    return { status: 200, ...writeAnswer(answer, dialect, context, isStream, keep) }
  }
  if (!speaking.has(dialect.operation)) throw new Failure('review_refused', outcome.message)
  const isMessage = outcome.kind === 'message'
  const said = { kind: 'message', usage: usage ?? usageOf({}), model: context.model } as const
  const answer: CachedAnswer = {
    ...said,
    finishReason: isMessage ? 'stop' : 'content_filter',
    content:
      dialect.operation === 'completion'
        ? outcome.message
        : {
            role: 'assistant',
            content: isMessage ? outcome.message : null,
            refusal: isMessage ? null : outcome.message,
          },
  }
  return { status: 200, ...writeAnswer(answer, dialect, context, isStream, keep) }
}

function isResult(content: HeldAnswer | RequestResult): content is RequestResult {
  return content.kind === 'answer' || content.kind === 'failed'
}

/** A reply in whatever API as a message that can be streamed: its text, and whether it was filtered. */
function messageOf(reply: string, model: string): CachedAnswer {
  const body = JSON.parse(reply) as Body
  const [choice] = (body['choices'] ?? []) as { message?: object; text?: string; finish_reason?: string }[]
  const said = textsOfRequest({
    messages: [{ role: 'assistant', content: body['content'] }, ...asItems(body['output'])],
  })
  const isFiltered = body['stop_reason'] === 'refusal' || body['status'] === 'incomplete'
  return {
    kind: 'message',
    content: choice?.message ??
      choice?.text ?? { role: 'assistant', content: said.map(({ text }) => text).join('') },
    finishReason: choice?.finish_reason ?? (isFiltered ? 'content_filter' : 'stop'),
    usage: usageOf({}),
    model,
  }
}

function asItems(output: unknown): unknown[] {
  return Array.isArray(output) ? output : []
}
