import { asWords } from '../../../foundation/platform/index.ts'
import { asList, asObject } from '../../providers/index.ts'
import type { Body } from '../client-dialect.ts'
import { toChatMessages } from './conversation.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'
import { toChatTools } from './tools.ts'

/** Translated here or elsewhere in this folder. */
const translated = new Set([
  'model',
  'messages',
  'system',
  'max_tokens',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'output_format',
  'metadata',
  'service_tier',
  'context_management',
  // asks for caching, which a chat's upstreams do unasked; it changes no answer
  'cache_control',
])

/** Parameters of chats, which a release may set and a client may add: they go through as they are. */
const ofChats = new Set([
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'repetition_penalty',
  'min_p',
  'logit_bias',
  'verbosity',
  'prompt_cache_key',
  'chat_template_kwargs',
  'reasoning_effort',
  'response_format',
])

/** A request for a message as a request for a chat completion. Throws `unsupported_parameter`. */
export function toChat(body: Body): Body {
  return {
    ...toPrompt(body),
    max_completion_tokens: body['max_tokens'],
    ...toSampling(body),
    ...toThinking(body),
    ...toOutputFormat(body),
    // the usage stands in the last events of a message, so it is always wanted
    ...(body['stream'] === true ? { stream: true, stream_options: { include_usage: true } } : {}),
  }
}

/** The part of it that is the prompt: all that counts where tokens are counted. */
export function toPrompt(body: Body): Body {
  for (const [name, value] of Object.entries(body)) {
    if (!isGiven(value) || translated.has(name) || ofChats.has(name)) continue
    throw unsupported(name)
  }
  return {
    model: body['model'],
    messages: toChatMessages(body['system'], asList(body['messages']) ?? []),
    ...toChatTools(body),
  }
}

function toSampling(body: Body): Body {
  const chat: Record<string, unknown> = {}
  for (const name of ['temperature', 'top_p', 'top_k', ...ofChats]) {
    if (isGiven(body[name])) chat[name] = body[name]
  }
  if (isGiven(body['stop_sequences'])) chat['stop'] = body['stop_sequences']
  const metadata = asObject(body['metadata'])
  if (metadata) {
    refuseOthers(metadata, new Set(['user_id']), 'metadata')
    if (isGiven(metadata['user_id'])) chat['user'] = metadata['user_id']
  }
  const tier = body['service_tier']
  if (isGiven(tier)) chat['service_tier'] = tier === 'standard_only' ? 'default' : tier
  refuseContextEdits(body['context_management'])
  return chat
}

/** An effort is said as it is; a budget becomes the effort that reasons about as long. */
function toThinking(body: Body): Body {
  const config = asObject(body['output_config'])
  if (config) refuseOthers(config, new Set(['effort', 'format']), 'output_config')
  const effort = config?.['effort']
  const thinking = asObject(body['thinking'])
  if (thinking) {
    refuseOthers(thinking, new Set(['type', 'budget_tokens', 'display']), 'thinking')
    if (thinking['display'] === 'omitted') throw unsupported('thinking.display')
  }
  if (thinking?.['type'] === 'disabled') return { reasoning_effort: 'none' }
  if (isGiven(effort)) return { reasoning_effort: effort }
  if (!thinking || thinking['type'] === 'adaptive') return {}
  if (thinking['type'] !== 'enabled') throw unsupported('thinking.type')
  const budget = thinking['budget_tokens']
  if (typeof budget !== 'number') throw invalid('thinking.budget_tokens', 'Field required')
  return { reasoning_effort: effortOf(budget) }
}

/** Steps between the least budget that Anthropic takes (1,024) and what its own `high` spends. */
function effortOf(budgetTokens: number): string {
  if (budgetTokens < 4_096) return 'low'
  return budgetTokens < 16_384 ? 'medium' : 'high'
}

function toOutputFormat(body: Body): Body {
  const [path, given] = isGiven(body['output_format'])
    ? ['output_format', body['output_format']]
    : ['output_config.format', asObject(body['output_config'])?.['format']]
  if (!isGiven(given)) return {}
  const format = asObject(given)
  if (format?.['type'] !== 'json_schema') throw unsupported(`${path}.type`)
  refuseOthers(format, new Set(['type', 'schema']), path)
  const schema = asObject(format['schema'])
  if (!schema) throw invalid(`${path}.schema`, 'Field required')
  // Anthropic promises that the answer follows the schema, which a chat does only where it is strict
  return { response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } } }
}

/** Taking earlier thinking out of the context asks for nothing here: a chat has none in it. */
function refuseContextEdits(given: unknown): void {
  if (!isGiven(given)) return
  const edits = asList(asObject(given)?.['edits']) ?? [given]
  const wrong = edits.findIndex(edit => !asWords(asObject(edit)?.['type']).startsWith('clear_thinking'))
  if (wrong >= 0) throw unsupported(`context_management.edits.${wrong}`)
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}
