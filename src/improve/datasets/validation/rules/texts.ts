import { z } from 'zod'
import type { DatasetSchema } from '../../dataset.ts'
import { columnName } from '../../definition.ts'
import { asText, columnIn, textColumns } from '../cells.ts'
import { excerptLength, type Fault, type RuleKind } from '../rule.ts'
import { type DetectorName, maskDetected, type TextDetectors } from '../text-detectors.ts'
import { createQuickLook } from '../common-words.ts'
import { countTokens, tokenCounters, tokensInSql } from '../count-tokens.ts'

const tokenRange = {
  min: z.int().min(0).optional(),
  max: z.int().min(0).optional(),
  counter: z.enum(tokenCounters).default('estimate').describe('How tokens are counted.'),
}
const hasBound = (value: { min?: number | undefined; max?: number | undefined }) =>
  value.min !== undefined || value.max !== undefined
const tokensParameters = z
  .strictObject({ column: columnName, ...tokenRange })
  .refine(hasBound, 'needs min, max or both')
const shortTokens = z.strictObject(tokenRange).refine(hasBound, 'needs min, max or both')

export const tokensRule: RuleKind<z.infer<typeof tokensParameters>> = {
  name: 'tokens',
  description:
    'Texts have at least `min` and at most `max` tokens. Counters: `estimate` (a quarter of the bytes in UTF-8), `words`, `builtin` (the tokenizer of the built-in model, exact).',
  parameters: tokensParameters,
  short: {
    schema: shortTokens,
    expand: (value: z.infer<typeof shortTokens>, column) => ({ column, ...value }),
  },
  columns: ({ column }) => [{ name: column, path: ['column'] }],
  plan({ parameters: { column, min = 0, max = Infinity, counter } }, { rows }) {
    const found = columnIn(rows.schema, column)
    const wanted = max === Infinity ? `at least ${min}` : min > 0 ? `${min} to ${max}` : `at most ${max}`
    const says = `do not have ${wanted} tokens (${counter})`
    const sql = tokensInSql(asText(found), counter)
    if (sql !== undefined)
      return {
        by: 'condition',
        fault: `${sql} < ${min}${max === Infinity ? '' : ` OR ${sql} > ${max}`}`,
        excerpt: `${sql} || ' tokens'`,
        says,
      }
    const count = countTokens(counter)
    return {
      by: 'look',
      columns: [found],
      // a token has at least one byte, and at most some 40 of them
      suspects: min > 0 ? undefined : `strlen(${asText(found)}) > ${max}`,
      look: ([text]) => {
        if (text === null || text === undefined) return undefined
        const tokens = count(text)
        return tokens < min || tokens > max
          ? { says: `has ${tokens} tokens`, excerpt: `${tokens} tokens` }
          : undefined
      },
      says,
    }
  },
}

const sample = z
  .int()
  .min(1)
  .optional()
  .describe(
    'Look at about so many rows only, chosen evenly by hash; the report says of how many. All by default.',
  )
const columns = z
  .union([columnName, z.array(columnName).min(1)])
  .optional()
  .transform(value => (value === undefined ? undefined : [value].flat()))
  .describe('All that hold texts by default.')

const columnsOf = (parameters: { readonly columns?: readonly string[] | undefined }) =>
  (parameters.columns ?? []).map((name, at) => ({ name, path: ['columns', at] }))
const lookedAt = (names: readonly string[] | undefined, schema: DatasetSchema) =>
  names === undefined ? textColumns(schema) : names.map(name => columnIn(schema, name))

const personalParameters = z.strictObject({
  columns,
  sample,
  entities: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('As of the check `personal-data` of policies; all by default.'),
  regions: z.array(z.string()).min(1).optional(),
  threshold: z.number().min(0).max(1).optional(),
  allow: z.array(z.string()).optional(),
})
type Personal = z.output<typeof personalParameters>

/** Without one of these, a text holds nothing but names: all else has digits, an @, a sign before what is spelled out, or is encoded. */
const personalSigns = `[0-9@(\\[{<:+]|[^\\x00-\\x7f]|[A-Za-z0-9+/=_-]{24}`

export const personalDataRule: RuleKind<Personal> = {
  name: 'personal-data',
  description:
    'Texts hold no personal data: the check of policies with its parameters. Reports mask what was found.',
  parameters: personalParameters,
  columns: columnsOf,
  check: (parameters, detectors) => refused('personal-data', detectorParameters(parameters), detectors),
  plan({ parameters }, { rows, detectors }) {
    const names = parameters.entities === undefined || parameters.entities.includes('PERSON')
    const found = lookedAt(parameters.columns, rows.schema)
    return {
      by: 'look',
      columns: found,
      suspects: names
        ? undefined
        : found.map(column => `regexp_matches(${asText(column)}, '${personalSigns}')`).join(' OR ') ||
          'false',
      sample: parameters.sample,
      look: detecting('personal-data', detectorParameters(parameters), detectors),
      says: 'hold personal data',
      isMasked: true,
    }
  },
}

