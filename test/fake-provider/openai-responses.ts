import { z } from 'zod'
import { answerTo, countTokens, tokensOf, type Answer } from './answer.ts'
import type { Dialect } from './respond.ts'
import { openAiDialect, parsed, Refusal, type Fixed, type Understood } from './understood.ts'

const inputPart = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('input_text'), text: z.string() }),
  z.strictObject({
    type: z.literal('input_image'),
    image_url: z.string().optional(),
    detail: z.enum(['auto', 'low', 'high']).optional(),
  }),
])
const outputPart = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('output_text'),
    text: z.string(),
    annotations: z.array(z.unknown()).optional(),
    logprobs: z.array(z.unknown()).optional(),
  }),
  z.strictObject({ type: z.literal('refusal'), refusal: z.string() }),
])
const state = z.enum(['in_progress', 'completed', 'incomplete']).optional()

const item = z.union([
  z.strictObject({
    type: z.literal('message').optional(),
    id: z.string().optional(),
    status: state,
    role: z.enum(['user', 'system', 'developer']),
    content: z.union([z.string(), z.array(inputPart)]),
  }),
  z.strictObject({
    type: z.literal('message').optional(),
    id: z.string().optional(),
    status: state,
    role: z.literal('assistant'),
    content: z.union([z.string(), z.array(outputPart)]),
  }),
  z.strictObject({
    type: z.literal('function_call'),
    id: z.string().optional(),
    status: state,
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.strictObject({
    type: z.literal('function_call_output'),
    id: z.string().optional(),
    status: state,
    call_id: z.string(),
    output: z.union([z.string(), z.array(inputPart)]),
  }),
  z.strictObject({
    type: z.literal('reasoning'),
    id: z.string().startsWith('rs_'),
    status: state,
    summary: z.array(z.strictObject({ type: z.literal('summary_text'), text: z.string() })),
    content: z.array(z.unknown()).optional(),
    encrypted_content: z.string().nullish(),
  }),
])

const schema = z.strictObject({
  model: z.string(),
  input: z.union([z.string(), z.array(item).min(1)]),
  instructions: z.string().nullish(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        name: z.string().regex(/^[\w-]{1,64}$/),
        description: z.string().nullish(),
        parameters: z.record(z.string(), z.unknown()).nullish(),
        strict: z.boolean().nullish(),
      }),
    )
    .optional(),
  tool_choice: z
    .union([
      z.enum(['auto', 'none', 'required']),
      z.strictObject({ type: z.literal('function'), name: z.string() }),
    ])
    .optional(),
  parallel_tool_calls: z.boolean().nullish(),
  text: z
    .strictObject({
      format: z
        .union([
          z.strictObject({ type: z.enum(['text', 'json_object']) }),
          z.strictObject({
            type: z.literal('json_schema'),
            name: z.string(),
            description: z.string().optional(),
            schema: z.record(z.string(), z.unknown()),
            strict: z.boolean().nullish(),
          }),
        ])
        .optional(),
      verbosity: z.enum(['low', 'medium', 'high']).nullish(),
    })
    .optional(),
  reasoning: z
    .strictObject({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high']).nullish(),
      summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
    })
    .nullish(),
  include: z.array(z.enum(['reasoning.encrypted_content', 'message.output_text.logprobs'])).nullish(),
  max_output_tokens: z.int().min(1).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  previous_response_id: z.string().nullish(),
  store: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().optional() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
  user: z.string().optional(),
  safety_identifier: z.string().optional(),
  prompt_cache_key: z.string().optional(),
})

type Request = z.output<typeof schema>

/** What it writes into `encrypted_content`, and the only thing that it takes back there. */
const encrypted = 'gAAAA-fake-encrypted-reasoning'

/** Reads a request for a response as OpenAI would for an account that keeps nothing. */
export function understandResponses(body: unknown, fixed: Fixed): Understood {
  const request = parsed(schema, body)
  const items = typeof request.input === 'string' ? [] : request.input
  checkItems(request, items)
  const last = items.at(-1)
  const isToolResult = last !== undefined && 'type' in last && last.type === 'function_call_output'
  const text = typeof request.input === 'string' ? request.input : textOf(last)
  const format = request.text?.format
  const answer = answerTo(
    {
      text,
      isToolResult,
      tools:
        request.tool_choice === 'none'
          ? []
          : (request.tools ?? []).map(tool => ({
              name: tool.name,
              schema: tool.parameters ?? { type: 'object' },
            })),
      isToolForced: request.tool_choice !== undefined && request.tool_choice !== 'auto',
      isParallel: request.parallel_tool_calls !== false,
      outputSchema: format?.type === 'json_schema' ? format.schema : undefined,
      stop: [],
      maxTokens: request.max_output_tokens ?? 10_000,
      isReasoning: ![undefined, null, 'none'].includes(request.reasoning?.effort),
    },
    fixed.text,
  )
  return { dialect: responsesDialect(request, answer, fixed), isStream: request.stream === true }
}

function checkItems(request: Request, items: readonly z.output<typeof item>[]): void {
  const called = new Set<string>()
  for (const [index, entry] of items.entries()) {
    if (!('type' in entry)) continue
    if (entry.type === 'function_call') called.add(entry.call_id)
    if (entry.type === 'function_call_output' && !called.has(entry.call_id)) {
      throw new Refusal('input', `No tool call found for function call output with call_id ${entry.call_id}.`)
    }
    if (entry.type === 'reasoning' && entry.encrypted_content !== encrypted) {
      const path = `input[${index}].encrypted_content`
      throw new Refusal(path, `The encrypted content for item ${entry.id} could not be verified.`)
    }
  }
  if (typeof request.previous_response_id === 'string') {
    throw new Refusal('previous_response_id', 'Previous response cannot be used for this organization.')
  }
}

