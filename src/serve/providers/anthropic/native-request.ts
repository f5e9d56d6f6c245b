import { asList, asObject, type JsonObject } from '../loose-json.ts'
import { editText } from '../openai/edit-body.ts'
import type { UpstreamCall } from '../upstream.ts'

/**
 * The client's own body, as its own text wherever nothing but the model differs. Thinking without a signature is left
 * out: it comes from an upstream of another make, and Anthropic refuses what it has not signed.
 */
export function writeNativeBody({ body, original, model }: UpstreamCall): string {
  const isFromElsewhere = original === undefined || unsigned.test(original)
  const own = isFromElsewhere ? withoutUnsignedThinking(body) : body
  const text =
    original === undefined || own !== body
      ? undefined
      : editText(original, body, { model, streamOptions: undefined })
  return text ?? JSON.stringify({ ...own, model })
}

const unsigned = /"signature"\s*:\s*""/

/** The body without the thinking that nobody has signed; the very same object where there is none. */
export function withoutUnsignedThinking(body: JsonObject): JsonObject {
  const messages = asList(body['messages']) ?? []
  let isChanged = false
  const kept = messages.map(entry => {
    const message = asObject(entry)
    const blocks = asList(message?.['content'])
    const signed = blocks?.filter(block => !isUnsigned(asObject(block)))
    if (!blocks || signed?.length === blocks.length) return entry
    isChanged = true
    return { ...message, content: signed }
  })
  return isChanged ? { ...body, messages: kept } : body
}

function isUnsigned(block: JsonObject | undefined): boolean {
  return block?.['type'] === 'thinking' && block['signature'] === ''
}
