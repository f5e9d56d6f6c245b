import { asList, asObject, type JsonObject } from '../loose-json.ts'
import { given, harmlessEverywhere, isEmptyObject, isGiven } from '../given.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'

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
  'thinking',
])

/** The parameters that have another name, the same name, or that are Cohere's own. */
const renamed: Readonly<Record<string, string>> = {
  temperature: 'temperature',
  top_p: 'p',
  top_k: 'k',
  seed: 'seed',
  presence_penalty: 'presence_penalty',
  frequency_penalty: 'frequency_penalty',
  logprobs: 'logprobs',
  safety_mode: 'safety_mode',
  documents: 'documents',
  citation_options: 'citation_options',
  priority: 'priority',
}

/** OpenAI's parameters that have no counterpart, with the values that ask for nothing and so may pass. */
const harmless: Readonly<Record<string, (value: unknown) => boolean>> = {
  ...harmlessEverywhere,
  n: value => value === 1,
  top_logprobs: value => value === 0,
  metadata: isEmptyObject,
  service_tier: value => value === 'auto' || value === 'default',
  // who the end user is, which changes nothing in the answer and which Cohere does not want to know
  user: () => true,
  safety_identifier: () => true,
}

/** Everything of the request but the model and the messages. */
export function toParameters(body: JsonObject): JsonObject {
  refuseUnknown(body)
  const { stop } = body
  const thinking = body['thinking'] ?? toThinking(body['reasoning_effort'])
  return {
    ...given({
      ...Object.fromEntries(Object.entries(renamed).map(([name, theirs]) => [theirs, body[name]])),
      max_tokens: body['max_completion_tokens'] ?? body['max_tokens'],
      stop_sequences: isGiven(stop) ? (asList(stop) ?? [stop]) : undefined,
      thinking,
    }),
    ...(body['stream'] === true ? { stream: true } : {}),
    ...toResponseFormat(body['response_format']),
    ...toTools(body),
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

/** Cohere thinks or does not, as its own OpenAI endpoint has it. https://docs.cohere.com/docs/compatibility-api */
function toThinking(effort: unknown): JsonObject | undefined {
  if (!isGiven(effort)) return undefined
  if (effort === 'none') return { type: 'disabled' }
  if (effort === 'high') return { type: 'enabled' }
  throw unsupported(
    'reasoning_effort',
    'It knows `none` and `high`; set a budget with `thinking.token_budget`.',
  )
}

function toResponseFormat(given: unknown): JsonObject {
  if (!isGiven(given)) return {}
  const format = asObject(given)
  if (format?.['type'] === 'text') return {}
  if (format?.['type'] === 'json_object') {
    const schema = format['json_schema']
    return { response_format: { type: 'json_object', ...(isGiven(schema) ? { json_schema: schema } : {}) } }
  }
  const schema = asObject(asObject(format?.['json_schema'])?.['schema'])
  if (format?.['type'] !== 'json_schema') throw unsupported('response_format')
  if (!schema) {
    throw invalid('response_format.json_schema.schema', 'Give the JSON schema that the answer must follow.')
  }
  return { response_format: { type: 'json_object', json_schema: schema } }
}

const toolFields = new Set(['type', 'function'])
const functionFields = new Set(['name', 'description', 'parameters', 'strict'])

function toTools(body: JsonObject): JsonObject {
  const given = body['tools']
  if (body['parallel_tool_calls'] === false) {
    throw unsupported('parallel_tool_calls', 'It calls several tools at once where it sees fit.')
  }
  const choice = body['tool_choice']
  if (!isGiven(given)) {
    if (!isGiven(choice)) return {}
    throw invalid('tool_choice', '`tool_choice` is only allowed when `tools` are given.')
  }
  const list = asList(given)
  if (!list) throw invalid('tools', '`tools` must be a list.')
  const named = asObject(asObject(choice)?.['function'])?.['name']
  const tools = list.map(toTool)
  // Cohere cannot be told which tool to call, but it can be given no other
  const offered = typeof named === 'string' ? tools.filter(tool => nameOf(tool) === named) : tools
  if (offered.length === 0 && typeof named === 'string') {
    throw invalid('tool_choice', `There is no tool named \`${named}\`.`)
  }
  const isStrict = list.some(tool => asObject(asObject(tool)?.['function'])?.['strict'] === true)
  return {
    tools: offered,
    ...(isStrict ? { strict_tools: true } : {}),
    ...toToolChoice(choice, typeof named === 'string'),
  }
}

function toTool(given: unknown, index: number): JsonObject {
  const path = `tools[${index}]`
  const tool = asObject(given)
  const described = asObject(tool?.['function'])
  if (!tool || tool['type'] !== 'function' || !described) {
    throw unsupported(`${path}.type`, 'Only tools of type `function` can be sent to it.')
  }
  refuseOthers({ ...tool, cache_control: null }, toolFields, path)
  refuseOthers(described, functionFields, `${path}.function`)
  const { name, description, parameters } = described
  return {
    type: 'function',
    function: {
      name,
      ...(isGiven(description) ? { description } : {}),
      parameters: parameters ?? { type: 'object', properties: {} },
    },
  }
}

function toToolChoice(choice: unknown, isNamed: boolean): JsonObject {
  if (!isGiven(choice) || choice === 'auto') return {}
  if (choice === 'none') return { tool_choice: 'NONE' }
  if (choice === 'required' || isNamed) return { tool_choice: 'REQUIRED' }
  throw unsupported('tool_choice', 'Use `auto`, `none`, `required` or the name of one function.')
}

function nameOf(tool: JsonObject): unknown {
  return asObject(tool['function'])?.['name']
}
