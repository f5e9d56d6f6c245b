import { Failure } from '../../../foundation/platform/index.ts'
import type { ReleaseConfig } from '../../../foundation/config/index.ts'
import type { Operation } from '../../providers/index.ts'

type Body = Readonly<Record<string, unknown>>

/** Two names for one thing: a client that sends either has answered for both. */
const sameParameter: Readonly<Record<string, string>> = {
  max_tokens: 'max_completion_tokens',
  max_completion_tokens: 'max_tokens',
}

/** Of the parameters of a release, which may serve chats too, those that embeddings know. */
const embeddingParameters = new Set(['dimensions', 'input_type', 'task_type', 'truncate'])

/**
 * The body as the release wants it: its system prompt first, its parameters where the client sent none. Returns
 * the very same object where nothing changes, so that the client's own text can be forwarded.
 */
export function applyRelease(
  body: Body,
  operation: Operation,
  release: ReleaseConfig,
  service: string,
): Body {
  const missing = Object.entries(release.parameters ?? {}).filter(
    ([name]) =>
      body[name] === undefined &&
      body[sameParameter[name] ?? name] === undefined &&
      (operation !== 'embedding' || embeddingParameters.has(name)),
  )
  if (operation === 'embedding') {
    return missing.length === 0 ? body : { ...body, ...Object.fromEntries(missing) }
  }
  const system = release.prompt?.system
  if (system !== undefined && operation === 'completion') {
    const message = `The service ${service} has a system prompt, which /v1/completions cannot carry. Use /v1/chat/completions.`
    throw new Failure('invalid_request', message, { details: { parameter: 'model' } })
  }
  if (missing.length === 0 && system === undefined) return body
  const changed: Record<string, unknown> = { ...body, ...Object.fromEntries(missing) }
  if (system !== undefined && Array.isArray(body['messages'])) {
    changed['messages'] = [{ role: 'system', content: system }, ...(body['messages'] as unknown[])]
  }
  return changed
}
