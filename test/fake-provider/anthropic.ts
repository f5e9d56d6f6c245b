import { answerTo, countTokens, tokensOf, type Answer } from './answer.ts'
import { countSchema, messagesSchema, type MessagesRequest } from './anthropic-schema.ts'
import { Refusal, type Fixed, type Understood } from './understood.ts'
import { firstProblem, type Dialect } from './respond.ts'

const signature = 'EqQBCgIYAhIkFakeSignatureOfTheThinkingBlock=='

/** Reads a request as Anthropic would, and prepares the answer. Throws `Refusal` for what Anthropic refuses. */
export function understandAnthropic(body: unknown, fixed: Fixed): Understood {
  const result = messagesSchema.safeParse(body)
  if (!result.success) {
    const { path, message } = firstProblem(result.error)
    throw new Refusal(path, `${path}: ${message}`)
  }
  const request = result.data
  checkToolResults(request)
  const blocks = blocksOf(request.messages.at(-1)?.content)
  const toolResult = blocks.find(block => block['type'] === 'tool_result')
  const choice = request.tool_choice
  const answer = answerTo(
    {
      text: blocks.map(block => textOf(block)).join(' '),
      isToolResult: toolResult !== undefined,
      tools:
        choice?.type === 'none'
          ? []
          : (request.tools ?? []).map(tool => ({ name: tool.name, schema: tool.input_schema })),
      isToolForced: choice !== undefined && choice.type !== 'auto',
      isParallel: !(choice && 'disable_parallel_tool_use' in choice && choice.disable_parallel_tool_use),
      outputSchema: request.output_config?.format?.schema,
      stop: request.stop_sequences ?? [],
      maxTokens: request.max_tokens,
      isReasoning: request.thinking !== undefined && request.thinking.type !== 'disabled',
    },
    fixed.text,
  )
  return { dialect: messagesDialect(request, answer, fixed), isStream: request.stream === true }
}

/** The answer to `/v1/messages/count_tokens`: the same prompt as `usage.input_tokens` of a message. */
export function countAnthropic(body: unknown): { input_tokens: number } {
  const result = countSchema.safeParse(body)
  if (!result.success) {
    const { path, message } = firstProblem(result.error)
    throw new Refusal(path, `${path}: ${message}`)
  }
  return { input_tokens: countTokens(result.data.messages) + countTokens(result.data.system ?? '') }
}

/** Every `tool_result` must answer a `tool_use` of the message before, and every `tool_use` must be answered. */
function checkToolResults(request: MessagesRequest): void {
  let open = new Set<unknown>()
  for (const [index, message] of request.messages.entries()) {
    const blocks = blocksOf(message.content)
    const results = blocks.filter(block => block['type'] === 'tool_result')
    for (const result of results) {
      if (open.delete(result['tool_use_id'])) continue
      throw new Refusal(
        `messages.${index}`,
        `messages.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks`,
      )
    }
    if (open.size > 0) {
      throw new Refusal(
        `messages.${index}`,
        `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks`,
      )
    }
    open = new Set(blocks.filter(block => block['type'] === 'tool_use').map(block => block['id']))
  }
}

function messagesDialect(request: MessagesRequest, answer: Answer, fixed: Fixed): Dialect {
  const content: Record<string, unknown>[] = []
  if (answer.reasoning) content.push({ type: 'thinking', thinking: answer.reasoning, signature })
  if (answer.text) content.push({ type: 'text', text: answer.text })
  for (const [index, call] of answer.calls.entries()) {
    content.push({ type: 'tool_use', id: `toolu_fake${index}`, name: call.name, input: call.input })
  }
  const prompt = countTokens(request.messages) + countTokens(request.system ?? '')
  const cached = Math.min(fixed.cachedTokens, prompt)
  const reasoning = countTokens(answer.reasoning)
  const usage = {
    input_tokens: prompt - cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: reasoning + countTokens(answer.calls.length > 0 ? answer.calls : answer.text),
    output_tokens_details: { thinking_tokens: reasoning },
    service_tier: 'standard',
  }
  const ending = endingOf(answer)
  const message = {
    id: 'msg_fake1',
    type: 'message',
    role: 'assistant',
    model: request.model,
    content,
    ...ending,
    usage,
  }
  const started = { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } }
  const events = [
    event({ type: 'message_start', message: started }),
    event({ type: 'ping' }),
    ...content.flatMap((block, index) => blockEvents(block, index)),
    event({
      type: 'message_delta',
      delta: ending,
      usage: { output_tokens: usage.output_tokens, output_tokens_details: usage.output_tokens_details },
    }),
    event({ type: 'message_stop' }),
  ]
  return {
    events,
    reply: message,
    error: anthropicError,
    errorEvent: event(anthropicError(529, undefined, 'Overloaded')),
  }
}

function blockEvents(block: Record<string, unknown>, index: number): string[] {
  const { start, deltas } = piecesOf(block)
  return [
    event({ type: 'content_block_start', index, content_block: start }),
    ...deltas.map(delta => event({ type: 'content_block_delta', index, delta })),
    event({ type: 'content_block_stop', index }),
  ]
}

function piecesOf(block: Record<string, unknown>): { start: object; deltas: object[] } {
  if (block['type'] === 'thinking') {
    const pieces = tokensOf(String(block['thinking'])).map(thinking => ({ type: 'thinking_delta', thinking }))
    return {
      start: { type: 'thinking', thinking: '', signature: '' },
      deltas: [...pieces, { type: 'signature_delta', signature }],
    }
  }
  if (block['type'] === 'tool_use') {
    const input = JSON.stringify(block['input'])
    const half = input.length >> 1
    return {
      start: { ...block, input: {} },
      deltas: ['', input.slice(0, half), input.slice(half)].map(partial => ({
        type: 'input_json_delta',
        partial_json: partial,
      })),
    }
  }
  const pieces = tokensOf(String(block['text'])).map(text => ({ type: 'text_delta', text }))
  return { start: { type: 'text', text: '' }, deltas: pieces }
}

const errorTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

export function anthropicError(status: number, code: string | undefined, message: string): unknown {
  const error = {
    type: errorTypes[status] ?? 'api_error',
    message,
    ...(code ? { details: { error_code: code } } : {}),
  }
  return { type: 'error', error, request_id: 'req_fake1' }
}

function endingOf(answer: Answer): object {
  if (answer.finish === 'tools') return { stop_reason: 'tool_use', stop_sequence: null }
  if (answer.finish === 'length') return { stop_reason: 'max_tokens', stop_sequence: null }
  if (answer.finish === 'stop-sequence') return { stop_reason: 'stop_sequence', stop_sequence: 'seen' }
  return { stop_reason: 'end_turn', stop_sequence: null }
}

function blocksOf(content: unknown): Record<string, unknown>[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return Array.isArray(content) ? (content as Record<string, unknown>[]) : []
}

function textOf(block: Record<string, unknown>): string {
  if (typeof block['text'] === 'string') return block['text']
  if (block['type'] !== 'tool_result') return `[${String(block['type'])}]`
  const { content } = block
  return typeof content === 'string' ? content : blocksOf(content).map(textOf).join(' ')
}

function event(data: unknown): string {
  return `event: ${(data as { type: string }).type}\ndata: ${JSON.stringify(data)}\n\n`
}
