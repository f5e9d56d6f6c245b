import { z } from 'zod'
import { anyObjectGrammar, jsonSchemaGrammar } from './json-schema-grammar.ts'
import { invalid, RequestError, unsupported } from './request-error.ts'

/** How to write an answer: OpenAI's parameters, checked and with their defaults. */
export interface Sampling {
  readonly maxTokens: number | undefined
  readonly temperature: number
  readonly topP: number
  /** 0 leaves all tokens in. */
  readonly topK: number
  readonly minP: number
  readonly frequencyPenalty: number
  readonly presencePenalty: number
  readonly repetitionPenalty: number
  readonly seed: number | undefined
  readonly stops: readonly string[]
  readonly logitBias: ReadonlyMap<number, number>
  /** GBNF that the answer must follow. */
  readonly grammar: string | undefined
  /** How many likely tokens to report at each place; `undefined` for no log-probabilities at all. */
  readonly topLogProbabilities: number | undefined
}

interface Answering {
  readonly sampling: Sampling
  readonly choices: number
  readonly isStream: boolean
  readonly isUsageWanted: boolean
}

export interface ChatMessage {
  readonly role: string
  readonly content: string
  readonly [name: string]: unknown
}

export interface ChatRequest extends Answering {
  readonly messages: readonly ChatMessage[]
  readonly templateVariables: Readonly<Record<string, unknown>>
}

export interface CompletionRequest extends Answering {
  readonly prompts: readonly (string | readonly number[])[]
  readonly isEchoed: boolean
}

export interface EmbeddingRequest {
  readonly inputs: readonly (string | readonly number[])[]
  readonly isBase64: boolean
}

const most = { choices: 16, prompts: 64, inputs: 2048, stops: 16, topLogProbabilities: 20 }

const samplingShape = {
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  top_k: z.int().min(-1).max(1_000_000).optional(),
  min_p: z.number().min(0).max(1).optional(),
  frequency_penalty: z.number().min(-2).max(2).optional(),
  presence_penalty: z.number().min(-2).max(2).optional(),
  repetition_penalty: z.number().gt(0).max(10).optional(),
  seed: z.int().optional(),
  stop: z.union([z.string(), z.array(z.string()).max(most.stops)]).optional(),
  logit_bias: z.record(z.string().regex(/^\d+$/), z.number().min(-100).max(100)).optional(),
  max_tokens: z.int().min(1).optional(),
  n: z.int().min(1).max(most.choices).optional(),
  stream: z.boolean().optional(),
  stream_options: z
    .object({ include_usage: z.boolean().nullish(), include_obfuscation: z.boolean().nullish() })
    .optional(),
  response_format: z
    .union([
      z.object({ type: z.enum(['text', 'json_object']) }),
      z.object({ type: z.literal('json_schema'), json_schema: z.looseObject({ schema: z.unknown() }) }),
    ])
    .optional(),
}

/** Parameters that say nothing about the answer itself, so that taking no notice of them drops nothing. */
const withoutEffect = [
  'model',
  'user',
  'metadata',
  'store',
  'service_tier',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
]

const chatSchema = z.looseObject({
  ...samplingShape,
  messages: z.array(z.looseObject({ role: z.string() })).min(1),
  max_completion_tokens: z.int().min(1).optional(),
  logprobs: z.boolean().optional(),
  top_logprobs: z.int().min(0).max(most.topLogProbabilities).optional(),
  chat_template_kwargs: z.record(z.string(), z.unknown()).optional(),
})

const tokens = z.array(z.int().min(0))
const texts = z.array(z.string()).min(1)

const completionSchema = z.looseObject({
  ...samplingShape,
  prompt: z.union([
    z.string(),
    tokens.min(1),
    texts.max(most.prompts),
    z.array(tokens).min(1).max(most.prompts),
  ]),
  logprobs: z.int().min(0).max(most.topLogProbabilities).optional(),
  echo: z.boolean().optional(),
})

const embeddingSchema = z.looseObject({
  input: z.union([
    z.string(),
    tokens.min(1),
    texts.max(most.inputs),
    z.array(tokens).min(1).max(most.inputs),
  ]),
  encoding_format: z.enum(['float', 'base64']).optional(),
})

export function parseChatRequest(body: unknown): ChatRequest {
  const request = parse(chatSchema, body)
  refuseUnknown(request, [...Object.keys(chatSchema.shape), 'parallel_tool_calls', 'modalities'])
  const { top_logprobs: top } = request
  if (top !== undefined && request.logprobs !== true)
    throw invalid('top_logprobs', 'top_logprobs needs logprobs: true.')
  return {
    ...answering(request, request.logprobs === true ? (top ?? 0) : undefined, request.max_completion_tokens),
    messages: request.messages.map(message),
    templateVariables: request.chat_template_kwargs ?? {},
  }
}

