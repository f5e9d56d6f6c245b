import type { Failure } from '../../../foundation/platform/index.ts'
import { asCount, asList, asObject, asText } from '../../providers/index.ts'
import type { AnswerContext, Body } from '../client-dialect.ts'
import { toResponseId } from './identifiers.ts'
import { isGiven } from './refuse.ts'

/** What a response says of its request, whatever its state. */
export function describeRequest(context: AnswerContext): Body {
  const { request, model, inferenceId, startedAtMs } = context
  const asked = context.asked ?? request
  const text = asObject(request['text'])
  const reasoning = asObject(request['reasoning'])
  const named = ['user', 'safety_identifier', 'prompt_cache_key', 'top_logprobs', 'max_output_tokens']
  return {
    id: toResponseId(inferenceId),
    object: 'response',
    created_at: Math.floor(startedAtMs / 1_000),
    background: false,
    instructions: asked['instructions'] ?? null,
    metadata: request['metadata'] ?? {},
    model,
    parallel_tool_calls: request['parallel_tool_calls'] ?? true,
    previous_response_id: request['previous_response_id'] ?? null,
    reasoning: { effort: reasoning?.['effort'] ?? null, summary: reasoning?.['summary'] ?? null },
    store: request['store'] === true,
    temperature: request['temperature'] ?? null,
    text: { format: { type: 'text' }, ...text },
    tool_choice: request['tool_choice'] ?? 'auto',
    tools: (asList(request['tools']) ?? []).map(withEveryField),
    top_p: request['top_p'] ?? null,
    truncation: request['truncation'] ?? 'disabled',
    ...Object.fromEntries(named.filter(name => isGiven(request[name])).map(name => [name, request[name]])),
  }
}

/** Clients leave out what the description of the API wants to see in an answer. */
function withEveryField(given: unknown): unknown {
  const tool = asObject(given)
  if (tool?.['type'] !== 'function') return given
  return { ...tool, parameters: tool['parameters'] ?? null, strict: tool['strict'] ?? false }
}

export type Ending =
  | { readonly status: 'completed' }
  | { readonly status: 'incomplete'; readonly reason: 'max_output_tokens' | 'content_filter' }

/** How a chat's `finish_reason` ends a response. */
export function toEnding(finishReason: string | undefined): Ending {
  if (finishReason === 'length') return { status: 'incomplete', reason: 'max_output_tokens' }
  if (finishReason === 'content_filter') return { status: 'incomplete', reason: 'content_filter' }
  return { status: 'completed' }
}

/** The counts of a chat as those of a response; cached and reasoning tokens are part of theirs in both. */
export function toResponseUsage(given: unknown): Body | undefined {
  const usage = asObject(given)
  const input = asCount(usage?.['prompt_tokens'])
  if (!usage || input === undefined) return undefined
  const output = asCount(usage['completion_tokens']) ?? 0
  const promptDetails = asObject(usage['prompt_tokens_details'])
  const completionDetails = asObject(usage['completion_tokens_details'])
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: asCount(promptDetails?.['cached_tokens']) ?? 0,
      cache_write_tokens: asCount(promptDetails?.['cache_write_tokens']) ?? 0,
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: asCount(completionDetails?.['reasoning_tokens']) ?? 0 },
    total_tokens: asCount(usage['total_tokens']) ?? input + output,
  }
}

/** The `error` of a response that failed: the API knows only these codes. */
export function toResponseError(failure: Failure): Body {
  const isLimited = failure.status === 429
  const isClients = failure.status < 500 && !isLimited
  const code = isLimited ? 'rate_limit_exceeded' : isClients ? 'invalid_prompt' : 'server_error'
  return { code, message: failure.message }
}

/** The service tier that was served, where the upstream says it. */
export function serviceTier(chat: Body): Body {
  const tier = asText(chat['service_tier'])
  return tier === undefined ? {} : { service_tier: tier }
}
