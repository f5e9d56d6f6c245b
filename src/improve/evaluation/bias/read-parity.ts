import { type Database, Failure } from '../../../foundation/platform/index.ts'
import type { KeyRing } from '../../../govern/privacy/index.ts'
import { readAnswers } from '../answers/answer-book.ts'
import { listExamples, listItems } from '../runs/item-store.ts'
import type { Run } from '../runs/run.ts'
import { listScores } from '../runs/score-store.ts'
import { tabulate } from '../report/table.ts'
import { answersByAttribute, formsOfRun } from './forms-of-run.ts'
import { type AttributeParity, type FormAnswer, parityOf } from './parity.ts'

/** Whether what a release answered depends on attributes that should not matter, from a run on counterfactuals. */
export async function readParity(
  run: Run,
  given: { readonly release: number; readonly margin: number },
  { database, keys }: { readonly database: Database; readonly keys: Pick<KeyRing, 'open'> },
): Promise<AttributeParity[]> {
  const [examples, items, scores] = await Promise.all([
    listExamples(database, run.id),
    listItems(database, run.id),
    listScores(database, run.id),
  ])
  const forms = formsOfRun(examples)
  if (forms.length === 0)
    throw new Failure(
      'conflict',
      `The run is not on counterfactuals. Make them with \`slipway bias forms ${run.plan.dataset.name}\`, and run a suite on that dataset with \`slices: [attribute, group]\`.`,
    )
  const { repeats } = run.plan
  const own = items.filter(({ release }) => release === given.release)
  const keyOf = new Map(own.map(({ ordinal, repeat, answerKey }) => [`${ordinal} ${repeat}`, answerKey]))
  const answers = await readAnswers(
    database,
    keys,
    run.tenant,
    own.flatMap(({ answerKey }) => answerKey ?? []),
  )
  const table = tabulate(
    run.plan,
    examples.length,
    scores.map(score => ({ ...score, isFailed: score.failure !== undefined })),
  )
  const scored = new Map(
    scores
      .filter(({ release }) => release === given.release)
      .map(score => [`${score.evaluator} ${score.ordinal} ${score.repeat}`, score]),
  )
  const textOf = (ordinal: number, repeat: number): string | undefined =>
    answers.get(keyOf.get(`${ordinal} ${repeat}`) ?? '')?.text
  const labelOf = (evaluator: number, ordinal: number, repeat: number): string | undefined =>
    scored.get(`${evaluator} ${ordinal} ${repeat}`)?.label
  const repeatsOf = (ordinal: number): NonNullable<FormAnswer['repeats']> =>
    Array.from({ length: repeats }, (_, repeat) => repeat).flatMap(repeat => {
      const text = textOf(ordinal, repeat)
      if (text === undefined) return []
      const each = <Value>(of: (evaluator: number) => Value): Record<string, Value> =>
        Object.fromEntries(run.plan.evaluators.map(({ name }, evaluator) => [name, of(evaluator)]))
      return [
        {
          text,
          scores: each(evaluator => scored.get(`${evaluator} ${ordinal} ${repeat}`)?.value),
          labels: each(evaluator => labelOf(evaluator, ordinal, repeat)),
        },
      ]
    })
  const byAttribute = answersByAttribute(forms, run.plan.evaluators, {
    valueOf: (evaluator, ordinal) => table.cells[given.release]?.[evaluator]?.[ordinal]?.value,
    labelOf: (evaluator, ordinal) => labelOf(evaluator, ordinal, 0),
    textOf: ordinal => textOf(ordinal, 0),
    ...(repeats > 1 && { repeatsOf }),
  })
  return [...byAttribute].map(([attribute, ofForms]) =>
    parityOf(attribute, ofForms, {
      margin: given.margin,
      thresholds: Object.fromEntries(run.plan.evaluators.map(({ name, threshold }) => [name, threshold])),
      seed: `${run.plan.seed}`,
    }),
  )
}
