import { asList, asObject, type JsonObject } from '../loose-json.ts'
import { harmlessEverywhere, isEmptyObject, isGiven } from '../given.ts'
import type { Block } from './content.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'

/** Anthropic demands a limit where OpenAI does not; every model it offers allows this many. */
const defaultMaxTokens = 8192

/** Translated here or elsewhere in this folder. */
const translated = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'stop',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'response_format',
  'reasoning_effort',
  'user',
  'safety_identifier',
  'service_tier',
])

/** Anthropic's own, which a client may add to OpenAI's body; they go through as they are. */
const own = ['top_k', 'thinking', 'cache_control', 'inference_geo', 'speed', 'container'] as const

/** OpenAI's parameters that have no counterpart, with the values that ask for nothing and so may pass. */
const harmless: Readonly<Record<string, (value: unknown) => boolean>> = {
  ...harmlessEverywhere,
  n: value => value === 1,
  logprobs: value => value === false,
  top_logprobs: value => value === 0,
  frequency_penalty: value => value === 0,
  presence_penalty: value => value === 0,
  // where to look for a cached prompt, which Anthropic finds by itself
  prompt_cache_key: () => true,
  metadata: isEmptyObject,
}

/** Everything of the request but the messages and tools. */
export function toParameters(body: JsonObject): Block {
  refuseUnknown(body)
  const parameters: Record<string, unknown> = {
    max_tokens: body['max_completion_tokens'] ?? body['max_tokens'] ?? defaultMaxTokens,
  }
  for (const name of ['temperature', 'top_p', ...own]) {
    if (isGiven(body[name])) parameters[name] = body[name]
  }
  if (body['stream'] === true) parameters['stream'] = true
  const user = body['safety_identifier'] ?? body['user']
  if (isGiven(user)) parameters['metadata'] = { user_id: user }
  const { stop } = body
  if (isGiven(stop)) parameters['stop_sequences'] = asList(stop) ?? [stop]
  const tier = toServiceTier(body['service_tier'])
  if (tier) parameters['service_tier'] = tier
  const effort = body['reasoning_effort']
  if (effort === 'none' && !isGiven(body['thinking'])) parameters['thinking'] = { type: 'disabled' }
  const outputConfig = {
    ...toEffort(effort),
    ...toOutputFormat(body['response_format']),
  }
  if (Object.keys(outputConfig).length > 0) parameters['output_config'] = outputConfig
  return parameters
}

function refuseUnknown(body: JsonObject): void {
  for (const [name, value] of Object.entries(body)) {
    if (!isGiven(value) || translated.has(name) || (own as readonly string[]).includes(name)) continue
    if (harmless[name]?.(value)) continue
    throw unsupported(name)
  }
  const options = asObject(body['stream_options'])
  if (options) refuseOthers(withoutFalse(options), new Set(['include_usage']), 'stream_options')
}

function toEffort(effort: unknown): Block {
  if (!isGiven(effort) || effort === 'none') return {}
  if (effort === 'minimal') {
    throw unsupported(
      'reasoning_effort',
      'Its efforts are `none`, `low`, `medium`, `high`, `xhigh` and `max`.',
    )
  }
  return { effort }
}

function toOutputFormat(given: unknown): Block {
  if (!isGiven(given)) return {}
  const format = asObject(given)
  if (format?.['type'] === 'text') return {}
  if (format?.['type'] === 'json_object') {
    throw unsupported('response_format', 'It has no free JSON mode: give a schema with type `json_schema`.')
  }
  const named = asObject(format?.['json_schema'])
  const schema = asObject(named?.['schema'])
  if (format?.['type'] !== 'json_schema' || !named) throw unsupported('response_format')
  if (!schema) {
    throw invalid('response_format.json_schema.schema', 'Give the JSON schema that the answer must follow.')
  }
  const { description } = named
  const isDescribed = typeof description === 'string' && schema['description'] === undefined
  return { format: { type: 'json_schema', schema: isDescribed ? { ...schema, description } : schema } }
}

function toServiceTier(given: unknown): string | undefined {
  if (!isGiven(given)) return undefined
  if (given === 'auto') return 'auto'
  if (given === 'default') return 'standard_only'
  throw unsupported('service_tier', 'It knows `auto` and `default`.')
}

function withoutFalse(options: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== false))
}
