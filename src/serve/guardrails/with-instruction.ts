import { asList, type JsonObject } from '../providers/index.ts'

/** The request with something more that the model is told, where its API has a place for that. */
export function withInstruction(operation: string, body: JsonObject, instruction: string): JsonObject {
  switch (operation) {
    case 'messages': {
      const { system } = body
      const blocks = typeof system === 'string' ? [{ type: 'text', text: system }] : (asList(system) ?? [])
      return { ...body, system: [...blocks, { type: 'text', text: instruction }] }
    }
    case 'responses': {
      const { instructions } = body
      const before = typeof instructions === 'string' ? `${instructions}\n\n` : ''
      return { ...body, instructions: before + instruction }
    }
    case 'completion': {
      const { prompt } = body
      return typeof prompt === 'string' ? { ...body, prompt: `${instruction}\n\n${prompt}` } : body
    }
    default: {
      // servers take a system message at the beginning alone
      const messages = asList(body['messages']) ?? []
      const first = messages[0] as JsonObject | undefined
      if (first?.['role'] === 'system' && typeof first['content'] === 'string') {
        const told = { ...first, content: `${first['content']}\n\n${instruction}` }
        return { ...body, messages: [told, ...messages.slice(1)] }
      }
      return { ...body, messages: [{ role: 'system', content: instruction }, ...messages] }
    }
  }
}
