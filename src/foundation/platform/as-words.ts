/**
 * Any value as a word or two, for messages and comparisons. `String` throws where an object has a `toString` that is none,
 * and JSON from outside may hold `{"toString": 1}`.
 */
export function asWords(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
