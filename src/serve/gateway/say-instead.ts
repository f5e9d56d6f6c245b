import { usageOf } from '../../foundation/config/index.ts'
import { eventStreamHeaders } from '../../foundation/platform/index.ts'
import { replayStream, replayWhole } from '../cache/index.ts'
import type { AnswerContext, Body, ClientDialect } from '../dialects/index.ts'

const speaking = new Set(['chat', 'completion', 'messages', 'responses'])

/** Whether an answer of this API is words, so that others can be said in its place. */
export function canSay(dialect: ClientDialect): boolean {
  return speaking.has(dialect.operation)
}

/** An answer of ours, whole or as a stream, in the client's API: a text, or nothing, for what was filtered. */
export function sayInstead(
  text: string | undefined,
  dialect: ClientDialect,
  context: AnswerContext,
  isStream: boolean,
): { readonly body: string | Uint8Array<ArrayBuffer>; readonly headers: Readonly<Record<string, string>> } {
  const operation = dialect.operation === 'completion' ? 'completion' : 'chat'
  const answer = {
    kind: 'message',
    content: operation === 'completion' ? (text ?? '') : { role: 'assistant', content: text ?? null },
    finishReason: text === undefined ? 'content_filter' : 'stop',
    usage: usageOf({}),
    model: context.model,
  } as const
  const replay = {
    inferenceId: context.inferenceId,
    createdAtSeconds: Math.floor(context.startedAtMs / 1_000),
    operation,
  } as const
  if (isStream) {
    const events = replayStream(answer, replay, dialect.overChat !== undefined)
    const stream = (dialect.overChat ?? dialect).openStream(context)
    const parts = [stream.push(encoder.encode(events)), stream.end()].filter(part => part !== undefined)
    return { body: Buffer.concat(parts), headers: eventStreamHeaders }
  }
  const whole = replayWhole(answer, replay)
  const translated = dialect.overChat?.fromReply(JSON.parse(whole) as Body, context)
  return {
    body: translated ? JSON.stringify(translated) : whole,
    headers: { 'content-type': 'application/json' },
  }
}

const encoder = new TextEncoder()
