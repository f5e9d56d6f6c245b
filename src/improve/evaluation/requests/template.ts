import { canonicalJson } from '../../../foundation/platform/index.ts'
import type { Row } from '../../datasets/index.ts'

const place = /\{\{\s*([^{}]*?)\s*\}\}/g
const name = /^[\p{L}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)*$/u

/** The columns that a template names, each once; or what is wrong with it. */
export function templateNames(
  template: string,
): { readonly names: readonly string[] } | { readonly problem: string } {
  if (/\{%|\{#/.test(template))
    return { problem: 'The text has a statement or a comment of a template language.' }
  const names = new Set<string>()
  for (const [whole, inner = ''] of template.matchAll(place)) {
    if (!name.test(inner)) return { problem: `\`${whole.slice(0, 60)}\` names no column.` }
    names.add(inner.split('.')[0] ?? inner)
  }
  const rest = template.replaceAll(place, '')
  if (rest.includes('{{')) return { problem: 'A `{{` is not closed.' }
  return { names: [...names] }
}

/** Puts the values of a row into a template: text as it is, anything else as JSON, nothing for what is null or not there. */
export function fillTemplate(template: string, row: Row): string {
  return template.replaceAll(place, (_, inner: string) => textOf(lookUp(row, inner.split('.'))))
}

function lookUp(row: Row, path: readonly string[]): unknown {
  const [first = ''] = path
  // promptfoo keeps its variables in a column of their own
  const holder = Object.hasOwn(row, first) ? row : row['vars']
  let value: unknown = holder
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<string, unknown>)[part]
  }
  return value
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : canonicalJson(value)
}
