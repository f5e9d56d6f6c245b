import { z } from 'zod'
import type { RunExample } from '../runs/item-store.ts'
import type { PlannedEvaluator } from '../runs/run.ts'
import type { FormAnswer } from './parity.ts'

/** The slices by which the examples of a run are forms of one another, as `make-counterfactuals` names them. */
export const formSlices = ['attribute', 'group'] as const

const formKey = z.tuple([z.string(), z.string(), z.string()])

/** One example of a run as a form of another: which, and in the form of which group. */
export interface RunForm {
  readonly ordinal: number
  readonly unit: string
  readonly attribute: string
  readonly group: string
}

/**
 * The examples that are forms: their key is `[counterfactual_of, attribute, group]`, and the suite slices by the last two. Empty for a
 * run on anything else.
 */
export function formsOfRun(examples: readonly RunExample[]): RunForm[] {
  return examples.flatMap(({ ordinal, rowKey, slices }) => {
    const [attribute, group] = [slices['attribute'], slices['group']]
    if (attribute === undefined || group === undefined) return []
    const key = formKey.safeParse(parse(rowKey))
    if (!key.success || key.data[1] !== attribute || key.data[2] !== group) return []
    return [{ ordinal, unit: key.data[0], attribute, group }]
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a release answered to the forms, by attribute. `textOf` and `labelOf` may know nothing. */
export function answersByAttribute(
  forms: readonly RunForm[],
  evaluators: readonly PlannedEvaluator[],
  read: {
    readonly valueOf: (evaluator: number, ordinal: number) => number | undefined
    readonly labelOf: (evaluator: number, ordinal: number) => string | undefined
    readonly textOf: (ordinal: number) => string | undefined
    /** Each time that it was asked; left out where nobody needs it. */
    readonly repeatsOf?: (ordinal: number) => FormAnswer['repeats']
  },
): Map<string, FormAnswer[]> {
  const answered = forms.map(({ ordinal, unit, attribute, group }) => ({
    attribute,
    unit,
    group,
    text: read.textOf(ordinal) ?? '',
    scores: Object.fromEntries(evaluators.map(({ name }, index) => [name, read.valueOf(index, ordinal)])),
    labels: Object.fromEntries(evaluators.map(({ name }, index) => [name, read.labelOf(index, ordinal)])),
    repeats: read.repeatsOf?.(ordinal),
  }))
  return Map.groupBy(answered, ({ attribute }) => attribute)
}
