import { asList, asObject, type JsonObject } from '../loose-json.ts'
import { harmlessEverywhere, isGiven } from '../given.ts'
import type { Block } from './content.ts'
import { reasoningFields } from './reasoning.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'

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
  'metadata',
  'service_tier',
  'additionalModelRequestFields',
])

/** Converse's own, which a client may add to OpenAI's body; they go through as they are. */
const own = [
  'additionalModelResponseFieldPaths',
  'guardrailConfig',
  'performanceConfig',
  'requestMetadata',
] as const

/** Parameters of models, not of Converse, which a client may put beside OpenAI's. */
const ofModels = ['top_k', 'thinking', 'anthropic_beta'] as const

/** OpenAI's parameters that have no counterpart, with the values that ask for nothing and so may pass. */
const harmless: Readonly<Record<string, (value: unknown) => boolean>> = {
  ...harmlessEverywhere,
  n: value => value === 1,
  logprobs: value => value === false,
  top_logprobs: value => value === 0,
  frequency_penalty: value => value === 0,
  presence_penalty: value => value === 0,
}

/** Everything of the request but the messages and tools. */
export function toParameters(body: JsonObject, model: string): Block {
  refuseUnknown(body)
  const parameters: Record<string, unknown> = {}
  for (const name of own) if (isGiven(body[name])) parameters[name] = body[name]
  const { stop } = body
  const inference = {
    maxTokens: body['max_completion_tokens'] ?? body['max_tokens'],
    temperature: body['temperature'],
    topP: body['top_p'],
    stopSequences: isGiven(stop) ? (asList(stop) ?? [stop]) : undefined,
  }
  const given = Object.fromEntries(Object.entries(inference).filter(([, value]) => isGiven(value)))
  if (Object.keys(given).length > 0) parameters['inferenceConfig'] = given
  const additional = toAdditionalFields(body, model)
  if (Object.keys(additional).length > 0) parameters['additionalModelRequestFields'] = additional
  const requestMetadata = toRequestMetadata(body)
  if (Object.keys(requestMetadata).length > 0) parameters['requestMetadata'] = requestMetadata
  return { ...parameters, ...toOutputConfig(body['response_format']), ...toServiceTier(body['service_tier']) }
}

function refuseUnknown(body: JsonObject): void {
  const known = new Set<string>([...translated, ...own, ...ofModels])
  for (const [name, value] of Object.entries(body)) {
    if (!isGiven(value) || known.has(name) || harmless[name]?.(value)) continue
    throw unsupported(name)
  }
  const options = asObject(body['stream_options'])
  if (options) {
    const wanted = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== false))
    refuseOthers(wanted, new Set(['include_usage']), 'stream_options')
  }
}

function toAdditionalFields(body: JsonObject, model: string): Block {
  const fields: Record<string, unknown> = {}
  for (const name of ofModels) if (isGiven(body[name])) fields[name] = body[name]
  return {
    ...reasoningFields(body['reasoning_effort'], model),
    ...fields,
    ...asObject(body['additionalModelRequestFields']),
  }
}

/** Who asks and for what ends up in Bedrock's invocation log, which is what it is for. */
function toRequestMetadata(body: JsonObject): Block {
  const user = body['safety_identifier'] ?? body['user']
  return {
    ...asObject(body['metadata']),
    ...(isGiven(user) ? { user } : {}),
    ...asObject(body['requestMetadata']),
  }
}

function toOutputConfig(given: unknown): Block {
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
  const { name, description } = named
  const jsonSchema = {
    schema: JSON.stringify(schema),
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof description === 'string' ? { description } : {}),
  }
  return { outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema } } } }
}

function toServiceTier(given: unknown): Block {
  if (!isGiven(given) || given === 'auto') return {}
  if (given === 'default' || given === 'flex' || given === 'priority') return { serviceTier: { type: given } }
  throw unsupported('service_tier', 'It knows `auto`, `default`, `flex` and `priority`.')
}
