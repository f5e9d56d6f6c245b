import { asWords } from '../../../foundation/platform/index.ts'
import type { ReleaseConfig } from '../../../foundation/config/index.ts'
import { asObject } from '../../providers/index.ts'
import type { Body } from '../client-dialect.ts'
import { isGiven } from './refuse.ts'

/**
 * The request as the release wants it: its prompt before the client's instructions, its parameters, which are named as
 * a chat names them, where the client sent none.
 */
export function applyRelease(body: Body, release: ReleaseConfig): Body {
  const changes: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(release.parameters ?? {})) place(changes, body, name, value)
  const system = release.prompt?.system
  if (system !== undefined) {
    const { instructions } = body
    changes['instructions'] = isGiven(instructions) ? `${system}\n\n${asWords(instructions)}` : system
  }
  return Object.keys(changes).length === 0 ? body : { ...body, ...changes }
}

function place(changes: Record<string, unknown>, body: Body, name: string, value: unknown): void {
  switch (name) {
    case 'max_tokens':
    case 'max_completion_tokens':
      return placeIn(changes, body, 'max_output_tokens', value)
    case 'reasoning_effort':
      return placeInside(changes, body, 'reasoning', 'effort', value)
    case 'verbosity':
      return placeInside(changes, body, 'text', 'verbosity', value)
    case 'response_format': {
      const format = asObject(value)
      const named = asObject(format?.['json_schema'])
      return placeInside(
        changes,
        body,
        'text',
        'format',
        named ? { type: format?.['type'], ...named } : value,
      )
    }
    default:
      return placeIn(changes, body, name, value)
  }
}

function placeIn(changes: Record<string, unknown>, body: Body, name: string, value: unknown): void {
  if (!isGiven(body[name])) changes[name] = value
}

function placeInside(
  changes: Record<string, unknown>,
  body: Body,
  outer: string,
  inner: string,
  value: unknown,
): void {
  const given = asObject(changes[outer] ?? body[outer])
  if (!isGiven(given?.[inner])) changes[outer] = { ...given, [inner]: value }
}
