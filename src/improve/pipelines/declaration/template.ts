import type { FactTypes } from '../events/event-kinds.ts'
import { type Expression, type ExpressionScope, parseExpression } from './expression.ts'

const opening = '${'

/** A text with `${expression}` in it, cut into its pieces; `$${` stands for itself. `facts` as in `parseExpression`. */
export function parseTemplate(
  text: string,
  facts?: FactTypes,
): { readonly pieces: readonly (string | Expression)[] } | { readonly problem: string } {
  const pieces: (string | Expression)[] = []
  let rest = text
  let plain = ''
  for (;;) {
    const at = rest.indexOf(opening)
    if (at < 0) {
      plain += rest
      break
    }
    if (rest[at - 1] === '$') {
      plain += rest.slice(0, at - 1) + opening
      rest = rest.slice(at + opening.length)
      continue
    }
    const end = closingOf(rest, at + opening.length)
    if (end < 0) return { problem: 'A `${` has no `}`. Where the text has to hold it as it is, write `$${`.' }
    const parsed = parseExpression(rest.slice(at + opening.length, end).trim(), 'any', facts)
    if ('problem' in parsed) return parsed
    plain += rest.slice(0, at)
    if (plain !== '') pieces.push(plain)
    plain = ''
    pieces.push(parsed)
    rest = rest.slice(end + 1)
  }
  if (plain !== '' || pieces.length === 0) pieces.push(plain)
  return { pieces }
}

/** The `}` that ends an expression: not one within quotes or braces. */
function closingOf(text: string, from: number): number {
  let depth = 0
  let quote = ''
  for (let index = from; index < text.length; index += 1) {
    const letter = text[index] ?? ''
    if (quote !== '') {
      if (letter === '\\') index += 1
      else if (letter === quote) quote = ''
    } else if (letter === '"' || letter === "'") quote = letter
    else if (letter === '{') depth += 1
    else if (letter === '}') {
      if (depth === 0) return index
      depth -= 1
    }
  }
  return -1
}

/** A text that is one expression and nothing else keeps the type of its value. */
export function renderTemplate(text: string, scope: ExpressionScope, facts?: FactTypes): unknown {
  const parsed = parseTemplate(text, facts)
  // checked when the pipeline was defined
  if ('problem' in parsed) return text
  const [only, more] = parsed.pieces
  if (more === undefined && only !== undefined) return typeof only === 'string' ? only : only.evaluate(scope)
  return parsed.pieces
    .map(piece => (typeof piece === 'string' ? piece : asText(piece.evaluate(scope))))
    .join('')
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Renders every text in a value. */
export function renderAll(value: unknown, scope: ExpressionScope, facts?: FactTypes): unknown {
  if (typeof value === 'string') return renderTemplate(value, scope, facts)
  if (Array.isArray(value)) return value.map(one => renderAll(one, scope, facts))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, renderAll(one, scope, facts)]))
  return value
}

export const holdsExpression = (text: string): boolean => {
  const parsed = parseTemplate(text)
  return 'problem' in parsed || parsed.pieces.some(piece => typeof piece !== 'string')
}

/** Every text in a value, with where it stands. */
export function* textsIn(
  value: unknown,
  path: readonly (string | number)[] = [],
): Generator<{ readonly path: readonly (string | number)[]; readonly text: string }> {
  if (typeof value === 'string') yield { path, text: value }
  else if (Array.isArray(value))
    for (const [index, one] of value.entries()) yield* textsIn(one, [...path, index])
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) yield* textsIn(one, [...path, key])
}
