import { asWords } from '../../../foundation/platform/index.ts'
import { asObject, asText, type JsonObject } from '../loose-json.ts'
import { mintId } from './call-id.ts'
import { markSignature, type SignedPart } from './signature.ts'

/**
 * Reads the parts of one candidate, of a whole answer or as they are streamed, and gives what OpenAI would say for each:
 * a delta with `content`, `reasoning_content`, `tool_calls`, `images` or `thinking_blocks`.
 */
export class PartReader {
  #calls = 0
  /** The thoughts that no signature has vouched for yet. */
  #thoughts = ''

  get hasCalls(): boolean {
    return this.#calls > 0
  }

  read(value: unknown): JsonObject[] {
    const part = asObject(value)
    if (!part) return []
    const signature = asText(part['thoughtSignature'])
    const text = asText(part['text'])
    if (part['thought'] === true) {
      this.#thoughts += text ?? ''
      return [
        ...(text ? [{ reasoning_content: text }] : []),
        ...(signature ? [this.#sign('thought', signature)] : []),
      ]
    }
    const called = asObject(part['functionCall'])
    if (called) {
      const block = signature ? [this.#sign('call', signature)] : []
      return [...block, { tool_calls: [this.#toCall(called, signature)] }]
    }
    const image = asObject(part['inlineData'])
    const deltas: JsonObject[] = []
    if (text) deltas.push({ content: text })
    if (image) deltas.push({ images: [toImage(image)] })
    if (deltas.length > 0) this.#thoughts = ''
    if (signature) deltas.push(this.#sign('text', signature))
    return deltas
  }

  /** The whole block at once, so that clients which append lists can send it back as it is. */
  #sign(part: SignedPart, signature: string): JsonObject {
    const thinking = this.#thoughts
    this.#thoughts = ''
    return {
      thinking_blocks: [{ type: 'thinking', thinking, signature: markSignature({ part, signature }) }],
    }
  }

  #toCall(called: JsonObject, signature: string | undefined): JsonObject {
    const index = this.#calls
    this.#calls += 1
    return {
      index,
      id: asText(called['id']) ?? mintId(),
      type: 'function',
      function: { name: called['name'], arguments: JSON.stringify(called['args'] ?? {}) },
      // as Google's own OpenAI endpoint has it
      ...(signature ? { extra_content: { google: { thought_signature: signature } } } : {}),
    }
  }
}

/** Pictures that a model has drawn, as other gateways show them in chats. */
function toImage(data: JsonObject): JsonObject {
  const url = `data:${asWords(data['mimeType'])};base64,${asWords(data['data'])}`
  return { type: 'image_url', image_url: { url } }
}
