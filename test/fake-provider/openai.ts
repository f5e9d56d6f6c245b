import { answerTo, countTokens, tokensOf, type Answer } from './answer.ts'
import { chatSchema, completionSchema, embeddingSchema, type ChatRequest } from './openai-schema.ts'
import { understandMedia } from './openai-media.ts'
import { understandResponses } from './openai-responses.ts'
import type { Dialect } from './respond.ts'
import { event, openAiDialect, parsed, Refusal, type Fixed, type Understood } from './understood.ts'

/** Reads a request as OpenAI would, and prepares the answer. Throws `Refusal` for what OpenAI refuses. */
export function understandOpenAi(path: string, body: unknown, fixed: Fixed): Understood | undefined {
  if (path.endsWith('/chat/completions')) return understandChat(body, fixed)
  if (path.endsWith('/completions')) return understandCompletion(body, fixed)
  if (path.endsWith('/embeddings')) return understandEmbedding(body)
  if (path.endsWith('/responses')) return understandResponses(body, fixed)
  return understandMedia(path, body, fixed)
}

function understandChat(body: unknown, fixed: Fixed): Understood {
  const request = parsed(chatSchema, body)
  checkToolOrder(request)
  if (request.stream_options && request.stream !== true) {
    throw new Refusal(
      'stream_options',
      "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    )
  }
  const last = request.messages.at(-1)
  const format = request.response_format
  const answer = answerTo(
    {
      text: textOf(last?.content),
      isToolResult: last?.role === 'tool',
      tools:
        request.tool_choice === 'none'
          ? []
          : (request.tools ?? []).map(tool => ({
              name: tool.function.name,
              schema: tool.function.parameters ?? { type: 'object' },
            })),
      isToolForced: request.tool_choice !== undefined && request.tool_choice !== 'auto',
      isParallel: request.parallel_tool_calls !== false,
      outputSchema: format?.type === 'json_schema' && !fixed.isSaid ? format.json_schema.schema : undefined,
      stop: [request.stop ?? []].flat(),
      maxTokens: request.max_completion_tokens ?? request.max_tokens ?? 10_000,
      isReasoning: request.reasoning_effort !== undefined && request.reasoning_effort !== 'none',
    },
    fixed.text,
  )
  return { dialect: chatDialect(request, answer, fixed), isStream: request.stream === true }
}

/** OpenAI refuses an answer of a tool that nobody called. */
function checkToolOrder(request: ChatRequest): void {
  const called = new Set<string>()
  for (const [index, message] of request.messages.entries()) {
    if (message.role === 'assistant') for (const call of message.tool_calls ?? []) called.add(call.id)
    if (message.role === 'tool' && !called.has(message.tool_call_id)) {
      const text = "messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
      throw new Refusal(`messages[${index}].role`, `Invalid parameter: ${text}`)
    }
  }
}

function chatDialect(request: ChatRequest, answer: Answer, fixed: Fixed): Dialect {
  const same = { id: 'chatcmpl-fake1', created: 1_764_000_000, model: `${request.model}-2026-11-01` }
  const usage = usageOf(request.messages, answer, fixed)
  const calls = answer.calls.map((call, index) => ({
    id: `call_fake${index}`,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.input) },
  }))
  const finish = finishOf(answer)
  const isUsageWanted = request.stream_options?.include_usage === true
  const chunk = (choices: unknown, more: object = {}): string =>
    event({
      ...same,
      object: 'chat.completion.chunk',
      system_fingerprint: 'fp_fake',
      choices,
      ...(isUsageWanted ? { usage: null } : {}),
      ...more,
    })
  const delta = (given: object, finishReason: string | null = null): string =>
    chunk([{ index: 0, delta: given, logprobs: null, finish_reason: finishReason }])
  const events = [
    delta({ role: 'assistant', content: calls.length > 0 ? null : '', refusal: null }),
    ...tokensOf(answer.text).map(token => delta({ content: token })),
    ...calls.flatMap((call, index) => callDeltas(call, index)).map(given => delta(given)),
    delta({}, finish),
    ...(isUsageWanted ? [chunk([], { usage })] : []),
    'data: [DONE]\n\n',
  ]
  const message = {
    role: 'assistant',
    content: calls.length > 0 ? null : answer.text,
    refusal: null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    annotations: [],
  }
  const choices = Array.from({ length: request.n ?? 1 }, (_, index) => ({
    index,
    message,
    logprobs: null,
    finish_reason: finish,
  }))
  return openAiDialect(events, {
    ...same,
    object: 'chat.completion',
    choices,
    usage,
    service_tier: 'default',
    system_fingerprint: 'fp_fake',
  })
}

