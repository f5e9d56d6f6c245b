import type { Attributes } from './foreign-span.ts'
import type { AttributeRule } from './attribute-rule.ts'

const mostAttributes = 128
const longestName = 200
const longestText = 1_024
const longestContent = 16_384
/** Of one span, in characters of text. */
const mostText = 8_192
const mostContent = 131_072

/** Collects what may be kept of the attributes of one span, within bounds, and counts the rest. */
export class AttributeBag {
  readonly rule: AttributeRule
  leftOut = 0
  #room: number

  constructor(rule: AttributeRule) {
    this.rule = rule
    this.#room = rule.keepsContent ? mostContent : mostText
  }

  /** `undefined` values are those that the reader did not even read. */
  collect(given: Iterable<readonly [name: string, value: unknown]>): Attributes {
    const kept: Record<string, unknown> = {}
    let count = 0
    for (const [name, value] of given) {
      const fitting = this.#fit(name, value)
      if (fitting === undefined || count >= mostAttributes) {
        this.leftOut += 1
        continue
      }
      count += 1
      kept[cleanText(name)] = fitting
    }
    return kept
  }

  #fit(name: string, value: unknown): unknown {
    if (value === undefined || name === '' || name.length > longestName || name === '__proto__')
      return undefined
    if (!this.rule.mayKeep(name, value)) return undefined
    const longest = this.rule.keepsContent ? longestContent : longestText
    const fitting = typeof value === 'string' ? cut(cleanText(value), longest) : value
    const size = typeof fitting === 'string' ? fitting.length : sizeOf(fitting)
    if (size > longest || size > this.#room) return undefined
    this.#room -= size
    return fitting
  }
}

function sizeOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? JSON.stringify(value).length : 16
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`
}

/** Postgres stores neither NUL nor half a surrogate pair. */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}
