import { asWords } from '../../../foundation/platform/index.ts'
import { asList, asObject, asText } from '../../providers/index.ts'
import type { Body } from '../client-dialect.ts'
import { toMessages } from './to-messages.ts'
import { invalid, isGiven, objectIn, refuseOthers, unsupported } from './refuse.ts'
import { toTools } from './to-tools.ts'

/** Read here; whatever else the request has goes on under its own name, for the upstream to take or refuse. */
const translated = new Set([
  'model',
  'input',
  'instructions',
  'include',
  'max_output_tokens',
  'parallel_tool_calls',
  'reasoning',
  'stream',
  'stream_options',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'truncation',
  // kept and echoed by us, whoever answers
  'metadata',
  'previous_response_id',
  'store',
])

/** What only an upstream with OpenAI's own Responses API could do, with the values that ask for nothing. */
const refused: Readonly<Record<string, (value: unknown) => boolean>> = {
  background: value => value === false,
  context_management: value => Array.isArray(value) && value.length === 0,
  conversation: () => false,
  max_tool_calls: () => false,
  moderation: () => false,
  prompt: () => false,
}

const reasoningFields = new Set(['effort', 'summary', 'generate_summary'])
const textFields = new Set(['format', 'verbosity'])
const schemaFormatFields = new Set(['type', 'name', 'description', 'schema', 'strict'])
const includable = new Set(['reasoning.encrypted_content', 'message.output_text.logprobs'])

/** A request for a response as a chat. Throws `unsupported_parameter` for what a chat cannot say. */
export function toChat(body: Body): Body {
  const chat: Record<string, unknown> = { model: body['model'], messages: toMessages(body) }
  for (const [name, value] of Object.entries(body)) {
    if (!isGiven(value) || translated.has(name)) continue
    const isHarmless = refused[name]
    if (!isHarmless) chat[name] = value
    else if (!isHarmless(value)) throw unsupported(name, 'Leave it out, or call a service of OpenAI itself.')
  }
  checkStreamOptions(body)
  if (body['stream'] === true) {
    chat['stream'] = true
    chat['stream_options'] = { include_usage: true }
  }
  if (isGiven(body['max_output_tokens'])) chat['max_completion_tokens'] = body['max_output_tokens']
  if (isGiven(body['truncation']) && body['truncation'] !== 'disabled') {
    throw unsupported('truncation', 'Leave older items out of `input` yourself.')
  }
  const isLogprobsWanted = readInclude(body['include'])
  const top = body['top_logprobs']
  if (isLogprobsWanted || (isGiven(top) && top !== 0)) {
    chat['logprobs'] = true
    if (isGiven(top)) chat['top_logprobs'] = top
  }
  return { ...chat, ...toEffort(body), ...toFormat(body), ...toTools(body) }
}

const streamFields = new Set(['include_obfuscation'])

/** A chat's own padding would not reach the client, so none is promised. */
function checkStreamOptions(body: Body): void {
  const options = objectIn(body, 'stream_options')
  if (!options) return
  refuseOthers(options, streamFields, 'stream_options')
  if (options['include_obfuscation'] === true) {
    throw unsupported('stream_options.include_obfuscation', 'Its events are not padded: leave it out.')
  }
}

/** Whether log-probabilities are to be included. */
function readInclude(given: unknown): boolean {
  if (!isGiven(given)) return false
  const list = asList(given)
  if (!list) throw invalid('include', '`include` must be a list.')
  for (const [index, value] of list.entries()) {
    if (typeof value !== 'string' || !includable.has(value)) {
      throw unsupported(`include[${index}]`, `There is nothing to include for \`${asWords(value)}\`.`)
    }
  }
  return list.includes('message.output_text.logprobs')
}

function toEffort(body: Body): Body {
  const reasoning = objectIn(body, 'reasoning')
  if (!reasoning) return {}
  const { context, mode, ...rest } = reasoning
  for (const [name, value] of Object.entries({ context, mode })) {
    if (isGiven(value) && value !== 'auto') throw unsupported(`reasoning.${name}`, 'Leave it out.')
  }
  refuseOthers(rest, reasoningFields, 'reasoning')
  return isGiven(reasoning['effort']) ? { reasoning_effort: reasoning['effort'] } : {}
}

function toFormat(body: Body): Body {
  const text = objectIn(body, 'text')
  if (!text) return {}
  refuseOthers(text, textFields, 'text')
  const verbosity = isGiven(text['verbosity']) ? { verbosity: text['verbosity'] } : {}
  const format = asObject(text['format'])
  const type = asText(format?.['type'])
  if (!format || type === 'text') return verbosity
  if (type === 'json_object') return { ...verbosity, response_format: { type } }
  if (type !== 'json_schema') {
    throw unsupported('text.format.type', 'Use `text`, `json_object` or `json_schema`.')
  }
  refuseOthers(format, schemaFormatFields, 'text.format')
  const { type: _, ...named } = format
  const schema = Object.fromEntries(Object.entries(named).filter(([, value]) => isGiven(value)))
  return { ...verbosity, response_format: { type, json_schema: schema } }
}
