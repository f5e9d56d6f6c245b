import { canonicalJson } from '../../../foundation/platform/index.ts'
import type { EvaluatedExample } from '../evaluator.ts'

/** What is expected, as texts of which one is enough: a text, a list of them, or any other value as its JSON. */
export function expectedTexts({ expected }: EvaluatedExample): string[] {
  if (expected === undefined || expected === null) return []
  return Array.isArray(expected) ? expected.map(asText) : [asText(expected)]
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : canonicalJson(value)
}

const fence = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/i

/** The JSON that a text is, or that it holds between fences; `undefined` where it is none. */
export function parseAnswerJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(fence.exec(text)?.[1] ?? text) }
  } catch {
    return undefined
  }
}

/** What lies at a path like `order.items.0.price`; `undefined` where nothing does. */
export function valueAt(value: unknown, path: string): unknown {
  let at = value
  for (const step of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Record<string, unknown>)[step]
  }
  return at
}
