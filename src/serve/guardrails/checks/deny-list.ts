import { z } from 'zod'
import type { CheckKind, Finding } from '../check.ts'
import { type View, viewsOf } from '../normalise/index.ts'
import { openBefore, settleFindings } from './settle-findings.ts'
import { maxTermLength, TermAutomaton } from './term-automaton.ts'
import { isWordEdge } from './word-edges.ts'

/** A term with what may be strewn into it: invisible characters, white space, marks. */
const maxSpan = 4 * maxTermLength
/** How far before it a character can change how one is read. */
const normaliserReach = 64

const parameters = z.strictObject({
  terms: z
    .array(
      z
        .string()
        .max(maxTermLength)
        .refine(term => normalised(term).trim() !== '', 'must hold something that can be seen'),
    )
    .min(1)
    .max(20_000)
    .describe('Words and phrases that must not occur.'),
  type: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'must be in upper snake case: COMPETITOR')
    .default('DENIED_TERM')
    .describe('The type that its findings have.'),
  match: z
    .enum(['word', 'anywhere'])
    .default('word')
    .describe(
      '`word`: only where no letter or digit stands before or after it. `anywhere`: inside of words too.',
    ),
  caseSensitive: z.boolean().default(false),
})

export const denyListKind: CheckKind<z.infer<typeof parameters>> = {
  manifest: {
    name: 'deny-list',
    description:
      'Finds words and phrases of a list, whatever their case, spacing, lookalike or invisible characters.',
    stages: ['input', 'context', 'tool_call', 'reasoning', 'output'],
    parameters,
    maxSpan: maxSpan + normaliserReach,
    cost: 'deterministic',
  },
  create({ terms, type, match, caseSensitive }) {
    const automaton = new TermAutomaton(
      terms.map(term => normalised(term).trim()),
      { isCaseSensitive: caseSensitive },
    )
    const candidatesIn = (text: string): Finding[] => {
      const [view] = viewsOf(text)
      if (!view) return []
      return automaton
        .matchesIn(view.text)
        .filter(
          ({ start, end }) =>
            match === 'anywhere' || (isWordEdge(view.text, start) && isWordEdge(view.text, end)),
        )
        .map(({ start, end }) => ({
          start: view.sourceStart(start),
          end: view.sourceEnd(end),
          type,
          score: 1,
        }))
        .filter(({ start, end }) => end - start <= maxSpan)
    }
    return {
      scan: ({ text }) => settleFindings(candidatesIn(text)),
      openFrom(text) {
        const from = Math.max(0, text.length - 4 * maxSpan)
        const tail = text.slice(from)
        const [view] = viewsOf(tail)
        if (!view) return text.length
        // the last characters can be read otherwise once others follow: the last of all, and near those beyond ASCII more
        const isAscii = asciiOnly.test(tail.slice(-normaliserReach))
        const settled = Math.max(0, tail.length - (isAscii ? 1 : normaliserReach))
        const begun = automaton.openFrom(view.text.slice(0, indexOf(view, settled)))
        return from + openBefore(Math.min(settled, view.sourceStart(begun)), candidatesIn(tail))
      },
    }
  },
}

const asciiOnly = /^\p{ASCII}*$/u

function normalised(term: string): string {
  return viewsOf(term)[0]?.text ?? term
}

/** The first unit of the view that stands at `position` of the original or after it. */
function indexOf(view: View, position: number): number {
  let low = 0
  let high = view.text.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (view.sourceStart(middle) < position) low = middle + 1
    else high = middle
  }
  return low
}
