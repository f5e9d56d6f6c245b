import { type AST, RegExpParser } from '@eslint-community/regexpp'
import { RE2JS } from 're2js'

/** How often `*`, `+` and `{n,}` repeat at most beyond their minimum: what has no bound cannot be looked for in a stream. */
const unboundedRepeats = 64

/** How many UTF-16 units a match of a user's pattern may have. */
export const maxPatternWidth = 512

export interface LinearPattern {
  /** Matches in linear time whatever the text is. */
  readonly regex: RE2JS
  /** The most UTF-16 units that a match can have. */
  readonly width: number
}

/**
 * Compiles a pattern in JavaScript's syntax for an engine that never backtracks. Throws an `Error` that says what to mend for
 * what such an engine cannot do (lookaround, backreferences) and for matches that could be longer than `maxPatternWidth`.
 * `^` and `$` are the start and the end of a line.
 */
export function compileLinearPattern(source: string, isCaseSensitive: boolean): LinearPattern {
  const pattern = new RegExpParser({ ecmaVersion: 2025 }).parsePattern(source, 0, source.length, {
    unicode: true,
  })
  const edits: Edit[] = []
  const width = widthOf(pattern, edits)
  if (width === 0) throw new Error('matches only the empty text')
  if (width > maxPatternWidth)
    throw new Error(
      `may match ${width} characters, ${maxPatternWidth} are allowed: bound its repetitions, e.g. {0,20}; ` +
        `one without a bound counts as ${unboundedRepeats}`,
    )
  const bounded = edits
    .toSorted((one, other) => other.start - one.start)
    .reduce((text, { start, end, by }) => text.slice(0, start) + by + text.slice(end), source)
  const flags = RE2JS.MULTILINE | (isCaseSensitive ? 0 : RE2JS.CASE_INSENSITIVE)
  const regex = RE2JS.compile(RE2JS.translateRegExp(bounded), flags)
  return { regex, width }
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly by: string
}

function widthOf(node: AST.Pattern | AST.Element, edits: Edit[]): number {
  switch (node.type) {
    case 'Pattern':
    case 'Group':
    case 'CapturingGroup':
      return Math.max(
        0,
        ...node.alternatives.map(({ elements }) =>
          elements.reduce((sum, element) => sum + widthOf(element, edits), 0),
        ),
      )
    case 'Quantifier':
      return widthOfRepeats(node, edits)
    case 'Character':
      return node.value > 0xffff ? 2 : 1
    case 'CharacterSet':
      return node.kind === 'any' || node.kind === 'property' || node.negate ? 2 : 1
    case 'CharacterClass':
    case 'ExpressionCharacterClass':
      return isOfOneUnit(node) ? 1 : 2
    case 'Assertion':
      if (node.kind === 'lookahead' || node.kind === 'lookbehind')
        throw new Error(
          `has a ${node.kind} at character ${node.start + 1}, which cannot be matched in linear time`,
        )
      return 0
    case 'Backreference':
      throw new Error(
        `has a backreference at character ${node.start + 1}, which cannot be matched in linear time`,
      )
  }
}

function widthOfRepeats(node: AST.Quantifier, edits: Edit[]): number {
  const most = node.max === Infinity ? node.min + unboundedRepeats : node.max
  if (node.max === Infinity)
    edits.push({
      start: node.element.end,
      end: node.end,
      by: `{${node.min},${most}}${node.greedy ? '' : '?'}`,
    })
  return most * widthOf(node.element, edits)
}

function isOfOneUnit(node: AST.CharacterClass | AST.ExpressionCharacterClass): boolean {
  if (node.type !== 'CharacterClass' || node.negate || node.unicodeSets) return false
  return node.elements.every(element => {
    switch (element.type) {
      case 'Character':
        return element.value <= 0xffff
      case 'CharacterClassRange':
        return element.max.value <= 0xffff
      case 'CharacterSet':
        return element.kind !== 'property' && !element.negate
    }
  })
}
