import { asObject, asText, type JsonObject } from '../loose-json.ts'

interface Call {
  readonly id: unknown
  readonly type: 'function'
  readonly function: { readonly name: unknown; arguments: string }
}

/** Assembles the message of a chat from the events of a Responses stream, as far as it has come. */
export class ResponsesContent {
  readonly message: { role: 'assistant'; content: string | null } & Record<string, unknown> = {
    role: 'assistant',
    content: null,
  }
  readonly #calls = new Map<unknown, Call>()

  add(type: string, event: JsonObject): void {
    const delta = asText(event['delta'])
    const { message } = this
    if (type === 'response.output_item.added') return this.#begin(event)
    if (delta === undefined) return
    if (type === 'response.output_text.delta') message.content = (message.content ?? '') + delta
    if (type === 'response.refusal.delta') this.#append('refusal', delta)
    if (/^response\.reasoning.*_text\.delta$/.test(type)) this.#append('reasoning_content', delta)
    const call = this.#calls.get(event['output_index'])
    if (call && type === 'response.function_call_arguments.delta') call.function.arguments += delta
  }

  #begin(event: JsonObject): void {
    const item = asObject(event['item'])
    if (item?.['type'] !== 'function_call') return
    const call: Call = {
      id: item['call_id'],
      type: 'function',
      function: { name: item['name'], arguments: '' },
    }
    this.#calls.set(event['output_index'], call)
    this.message['tool_calls'] = [...this.#calls.values()]
  }

  #append(name: string, text: string): void {
    this.message[name] = (asText(this.message[name]) ?? '') + text
  }
}
