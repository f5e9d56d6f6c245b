import type { JsonObject } from '../loose-json.ts'
import { toConversation } from './messages.ts'
import { toParameters } from './parameters.ts'
import { toTools } from './tools.ts'

/** A chat as a request of the Messages API, without the name of the model. */
export function toMessagesRequest(body: JsonObject): JsonObject {
  const { system, messages } = toConversation(body['messages'])
  return {
    ...toParameters(body),
    ...(system.length > 0 ? { system } : {}),
    messages,
    ...toTools(body),
  }
}
