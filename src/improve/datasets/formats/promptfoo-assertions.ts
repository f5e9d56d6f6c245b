import { isObject } from './check-chat.ts'

/**
 * The assertions of promptfoo that mean something here, with the evaluator that does the same. All are kept as they are in the
 * column `assert`; evaluation uses these. Each may begin with `not-`.
 */
export const knownAssertions = {
  equals: 'exact',
  contains: 'contains',
  icontains: 'contains',
  'contains-all': 'contains',
  'contains-any': 'contains',
  'icontains-all': 'contains',
  'icontains-any': 'contains',
  'starts-with': 'regex',
  regex: 'regex',
  'is-json': 'json-schema',
  'contains-json': 'json-schema',
  similar: 'embedding-similarity',
  levenshtein: 'edit-distance',
  bleu: 'bleu',
  'rouge-n': 'rouge',
  'llm-rubric': 'llm-judge',
  'model-graded-closedqa': 'llm-judge',
  factuality: 'llm-judge',
  'answer-relevance': 'llm-judge',
  'context-faithfulness': 'groundedness',
  'is-refusal': 'refusal',
  latency: 'latency',
  cost: 'cost',
} as const

/** One assertion as it is kept. */
export interface Assertion {
  readonly type: string
  readonly value?: unknown
  readonly threshold?: number
  readonly weight?: number
  readonly metric?: string
}

/** What a cell `__expected` of promptfoo's CSV means: a text that is equalled, or `type: value`, `type(threshold): value`. */
export function readExpected(text: string): Assertion {
  const javascript = /^(?:fn|eval|javascript):\s*([\s\S]*)$/.exec(text)
  if (javascript) return { type: 'javascript', value: javascript[1] ?? '' }
  const file = /^(?:python|file):\s*([\s\S]*)$/.exec(text)
  if (file) return { type: text.startsWith('python') ? 'python' : 'file', value: file[1] ?? '' }
  const [, negation = '', type = '', threshold, value = ''] =
    /^(not-)?([a-z][a-z-]*)(?:\(([\d.]+)\))?(?::\s*([\s\S]*))?$/.exec(text) ?? []
  if (type === 'grade') return { type: 'llm-rubric', value }
  if (!Object.hasOwn(knownAssertions, type)) return { type: 'equals', value: text }
  const isList = type.endsWith('-all') || type.endsWith('-any')
  return {
    type: `${negation}${type}`,
    ...(value !== '' && { value: isList ? value.split(',').map(entry => entry.trim()) : value }),
    ...(threshold !== undefined && { threshold: Number(threshold) }),
  }
}

/** What one assertion `equals` says is the answer that is expected. */
export function expectedOf(assertions: readonly unknown[]): string | undefined {
  const equal = assertions.filter(
    (entry): entry is Record<string, unknown> => isObject(entry) && entry['type'] === 'equals',
  )
  const [only] = equal
  return equal.length === 1 && typeof only?.['value'] === 'string' ? only['value'] : undefined
}
