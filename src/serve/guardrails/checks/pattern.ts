import { z } from 'zod'
import type { CheckKind, Finding } from '../check.ts'
import { compileLinearPattern, type LinearPattern, maxPatternWidth } from './linear-pattern.ts'
import { openBefore, settleFindings } from './settle-findings.ts'

/** How much of a text may be searched again for matches that overlap, in texts that match nearly everywhere. */
const overlapBudget = 250_000

const patternSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'must be in upper snake case: ORDER_NUMBER')
      .describe('The type that its findings have, in upper snake case.'),
    pattern: z
      .string()
      .min(1)
      .max(2_000)
      .describe(
        "JavaScript's syntax without lookaround and backreferences; ^ and $ are those of a line. Is matched in linear time.",
      ),
    caseSensitive: z.boolean().default(false),
  })
  .superRefine(({ pattern, caseSensitive }, context) => {
    try {
      compileLinearPattern(pattern, caseSensitive)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      context.addIssue({ code: 'custom', path: ['pattern'], message })
    }
  })

const parameters = z.strictObject({ patterns: z.array(patternSchema).min(1).max(100) })

export const patternKind: CheckKind<z.infer<typeof parameters>> = {
  manifest: {
    name: 'pattern',
    description: 'Finds what regular expressions of your own match.',
    stages: ['input', 'context', 'tool_call', 'reasoning', 'output'],
    parameters,
    // a match, and one of another pattern that may overlap it, with a character for \b
    maxSpan: maxPatternWidth + 1,
    cost: 'deterministic',
  },
  create({ patterns }) {
    const compiled = patterns.map(({ name, pattern, caseSensitive }) => ({
      name,
      ...compileLinearPattern(pattern, caseSensitive),
    }))
    const reach = 1 + Math.max(...compiled.map(({ width }) => width))
    const matchAll = (text: string) => compiled.flatMap(pattern => matchesOf(text, pattern.name, pattern))
    return {
      scan: ({ text }) => settleFindings(matchAll(text)),
      openFrom(text) {
        // what begins before this is decided, and so is what overlaps it
        const open = Math.max(0, text.length - reach)
        const from = Math.max(0, open - 2 * reach)
        const near = matchAll(text.slice(from)).map(finding => ({
          ...finding,
          start: finding.start + from,
          end: finding.end + from,
        }))
        return openBefore(open, near)
      },
    }
  },
}

/** All matches, those that overlap too: which of them come first may depend on text that a stream has long released. */
function matchesOf(text: string, type: string, { regex }: LinearPattern): Finding[] {
  const found: Finding[] = []
  const matcher = regex.matcher(text)
  let spent = 0
  for (let from = 0; from <= text.length && matcher.find(from);) {
    const [start, end] = [matcher.start(), matcher.end()]
    if (end > start) found.push({ start, end, type, score: 1 })
    spent += end - start
    if (spent > overlapBudget + 8 * text.length)
      throw new Error('a pattern matches nearly everywhere; the text was not searched to its end')
    from = start + 1
  }
  return found
}
