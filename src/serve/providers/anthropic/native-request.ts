import { asList, asObject, type JsonObject } from '../loose-json.ts'
import { isForeignThinking, mayBeForeign } from '../foreign-thinking.ts'
import { editText } from '../openai/edit-body.ts'
import type { UpstreamCall } from '../upstream.ts'

/**
 * The client's own body, as its own text wherever nothing but the model differs. Thinking that Anthropic
 * has not signed is left out: it comes from an upstream of another make, and would be refused.
 */
export function writeNativeBody({ body, original, model }: UpstreamCall): string {
  const isFromElsewhere = original === undefined || mayBeForeign.test(original)
  const own = isFromElsewhere ? withoutForeignThinking(body) : body
  const text =
    original === undefined || own !== body
      ? undefined
      : editText(original, body, { model, streamOptions: undefined })
  return text ?? JSON.stringify({ ...own, model })
}

/** The body without the thinking that Claude has not signed; the very same object where there is none. */
export function withoutForeignThinking(body: JsonObject): JsonObject {
  const messages = asList(body['messages']) ?? []
  let isChanged = false
  const kept = messages.map(entry => {
    const message = asObject(entry)
    const blocks = asList(message?.['content'])
    const signed = blocks?.filter(block => !isForeignThinking(asObject(block)))
    if (!blocks || signed?.length === blocks.length) return entry
    isChanged = true
    return { ...message, content: signed }
  })
  return isChanged ? { ...body, messages: kept } : body
}
