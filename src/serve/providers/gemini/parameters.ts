import { asList, asObject, type JsonObject } from '../loose-json.ts'
import { given, harmlessEverywhere, isEmptyObject, isGiven } from '../given.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'
import { toThinkingConfig } from './thinking.ts'

/** Translated here or elsewhere in this folder. */
const translated = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'stop',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'response_format',
  'reasoning_effort',
  'logprobs',
  'top_logprobs',
  'extra_body',
])

/** The parameters that only have another name. */
const renamed: Readonly<Record<string, string>> = {
  temperature: 'temperature',
  top_p: 'topP',
  top_k: 'topK',
  n: 'candidateCount',
  seed: 'seed',
  presence_penalty: 'presencePenalty',
  frequency_penalty: 'frequencyPenalty',
}

/** OpenAI's parameters that have no counterpart, with the values that ask for nothing and so may pass. */
const harmless: Readonly<Record<string, (value: unknown) => boolean>> = {
  ...harmlessEverywhere,
  metadata: isEmptyObject,
  service_tier: value => value === 'auto' || value === 'default',
  // who the end user is, which changes nothing in the answer and which Gemini does not want to know
  user: () => true,
  safety_identifier: () => true,
}

/** What Google's own OpenAI endpoint reads from `extra_body.google`, and under which name Gemini knows it. */
const ownFields = new Set(['thinking_config', 'cached_content', 'safety_settings'])
const thinkingFields: Readonly<Record<string, string>> = {
  thinking_budget: 'thinkingBudget',
  thinking_level: 'thinkingLevel',
  include_thoughts: 'includeThoughts',
}

/** Everything of the request but the messages and tools. */
export function toParameters(body: JsonObject, model: string): JsonObject {
  refuseUnknown(body)
  const own = ownParameters(body['extra_body'])
  const thinkingConfig = own.thinkingConfig ?? toThinkingConfig(body['reasoning_effort'], model)
  const { stop } = body
  const generationConfig: Record<string, unknown> = {
    ...given({
      ...Object.fromEntries(Object.entries(renamed).map(([name, theirs]) => [theirs, body[name]])),
      maxOutputTokens: body['max_completion_tokens'] ?? body['max_tokens'],
      stopSequences: isGiven(stop) ? (asList(stop) ?? [stop]) : undefined,
      thinkingConfig,
    }),
    ...toLogprobs(body),
    ...toResponseFormat(body['response_format']),
  }
  return {
    ...(Object.keys(generationConfig).length > 0 ? { generationConfig } : {}),
    ...given({ cachedContent: own.cachedContent, safetySettings: own.safetySettings }),
  }
}

function refuseUnknown(body: JsonObject): void {
  for (const [name, value] of Object.entries(body)) {
    if (!isGiven(value) || translated.has(name) || name in renamed || harmless[name]?.(value)) continue
    throw unsupported(name)
  }
  const options = asObject(body['stream_options'])
  if (options)
    refuseOthers({ ...options, include_obfuscation: null }, new Set(['include_usage']), 'stream_options')
}

function ownParameters(given: unknown): {
  readonly thinkingConfig?: JsonObject
  readonly cachedContent?: unknown
  readonly safetySettings?: unknown
} {
  if (!isGiven(given)) return {}
  const extra = asObject(given)
  const google = asObject(extra?.['google'])
  if (!extra || !google) throw invalid('extra_body', '`extra_body` must be an object with `google` in it.')
  refuseOthers(extra, new Set(['google']), 'extra_body')
  refuseOthers(google, ownFields, 'extra_body.google')
  const thinking = asObject(google['thinking_config'])
  if (thinking) {
    refuseOthers(thinking, new Set(Object.keys(thinkingFields)), 'extra_body.google.thinking_config')
  }
  return {
    ...(thinking && {
      thinkingConfig: Object.fromEntries(
        Object.entries(thinking).map(([name, value]) => [thinkingFields[name] ?? name, value]),
      ),
    }),
    cachedContent: google['cached_content'],
    safetySettings: google['safety_settings'],
  }
}

function toLogprobs(body: JsonObject): JsonObject {
  const count = body['top_logprobs']
  if (body['logprobs'] !== true) return {}
  return { responseLogprobs: true, ...(isGiven(count) ? { logprobs: count } : {}) }
}

function toResponseFormat(given: unknown): JsonObject {
  if (!isGiven(given)) return {}
  const format = asObject(given)
  if (format?.['type'] === 'text') return {}
  if (format?.['type'] === 'json_object') return { responseMimeType: 'application/json' }
  const named = asObject(format?.['json_schema'])
  const schema = asObject(named?.['schema'])
  if (format?.['type'] !== 'json_schema' || !named) throw unsupported('response_format')
  if (!schema) {
    throw invalid('response_format.json_schema.schema', 'Give the JSON schema that the answer must follow.')
  }
  const { description } = named
  const isDescribed = typeof description === 'string' && schema['description'] === undefined
  return {
    responseMimeType: 'application/json',
    responseJsonSchema: isDescribed ? { ...schema, description } : schema,
  }
}
