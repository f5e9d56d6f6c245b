import { RE2JS } from 're2js'
import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import { normaliseAnswer } from '../../../foundation/statistics/index.ts'
import { defineEvaluator, notApplicable } from './define-evaluator.ts'
import { expectedTexts } from './expected.ts'

const compare = z
  .enum(['exact', 'trimmed', 'ignore-case', 'normalised'])
  .default('trimmed')
  .describe(
    '`trimmed` leaves out spaces at both ends, `ignore-case` that and case, `normalised` also punctuation, articles and inner spaces (SQuAD).',
  )

const prepare = {
  exact: (text: string) => text.normalize('NFC'),
  trimmed: (text: string) => text.normalize('NFC').trim(),
  'ignore-case': (text: string) => text.normalize('NFC').trim().toLowerCase(),
  normalised: normaliseAnswer,
}

export const exact = defineEvaluator({
  manifest: {
    name: 'exact',
    version: 1,
    description: 'The answer is one of the expected texts.',
    cost: 'free',
    needs: ['expected'],
    isJudge: false,
    threshold: 1,
  },
  parameters: z.strictObject({ compare }),
  create: ({ compare: how }) => ({
    evaluate(example, answer) {
      const texts = expectedTexts(example)
      if (texts.length === 0) return notApplicable('Nothing is expected')
      const said = prepare[how](answer.text)
      return { value: texts.some(text => prepare[how](text) === said) ? 1 : 0 }
    },
  }),
})

export const contains = defineEvaluator({
  manifest: {
    name: 'contains',
    version: 1,
    description: 'The share of the given texts, or of the expected ones, that the answer holds.',
    cost: 'free',
    needs: [],
    isJudge: false,
    threshold: 1,
  },
  parameters: z.strictObject({
    texts: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('What has to be there; what is expected of each example, where this is left out.'),
    not: z.boolean().default(false).describe('Turns it around: none of them may be there.'),
    match: z.enum(['all', 'any']).default('all').describe('Whether one of them is enough.'),
    compare,
  }),
  create: ({ texts, not, match, compare: how }) => ({
    evaluate(example, answer) {
      const wanted = texts ?? expectedTexts(example)
      if (wanted.length === 0) return notApplicable('Nothing is expected')
      const said = prepare[how](answer.text)
      const found = wanted.filter(text => said.includes(prepare[how](text)))
      if (not)
        return { value: found.length === 0 ? 1 : 0, why: `${found.length} of ${wanted.length} are there.` }
      const value = match === 'any' ? (found.length > 0 ? 1 : 0) : found.length / wanted.length
      return { value, why: `${found.length} of ${wanted.length} are there.` }
    },
  }),
})

export const startsWith = defineEvaluator({
  manifest: {
    name: 'starts-with',
    version: 1,
    description: 'The answer begins with one of the expected texts: `Match` of OpenAI’s Evals.',
    cost: 'free',
    needs: ['expected'],
    isJudge: false,
    threshold: 1,
  },
  parameters: z.strictObject({ compare }),
  create: ({ compare: how }) => ({
    evaluate(example, answer) {
      const texts = expectedTexts(example)
      if (texts.length === 0) return notApplicable('Nothing is expected')
      const said = prepare[how](answer.text)
      return { value: texts.some(text => said.startsWith(prepare[how](text))) ? 1 : 0 }
    },
  }),
})

export const fuzzyMatch = defineEvaluator({
  manifest: {
    name: 'fuzzy-match',
    version: 1,
    description:
      'The answer holds one of the expected texts or is held by one, without case, punctuation and articles: `FuzzyMatch` of OpenAI’s Evals.',
    cost: 'free',
    needs: ['expected'],
    isJudge: false,
    threshold: 1,
  },
  parameters: z.strictObject({}),
  create: () => ({
    evaluate(example, answer) {
      const texts = expectedTexts(example)
      if (texts.length === 0) return notApplicable('Nothing is expected')
      const said = prepare.normalised(answer.text)
      const isAlike = (text: string): boolean => {
        const wanted = prepare.normalised(text)
        // every text holds the empty one
        if (wanted === '' || said === '') return wanted === said
        return wanted.includes(said) || said.includes(wanted)
      }
      return { value: texts.some(isAlike) ? 1 : 0 }
    },
  }),
})

export const regex = defineEvaluator({
  manifest: {
    name: 'regex',
    version: 1,
    description: 'A pattern matches somewhere in the answer. In linear time, whatever the answer is.',
    cost: 'free',
    needs: [],
    isJudge: false,
    threshold: 1,
  },
  parameters: z.strictObject({
    pattern: z.string().min(1).describe('In JavaScript’s syntax, without lookaround and backreferences.'),
    caseSensitive: z.boolean().default(false),
    not: z.boolean().default(false).describe('Turns it around: it may match nowhere.'),
  }),
  create({ pattern, caseSensitive, not }) {
    const compiled = compilePattern(pattern, caseSensitive)
    return { evaluate: (_, answer) => ({ value: compiled.matcher(answer.text).find() !== not ? 1 : 0 }) }
  },
})

export function compilePattern(pattern: string, isCaseSensitive: boolean): RE2JS {
  try {
    const flags = RE2JS.MULTILINE | (isCaseSensitive ? 0 : RE2JS.CASE_INSENSITIVE)
    return RE2JS.compile(RE2JS.translateRegExp(pattern), flags)
  } catch (error) {
    throw new Failure(
      'invalid_request',
      `The pattern \`${pattern.slice(0, 80)}\` cannot be used: ${error instanceof Error ? error.message : 'it is none'}.`,
      { cause: error },
    )
  }
}

export const numeric = defineEvaluator({
  manifest: {
    name: 'numeric',
    version: 1,
    description: 'The last number of the answer lies near the expected one.',
    cost: 'free',
    needs: ['expected'],
    isJudge: false,
    threshold: 1,
  },
  parameters: z.strictObject({
    tolerance: z.number().min(0).default(0).describe('How far off it may be.'),
    relative: z
      .number()
      .min(0)
      .default(0)
      .describe('And how far beside that, as a share of what is expected.'),
  }),
  create: ({ tolerance, relative }) => ({
    evaluate(example, answer) {
      const [text] = expectedTexts(example)
      const wanted = text === undefined ? undefined : numbersOf(text).at(-1)
      if (wanted === undefined) return notApplicable('No number is expected')
      const said = numbersOf(answer.text).at(-1)
      if (said === undefined) return { value: 0, label: 'no number' }
      const off = Math.abs(said - wanted)
      // what decimals cannot hold exactly is no difference
      const slack = Math.abs(wanted) * (relative + 1e-12)
      return { value: off <= tolerance + slack ? 1 : 0, why: `It says ${said}, and ${wanted} is expected.` }
    },
  }),
})

/** Numbers as English writes them: `1,250.5`, `-3`, `2e6`. */
export function numbersOf(text: string): number[] {
  const found = text.match(/[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?/gi) ?? []
  return found.map(one => Number(one.replaceAll(',', '').replace('−', '-')))
}
