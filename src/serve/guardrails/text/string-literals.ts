/** A string or a long number of a JSON text: where its literal stands, quotes included, and what it says. */
export interface StringLiteral {
  readonly start: number
  readonly end: number
  readonly value: string
  readonly isString: boolean
}

const literal = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]{5,}/gs

/** All of a JSON text in their order, names of members among them; `undefined` where it is no JSON. */
export function stringLiterals(json: string): StringLiteral[] | undefined {
  try {
    JSON.parse(json)
    return [...json.matchAll(literal)].map(match => ({
      start: match.index,
      end: match.index + match[0].length,
      value: match[0].startsWith('"') ? (JSON.parse(match[0]) as string) : match[0],
      isString: match[0].startsWith('"'),
    }))
  } catch {
    return undefined
  }
}

/** The JSON text with every string written plainly: what is escaped without need could not be found otherwise. */
export function writePlainly(json: string, literals: readonly StringLiteral[]): string {
  let out = ''
  let at = 0
  for (const { start, end, value, isString } of literals) {
    out += json.slice(at, start) + (isString ? JSON.stringify(value) : json.slice(start, end))
    at = end
  }
  return out + json.slice(at)
}
