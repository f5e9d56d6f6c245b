import type { z } from 'zod'
import { answerTo, countTokens, tokensOf, type Answer } from './answer.ts'
import { chatSchema, embedSchema, rerankSchema, type ChatRequest } from './cohere-schema.ts'
import { firstProblem, type Dialect } from './respond.ts'
import { Refusal, type Fixed, type Understood } from './understood.ts'

export function isCoherePath(path: string): boolean {
  return /\/v2\/(?:chat|embed|rerank)$/.test(path)
}

/** Reads a request as Cohere would, and prepares the answer. Throws `Refusal` for what Cohere refuses. */
export function understandCohere(path: string, body: unknown, fixed: Fixed): Understood {
  if (path.endsWith('/embed')) return { dialect: embed(body), isStream: false }
  if (path.endsWith('/rerank')) return { dialect: rerank(body), isStream: false }
  const request = read(chatSchema, body)
  checkToolResults(request)
  const last = request.messages.at(-1)
  const answer = answerTo(
    {
      text: textOf(last?.content),
      isToolResult: last?.role === 'tool',
      tools:
        request.tool_choice === 'NONE'
          ? []
          : (request.tools ?? []).map(tool => ({
              name: tool.function.name,
              schema: tool.function.parameters,
            })),
      isToolForced: request.tool_choice === 'REQUIRED',
      isParallel: true,
      outputSchema: request.response_format?.json_schema,
      stop: request.stop_sequences ?? [],
      maxTokens: request.max_tokens ?? Number.MAX_SAFE_INTEGER,
      isReasoning: request.thinking?.type === 'enabled',
    },
    fixed.text,
  )
  return { dialect: chatDialect(request, answer), isStream: request.stream === true }
}

/** Every answer must follow its call. */
function checkToolResults({ messages }: ChatRequest): void {
  const open = new Set<string>()
  for (const [index, message] of messages.entries()) {
    if (message.role === 'assistant') for (const call of message.tool_calls ?? []) open.add(call.id)
    if (message.role === 'tool' && !open.delete(message.tool_call_id)) {
      throw new Refusal(
        `messages[${index}].tool_call_id`,
        'invalid request: tool_call_id is not in tool_calls.',
      )
    }
  }
}

const plan = 'I will look that up.'
const finishReasons = {
  stop: 'COMPLETE',
  length: 'MAX_TOKENS',
  tools: 'TOOL_CALL',
  'stop-sequence': 'STOP_SEQUENCE',
}

function chatDialect(request: ChatRequest, answer: Answer): Dialect {
  const calls = answer.calls.map(({ name, input }, index) => ({
    id: `${name}_fake${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }))
  const content = [
    ...(answer.reasoning ? [{ type: 'thinking', thinking: answer.reasoning }] : []),
    ...(answer.text ? [{ type: 'text', text: answer.text }] : []),
  ]
  const written = countTokens(answer.reasoning) + countTokens(calls.length > 0 ? calls : answer.text)
  const prompt = countTokens(request.messages)
  const usage = {
    billed_units: { input_tokens: prompt, output_tokens: written },
    tokens: { input_tokens: prompt + 1000, output_tokens: written + 4 },
    cached_tokens: 900,
  }
  const finish = finishReasons[answer.finish]
  const message = {
    role: 'assistant',
    ...(content.length > 0 ? { content } : {}),
    ...(calls.length > 0 ? { tool_plan: plan, tool_calls: calls } : {}),
  }
  const start = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] }
  const events = [
    event('message-start', { id: 'fake-cohere-1', delta: { message: start } }),
    ...(calls.length > 0
      ? tokensOf(plan).map(word => event('tool-plan-delta', { delta: { message: { tool_plan: word } } }))
      : []),
    ...content.flatMap((block, index) => contentEvents(block, index)),
    ...calls.flatMap((call, index) => callEvents(call, index)),
    event('message-end', { delta: { finish_reason: finish, usage } }),
  ]
  return {
    events,
    reply: { id: 'fake-cohere-1', message, finish_reason: finish, usage },
    error: cohereError,
    errorEvent: event('message-end', { delta: { finish_reason: 'ERROR', error: 'the model broke' } }),
  }
}

function contentEvents(block: Record<string, unknown>, index: number): string[] {
  const name = String(block['type'])
  const content = (piece: object): unknown => ({ index, delta: { message: { content: piece } } })
  return [
    event('content-start', content({ type: name, [name]: '' })),
    ...tokensOf(String(block[name])).map(word => event('content-delta', content({ [name]: word }))),
    event('content-end', { index }),
  ]
}

function callEvents(
  call: { id: string; function: { name: string; arguments: string } },
  index: number,
): string[] {
  const piece = (given: object): unknown => ({ index, delta: { message: { tool_calls: given } } })
  const { arguments: text } = call.function
  const half = text.length >> 1
  return [
    event('tool-call-start', piece({ ...call, function: { ...call.function, arguments: '' } })),
    ...[text.slice(0, half), text.slice(half)].map(part =>
      event('tool-call-delta', piece({ function: { arguments: part } })),
    ),
    event('tool-call-end', { index }),
  ]
}

function embed(body: unknown): Dialect {
  const { texts } = read(embedSchema, body)
  const vector = (text: string): number[] => Array.from({ length: 8 }, (_, at) => (text.length + at) / 64)
  const meta = { api_version: { version: '2' }, billed_units: { input_tokens: countTokens(texts.join(' ')) } }
  const reply = { id: 'fake-embed-1', texts, embeddings: { float: texts.map(vector) }, meta }
  return { events: [], reply, error: cohereError, errorEvent: '' }
}

function rerank(body: unknown): Dialect {
  const { query, documents, top_n: count } = read(rerankSchema, body)
  const words = new Set(tokensOf(query).map(word => word.trim()))
  const results = documents
    .map((document, index) => ({
      index,
      relevance_score: tokensOf(document).filter(word => words.has(word.trim())).length,
    }))
    .toSorted((left, right) => right.relevance_score - left.relevance_score)
    .slice(0, count)
  const meta = { api_version: { version: '2' }, billed_units: { search_units: 1 } }
  return { events: [], reply: { id: 'fake-rank-1', results, meta }, error: cohereError, errorEvent: '' }
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const { path, message } = firstProblem(result.error)
  throw new Refusal(path, `invalid request: ${path}: ${message}`)
}

export function cohereError(_status: number, _code: string | undefined, message: string): unknown {
  return { id: 'fake-error-1', message }
}

function event(type: string, rest: unknown): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...(rest as object) })}\n\n`
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  return Array.isArray(content) ? content.map(part => String((part as { text?: string }).text)).join(' ') : ''
}