export function parseCompletionRequest(body: unknown): CompletionRequest {
  const request = parse(completionSchema, body)
  refuseUnknown(request, [...Object.keys(completionSchema.shape), 'best_of'])
  const { prompt } = request
  const bestOf = request['best_of']
  if (bestOf !== undefined && bestOf !== (request.n ?? 1))
    throw unsupported('best_of', 'best_of is not supported; ask for n.')
  if (request.echo === true && request.logprobs !== undefined) {
    throw unsupported(
      'logprobs',
      'Log-probabilities of the prompt are not supported: leave out echo or logprobs.',
    )
  }
  return {
    ...answering(request, request.logprobs, undefined, 16),
    prompts: batch(prompt),
    isEchoed: request.echo === true,
  }
}

export function parseEmbeddingRequest(body: unknown): EmbeddingRequest {
  const request = parse(embeddingSchema, body)
  refuseUnknown(request, Object.keys(embeddingSchema.shape))
  return { inputs: batch(request.input), isBase64: request.encoding_format === 'base64' }
}

/** One text or one list of token ids is a batch of one. */
function batch(
  value: string | readonly (string | number | readonly number[])[],
): (string | readonly number[])[] {
  if (typeof value === 'string') return [value]
  if (value.every(item => typeof item === 'number')) return [value]
  return value.filter(item => typeof item !== 'number')
}

type SamplingInput = z.output<z.ZodObject<typeof samplingShape>>

function answering(
  request: SamplingInput,
  topLogProbabilities: number | undefined,
  maxCompletionTokens: number | undefined,
  defaultTokens?: number,
): Answering {
  const { stop, seed } = request
  const stops = (typeof stop === 'string' ? [stop] : (stop ?? [])).filter(text => text !== '')
  return {
    sampling: {
      maxTokens: maxCompletionTokens ?? request.max_tokens ?? defaultTokens,
      temperature: request.temperature ?? 1,
      topP: request.top_p ?? 1,
      topK: Math.max(0, request.top_k ?? 0),
      minP: request.min_p ?? 0,
      frequencyPenalty: request.frequency_penalty ?? 0,
      presencePenalty: request.presence_penalty ?? 0,
      repetitionPenalty: request.repetition_penalty ?? 1,
      seed: seed === undefined ? undefined : seed >>> 0,
      stops,
      logitBias: new Map(
        Object.entries(request.logit_bias ?? {}).map(([token, bias]) => [Number(token), bias]),
      ),
      grammar: grammar(request.response_format),
      topLogProbabilities,
    },
    choices: request.n ?? 1,
    isStream: request.stream === true,
    isUsageWanted: request.stream_options?.include_usage === true,
  }
}

function grammar(format: SamplingInput['response_format']): string | undefined {
  if (format === undefined || format.type === 'text') return undefined
  if (!('json_schema' in format)) return anyObjectGrammar()
  return jsonSchemaGrammar(format.json_schema['schema'] ?? {}, 'response_format')
}

function message(item: { role: string; [name: string]: unknown }, index: number): ChatMessage {
  const { content } = item
  const parameter = `messages[${index}].content`
  if (typeof content === 'string') return { ...item, content }
  if ((content === undefined || content === null) && item.role === 'assistant')
    return { ...item, content: '' }
  if (!Array.isArray(content))
    throw invalid(parameter, 'The content must be a text or an array of text parts.')
  const parts: readonly unknown[] = content
  const text = parts.map(part => {
    const parsed = z.object({ type: z.literal('text'), text: z.string() }).safeParse(part)
    if (!parsed.success)
      throw unsupported(parameter, 'This engine reads text parts only, no images, audio or files.')
    return parsed.data.text
  })
  return { ...item, content: text.join('') }
}

/** Values that ask for nothing are taken; anything else that we do not know is refused, never dropped. */
function refuseUnknown(request: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  for (const [name, value] of Object.entries(request)) {
    if (known.includes(name) || withoutEffect.includes(name)) continue
    if (Array.isArray(value) && value.length === 0) continue
    if ((name === 'tool_choice' || name === 'reasoning_effort') && value === 'none') continue
    if (name === 'tools' || name === 'functions' || name === 'tool_choice' || name === 'function_call') {
      throw unsupported(
        name,
        `This engine cannot call tools. Leave out ${name}, or ask for JSON with response_format.`,
      )
    }
    throw unsupported(name, `This engine does not support the parameter ${name}. Leave it out.`)
  }
}

/** Clients send null where they mean nothing. */
function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
  const given = isObject
    ? Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
    : body
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const path = (issue?.path ?? []).map(String).join('.')
  if (path === '') throw new RequestError(400, 'invalid_value', 'The body must be a JSON object.')
  throw invalid(path, `Invalid value for ${path}: ${issue?.message ?? 'it is not of the right type'}.`)
}
