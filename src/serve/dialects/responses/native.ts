import { asList, asObject, asText } from '../../providers/index.ts'
import type { AnswerContext, Body } from '../client-dialect.ts'
import { readItemId, toResponseId } from './identifiers.ts'
import { isGiven, unsupported } from './refuse.ts'
import { openSealed, sealNative } from './sealed-reasoning.ts'

const encrypted = 'reasoning.encrypted_content'

/**
 * The request for an upstream that speaks this dialect: it keeps nothing, since we keep the conversation and send it
 * whole, and encrypts its reasoning for us, where a model that reasons is asked for.
 */
export function toNative(body: Body): Body {
  const { previous_response_id: _, ...rest } = body
  const include = asList(body['include'])
  const isReasoning = isGiven(asObject(body['reasoning'])?.['effort'])
  const isAdded = isReasoning && !include?.includes(encrypted)
  return {
    ...rest,
    store: false,
    ...(Array.isArray(body['input']) ? { input: body['input'].filter(isReadable).map(unseal) } : {}),
    ...(isAdded ? { include: [...(include ?? []), encrypted] } : {}),
  }
}

/** Reasoning that a model wrote by chat has no form that this API takes back. */
function isReadable(given: unknown): boolean {
  const item = asObject(given)
  const isOurs = readItemId(asText(item?.['id']) ?? '') !== undefined
  return item?.['type'] !== 'reasoning' || !isOurs || isGiven(item['encrypted_content'])
}

function unseal(given: unknown, index: number): unknown {
  const item = asObject(given)
  const content = item?.['type'] === 'reasoning' ? asText(item['encrypted_content']) : undefined
  if (!item || content === undefined) return given
  const parameter = `input[${index}].encrypted_content`
  const sealed = openSealed(content, parameter)
  if (!sealed) return given
  if (sealed.kind === 'native') return { ...item, encrypted_content: sealed.content }
  throw unsupported(
    parameter,
    `Only the model that wrote it can read it, and it was written by ${sealed.target}: leave the item out.`,
  )
}

/** The upstream's response as ours: our id, what the client asked for, and reasoning that knows where it belongs. */
export function fromNative(response: Body, context: AnswerContext): Body {
  const { request } = context
  const asked = context.asked ?? request
  const output = asList(response['output'])
  return {
    ...response,
    id: toResponseId(context.inferenceId),
    created_at: Math.floor(context.startedAtMs / 1_000),
    model: context.model,
    instructions: asked['instructions'] ?? null,
    previous_response_id: request['previous_response_id'] ?? null,
    store: request['store'] === true,
    ...(output ? { output: output.map(item => sealItem(item, context)) } : {}),
  }
}

/** An output item whose encrypted reasoning says which target it must go back to. */
export function sealItem(given: unknown, context: AnswerContext): unknown {
  const item = asObject(given)
  const content = item?.['type'] === 'reasoning' ? asText(item['encrypted_content']) : undefined
  if (content === undefined) return given
  return { ...item, encrypted_content: sealNative(context.target ?? '', content) }
}
