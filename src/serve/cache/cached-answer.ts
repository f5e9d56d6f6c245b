import type { Usage } from '../../foundation/config/index.ts'

/** An answer as it is kept: whole, in the form that it can be said in any dialect, streamed or not. */
export type CachedAnswer =
  | {
      readonly kind: 'message'
      /** OpenAI's assistant message, or the text of a completion. */
      readonly content: unknown
      readonly finishReason: string
      readonly usage: Usage
      readonly model: string
    }
  /** What has no dialects and is never streamed: embeddings. */
  | { readonly kind: 'body'; readonly body: string; readonly usage: Usage; readonly model: string }

/** What ended in one of these ways is the model's whole word; a filter's or a broken answer is not given again. */
const wholeEnds = new Set(['stop', 'tool_calls', 'length'])

export function isWorthKeeping(answer: CachedAnswer): boolean {
  return answer.kind === 'body' || (wholeEnds.has(answer.finishReason) && answer.content !== undefined)
}

/** The text of an answer that is nothing but text; others are not compared by their meaning. */
export function textOf(answer: CachedAnswer): string | undefined {
  if (answer.kind === 'body') return undefined
  if (typeof answer.content === 'string') return answer.content
  const message = answer.content as { content?: unknown; tool_calls?: unknown } | null
  return typeof message?.content === 'string' && !message.tool_calls ? message.content : undefined
}