/** The name first, then the arguments in two pieces, as OpenAI streams them. */
function callDeltas(
  call: { id: string; type: string; function: { name: string; arguments: string } },
  index: number,
): object[] {
  const text = call.function.arguments
  const half = text.length >> 1
  return [
    { tool_calls: [{ index, ...call, function: { name: call.function.name, arguments: '' } }] },
    ...[text.slice(0, half), text.slice(half)].map(piece => ({
      tool_calls: [{ index, function: { arguments: piece } }],
    })),
  ]
}

function understandCompletion(body: unknown, fixed: Fixed): Understood {
  const request = parsed(completionSchema, body)
  const answer = answerTo(
    {
      text: [request.prompt].flat().join(' '),
      isToolResult: false,
      tools: [],
      isToolForced: false,
      isParallel: false,
      outputSchema: undefined,
      stop: [request.stop ?? []].flat(),
      maxTokens: request.max_tokens ?? 16,
      isReasoning: false,
    },
    fixed.text,
  )
  const same = { id: 'cmpl-fake1', object: 'text_completion', created: 1_764_000_000, model: request.model }
  const usage = usageOf(request.prompt, answer, fixed)
  const choice = (text: string, finishReason: string | null): object => ({
    index: 0,
    text,
    logprobs: null,
    finish_reason: finishReason,
  })
  const isUsageWanted = request.stream_options?.include_usage === true
  const events = [
    ...tokensOf(answer.text).map(token => event({ ...same, choices: [choice(token, null)] })),
    event({ ...same, choices: [choice('', finishOf(answer))] }),
    ...(isUsageWanted ? [event({ ...same, choices: [], usage })] : []),
    'data: [DONE]\n\n',
  ]
  const reply = { ...same, choices: [choice(answer.text, finishOf(answer))], usage }
  return { dialect: openAiDialect(events, reply), isStream: request.stream === true }
}

function understandEmbedding(body: unknown): Understood {
  const request = parsed(embeddingSchema, body)
  const isOneInput = typeof request.input === 'string' || typeof request.input[0] === 'number'
  const inputs: readonly unknown[] = isOneInput ? [request.input] : (request.input as unknown[])
  const data = inputs.map((input, index) => {
    const vector = vectorOf(JSON.stringify(input), request.dimensions ?? 8)
    const embedding =
      request.encoding_format === 'base64'
        ? Buffer.from(new Float32Array(vector).buffer).toString('base64')
        : vector
    return { object: 'embedding', index, embedding }
  })
  const tokens = inputs.reduce<number>((sum, input) => sum + countTokens(input), 0)
  const usage = { prompt_tokens: tokens, total_tokens: tokens }
  const reply = { object: 'list', data, model: request.model, usage }
  return { dialect: openAiDialect([], reply), isStream: false }
}

/** Eighths, so that floats of both sizes hold them exactly. */
function vectorOf(text: string, dimensions: number): number[] {
  let state = 7
  for (const character of text) state = (state * 31 + (character.codePointAt(0) ?? 0)) % 65_521
  return Array.from({ length: dimensions }, () => {
    state = (state * 17 + 5) % 65_521
    return ((state % 17) - 8) / 8
  })
}

function usageOf(prompt: unknown, answer: Answer, fixed: Fixed): object {
  const promptTokens = countTokens(prompt)
  const reasoning = countTokens(answer.reasoning)
  const said = answer.calls.length > 0 ? countTokens(answer.calls) : countTokens(answer.text)
  const cached = Math.min(fixed.cachedTokens, promptTokens)
  return {
    prompt_tokens: promptTokens,
    completion_tokens: said + reasoning,
    total_tokens: promptTokens + said + reasoning,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: 0 },
  }
}

function finishOf(answer: Answer): string {
  if (answer.finish === 'tools') return 'tool_calls'
  return answer.finish === 'length' ? 'length' : 'stop'
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map(part => (part as { text?: string }).text ?? '[image]').join(' ')
}
