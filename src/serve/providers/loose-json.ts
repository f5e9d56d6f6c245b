import { harmlessLength, isNestedTooDeep } from '../../foundation/platform/index.ts'

/** What an upstream sends is read loosely: a field of another type than expected counts as absent. */

export type JsonObject = Readonly<Record<string, unknown>>

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}

export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined
}

/** A string that is not empty. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** More than any call can use. What is above is a mistake of the upstream, and would burst the books. */
const mostCounted = 500_000_000

/** A count: finite, not negative, and possible. Zero is a count. */
export function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= mostCounted ? Math.round(value) : undefined
}

/** `undefined` for what is no JSON, and for JSON that is nested deeper than anybody needs. */
export function parseLoosely(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return text.length > harmlessLength && isNestedTooDeep(value) ? undefined : value
}
