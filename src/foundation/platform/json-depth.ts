/** Levels of JSON that anybody needs; a schema of a large API has some 30. */
export const mostLevels = 256

/**
 * Whether lists and objects stand within each other deeper than that. The parser takes any depth, and whatever walks
 * over the value then, `JSON.stringify` too, runs out of stack.
 */
export function isNestedTooDeep(value: unknown, levels: number = mostLevels): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  const list = Array.isArray(value) ? (value as readonly unknown[]) : Object.values(value)
  for (const inner of list) if (isNestedTooDeep(inner, levels - 1)) return true
  return false
}

/** Text of fewer characters cannot nest too deep: each level takes two. */
export const harmlessLength = 2 * mostLevels
