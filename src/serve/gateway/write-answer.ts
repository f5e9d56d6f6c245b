import { eventStreamHeaders } from '../../foundation/platform/index.ts'
import { type CachedAnswer, replayStream, replayWhole } from '../cache/index.ts'
import type { AnswerContext, Body, ClientDialect } from '../dialects/index.ts'
import { keepStream } from './remember.ts'

export interface WrittenAnswer {
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly headers: Readonly<Record<string, string>>
}

/** An answer that is kept, said in the client's dialect: as the events of a stream, or whole. */
export function writeAnswer(
  answer: CachedAnswer,
  dialect: ClientDialect,
  context: AnswerContext,
  isStream: boolean,
  keep?: (answer: Body) => void,
): WrittenAnswer {
  const replay = {
    inferenceId: context.inferenceId,
    createdAtSeconds: Math.floor(context.startedAtMs / 1_000),
    operation: dialect.operation === 'completion' ? 'completion' : 'chat',
  } as const
  if (isStream && answer.kind === 'message') {
    const events = replayStream(answer, replay, wantsUsage(context.request, dialect))
    const stream = keepStream((dialect.overChat ?? dialect).openStream(context), keep)
    const parts = [stream.push(encoder.encode(events)), stream.end()].filter(part => part !== undefined)
    return { body: Buffer.concat(parts), headers: eventStreamHeaders }
  }
  const whole = replayWhole(answer, replay)
  const translated = dialect.overChat?.fromReply(JSON.parse(whole) as Body, context)
  if (translated) keep?.(translated)
  const body = translated ? JSON.stringify(translated) : whole
  return { body, headers: { 'content-type': 'application/json' } }
}

/** A translated stream takes its usage from the chat; a chat's client has it only where it asked. */
function wantsUsage(request: Body, dialect: ClientDialect): boolean {
  const options = request['stream_options'] as { include_usage?: unknown } | null | undefined
  return dialect.overChat !== undefined || options?.include_usage === true
}

const encoder = new TextEncoder()