function responsesDialect(request: Request, answer: Answer, fixed: Fixed): Dialect {
  const prompt = countTokens(request.input)
  const reasoning = countTokens(answer.reasoning)
  const said = answer.calls.length > 0 ? countTokens(answer.calls) : countTokens(answer.text)
  const isCut = answer.finish === 'length'
  const isEncrypted = request.include?.includes('reasoning.encrypted_content') === true
  const output = [
    ...(answer.reasoning === ''
      ? []
      : [
          {
            id: 'rs_fake0',
            type: 'reasoning',
            summary: request.reasoning?.summary ? [{ type: 'summary_text', text: answer.reasoning }] : [],
            ...(isEncrypted ? { encrypted_content: encrypted } : {}),
          },
        ]),
    ...(answer.calls.length > 0
      ? answer.calls.map((call, index) => ({
          id: `fc_fake${index}`,
          type: 'function_call',
          status: 'completed',
          call_id: `call_fake${index}`,
          name: call.name,
          arguments: JSON.stringify(call.input),
        }))
      : [
          {
            id: 'msg_fake0',
            type: 'message',
            status: isCut ? 'incomplete' : 'completed',
            role: 'assistant',
            content: [{ type: 'output_text', text: answer.text, annotations: [], logprobs: [] }],
          },
        ]),
  ]
  const begun = {
    id: 'resp_fake1',
    object: 'response',
    created_at: 1_764_000_000,
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    instructions: request.instructions ?? null,
    metadata: request.metadata ?? {},
    model: `${request.model}-2026-11-01`,
    output: [] as unknown[],
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: null,
    store: request.store ?? true,
    temperature: request.temperature ?? 1,
    tool_choice: request.tool_choice ?? 'auto',
    tools: request.tools ?? [],
    top_p: request.top_p ?? 1,
  }
  const ended = {
    ...begun,
    status: isCut ? 'incomplete' : 'completed',
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    output,
    usage: {
      input_tokens: prompt,
      input_tokens_details: { cached_tokens: Math.min(fixed.cachedTokens, prompt), cache_write_tokens: 0 },
      output_tokens: said + reasoning,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: prompt + said + reasoning,
    },
  }
  const events = [
    ['response.created', { response: begun }] as const,
    ['response.in_progress', { response: begun }] as const,
    ...output.flatMap((entry, index) => itemEvents(entry, index)),
    [`response.${ended.status}`, { response: ended }] as const,
  ].map(([type, fields], sequence) => event(type, fields, sequence))
  const failed = { ...begun, status: 'failed', error: { code: 'server_error', message: 'The model broke.' } }
  const quota = { code: 'insufficient_quota', message: 'You exceeded your current quota.', param: null }
  return {
    ...openAiDialect(events, ended),
    // the request is taken, and only then the account is looked at
    earlyErrorEvents: [...events.slice(0, 2), event('error', quota, 2)].join(''),
    errorEvent: event('response.failed', { response: failed }, 99),
  }
}

type Event = readonly [string, object]

function itemEvents(entry: { id: string; type: string } & Record<string, unknown>, at: number): Event[] {
  const place = { item_id: entry.id, output_index: at }
  const added = { output_index: at, item: { ...entry, ...emptied(entry) } }
  const done: Event = ['response.output_item.done', { output_index: at, item: entry }]
  const begin: Event = ['response.output_item.added', added]
  if (entry.type === 'reasoning') return [begin, done]
  if (entry.type === 'function_call') {
    const text = String(entry['arguments'])
    const half = text.length >> 1
    return [
      begin,
      ...[text.slice(0, half), text.slice(half)].map((delta): Event => [
        'response.function_call_arguments.delta',
        { ...place, delta },
      ]),
      ['response.function_call_arguments.done', { ...place, name: entry['name'], arguments: text }],
      done,
    ]
  }
  const [part] = entry['content'] as { text: string }[]
  const text = part?.text ?? ''
  const where = { ...place, content_index: 0 }
  const empty = { type: 'output_text', text: '', annotations: [], logprobs: [] }
  return [
    begin,
    ['response.content_part.added', { ...where, part: empty }],
    ...tokensOf(text).map((delta): Event => [
      'response.output_text.delta',
      { ...where, delta, logprobs: [] },
    ]),
    ['response.output_text.done', { ...where, text, logprobs: [] }],
    ['response.content_part.done', { ...where, part }],
    done,
  ]
}

function emptied(entry: { type: string }): object {
  if (entry.type === 'message') return { status: 'in_progress', content: [] }
  return entry.type === 'function_call' ? { status: 'in_progress', arguments: '' } : { summary: [] }
}

function event(type: string, fields: object, sequence: number): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields, sequence_number: sequence })}\n\n`
}

function textOf(entry: z.output<typeof item> | undefined): string {
  if (!entry) return ''
  const content = 'content' in entry ? entry.content : 'output' in entry ? entry.output : ''
  if (typeof content === 'string') return content
  return (content ?? []).map(part => (part as { text?: string }).text ?? '[image]').join(' ')
}
