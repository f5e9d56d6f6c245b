import type { ReleaseConfig } from '../../../foundation/config/index.ts'
import { asObject } from '../../providers/index.ts'
import type { Body } from '../client-dialect.ts'

/**
 * The body as the release wants it. Its parameters are written in the words of chat completions, so those that have
 * another name here get it; the rest keep theirs, and the upstream says what it thinks of them. `isAnswerWanted` is
 * false where only the prompt counts.
 */
export function applyRelease(body: Body, release: ReleaseConfig, isAnswerWanted: boolean): Body {
  const changed: Record<string, unknown> = { ...body }
  let isChanged = false
  for (const [name, value] of isAnswerWanted ? Object.entries(release.parameters ?? {}) : []) {
    isChanged = applyParameter(changed, name, value) || isChanged
  }
  const system = release.prompt?.system
  if (system !== undefined) {
    changed['system'] = [{ type: 'text', text: system }, ...systemBlocks(body['system'])]
    isChanged = true
  }
  return isChanged ? changed : body
}

/** Whether the parameter went in: not where the client has answered for it. */
function applyParameter(body: Record<string, unknown>, name: string, value: unknown): boolean {
  switch (name) {
    case 'max_completion_tokens':
      return fill(body, 'max_tokens', value)
    case 'stop':
      return fill(body, 'stop_sequences', typeof value === 'string' ? [value] : value)
    case 'user':
    case 'safety_identifier':
      return fill(body, 'metadata', { user_id: value })
    case 'parallel_tool_calls':
      if (value !== false || body['tools'] === undefined) return false
      return fill(body, 'tool_choice', { type: 'auto', disable_parallel_tool_use: true })
    case 'reasoning_effort':
      if (body['thinking'] !== undefined) return false
      if (value === 'none') return fill(body, 'thinking', { type: 'disabled' })
      return fillOutput(body, 'effort', value)
    case 'response_format': {
      const schema = asObject(asObject(value)?.['json_schema'])?.['schema']
      if (schema === undefined) return fill(body, name, value)
      if (body['output_format'] !== undefined) return false
      return fillOutput(body, 'format', { type: 'json_schema', schema })
    }
    default:
      return fill(body, name, value)
  }
}

function fill(body: Record<string, unknown>, name: string, value: unknown): boolean {
  if (body[name] !== undefined) return false
  body[name] = value
  return true
}

function fillOutput(body: Record<string, unknown>, name: string, value: unknown): boolean {
  const given = asObject(body['output_config'])
  if (given?.[name] !== undefined) return false
  body['output_config'] = { ...given, [name]: value }
  return true
}

function systemBlocks(given: unknown): unknown[] {
  if (Array.isArray(given)) return given as unknown[]
  return typeof given === 'string' && given !== '' ? [{ type: 'text', text: given }] : []
}