const secretsParameters = z.strictObject({
  columns,
  sample,
  keyed: z.boolean().optional(),
  threshold: z.number().min(0).max(1).optional(),
  allow: z.array(z.string()).optional(),
})

export const secretsRule: RuleKind<z.output<typeof secretsParameters>> = {
  name: 'secrets',
  description:
    'Texts hold no keys, tokens, passwords and the like: the check of policies with its parameters. Reports mask what was found.',
  parameters: secretsParameters,
  columns: columnsOf,
  check: (parameters, detectors) => refused('secrets', detectorParameters(parameters), detectors),
  plan: ({ parameters }, { rows, detectors }) => ({
    by: 'look',
    columns: lookedAt(parameters.columns, rows.schema),
    sample: parameters.sample,
    look: detecting('secrets', detectorParameters(parameters), detectors),
    says: 'hold secrets',
    isMasked: true,
  }),
}

/** Those of the detector alone. */
function detectorParameters(parameters: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).filter(
      ([name, value]) => value !== undefined && name !== 'columns' && name !== 'sample',
    ),
  )
}

function refused(
  name: DetectorName,
  parameters: Record<string, unknown>,
  detectors: TextDetectors | undefined,
) {
  try {
    detectors?.create(name, parameters)
    return []
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return [
      {
        path: [],
        message: `The detector does not take this: ${message}.`,
        mend: 'See docs/guardrails-checks.md for its parameters.',
      },
    ]
  }
}

function detecting(
  name: DetectorName,
  parameters: Record<string, unknown>,
  detectors: TextDetectors | undefined,
) {
  if (!detectors) throw new Error(`There are no detectors here to look for ${name} with.`)
  const find = detectors.create(name, parameters)
  return (values: readonly (string | null)[]): Fault | undefined => {
    let fault: Fault | undefined
    const types = new Set<string>()
    for (const text of values) {
      if (text === null || text === '') continue
      const found = find(text)
      for (const { type } of found) types.add(type)
      const first = found[0]
      if (first && !fault) fault = { says: '', excerpt: around(maskDetected(text, found), `<${first.type}>`) }
    }
    return fault && { ...fault, says: [...types].join(', '), types: [...types] }
  }
}

/** The piece of a masked text in which the first mask stands. */
function around(masked: string, mark: string): string {
  const at = Math.max(0, masked.indexOf(mark))
  const from = Math.max(0, Math.min(at - 20, masked.length - excerptLength))
  return `${from > 0 ? '…' : ''}${masked.slice(from, from + excerptLength)}${masked.length > from + excerptLength ? '…' : ''}`
}

/** Of longer texts the beginning tells. */
const lookedAtCharacters = 1_000

const languages = z.union([z.string(), z.array(z.string()).min(1)]).transform(value => [value].flat())
const languageParameters = z.strictObject({
  column: columnName,
  allowed: languages.describe('ISO 639-1 codes: en, de.'),
  minLetters: z.int().min(8).max(1_000).optional(),
  maxForeign: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('The share of a text that may be in other languages.'),
  sample,
})
const shortLanguage = z.union([languages, languageParameters.omit({ column: true })])

export const languageRule: RuleKind<z.output<typeof languageParameters>> = {
  name: 'language',
  description:
    'Texts (their first 1,000 characters) are in one of the languages. Sentences that are too short to tell count as allowed.',
  parameters: languageParameters,
  short: {
    schema: shortLanguage,
    expand: (value: z.output<typeof shortLanguage>, column) =>
      Array.isArray(value) ? { column, allowed: value } : { column, ...value },
  },
  columns: ({ column }) => [{ name: column, path: ['column'] }],
  check: ({ allowed, minLetters }, detectors) =>
    refused('language', { allowed, ...(minLetters === undefined ? {} : { minLetters }) }, detectors),
  plan({ parameters: { column, allowed, minLetters, maxForeign, sample: some } }, { rows, detectors }) {
    if (!detectors) throw new Error('There are no detectors here to tell languages with.')
    const find = detectors.create('language', {
      allowed,
      ...(minLetters === undefined ? {} : { minLetters }),
    })
    const isPlainly = createQuickLook(allowed)
    const found = columnIn(rows.schema, column)
    return {
      by: 'look',
      columns: [found],
      sample: some,
      suspects: `length(${asText(found)}) >= ${minLetters ?? 24} OR regexp_matches(${asText(found)}, '[^\\x00-\\x7f]')`,
      look([text]) {
        if (text === null || text === undefined) return undefined
        const beginning = text.slice(0, lookedAtCharacters).trim()
        if (maxForeign >= 0.5 && isPlainly(beginning)) return undefined
        const foreign = find(beginning).reduce((sum, { start, end }) => sum + end - start, 0)
        return foreign > maxForeign * beginning.length
          ? { says: 'is in another language', excerpt: text }
          : undefined
      },
      says: `are not in ${allowed.join(' or ')}`,
    }
  },
}
