import { type Database, Failure } from '../../../foundation/platform/index.ts'
import type { WireExampleRow } from '../api/example-wire.ts'
import { tabulate } from '../report/table.ts'
import { type Item, listExamples, listItems } from '../runs/item-store.ts'
import type { Run } from '../runs/run.ts'
import {
  type AnswerFigure,
  listAnswerFigures,
  listScoreFigures,
  listScores,
  type StoredScore,
} from '../runs/score-store.ts'
import { type ExampleFilter, selectExamples } from './select-examples.ts'

export interface ExamplePage {
  readonly rows: readonly WireExampleRow[]
  readonly total: number
  readonly next: number | undefined
}

/** One page of the examples of a run, with what each release got; from the `offset`-th that the filter lets through. */
export async function listRunExamples(
  database: Database,
  run: Run,
  filter: ExampleFilter,
  page: { readonly offset: number; readonly limit: number },
): Promise<ExamplePage> {
  const [examples, items, figures] = await Promise.all([
    listExamples(database, run.id),
    listItems(database, run.id),
    listScoreFigures(database, run.id),
  ])
  const table = tabulate(run.plan, examples.length, figures)
  const selected = selectExamples({ plan: run.plan, examples, items, table }, filter)
  const ordinals = selected.slice(page.offset, page.offset + page.limit)
  const [scores, answers] = await Promise.all([
    listScores(database, run.id, ordinals),
    listAnswerFigures(database, run.id, ordinals),
  ])
  const end = page.offset + ordinals.length
  return {
    rows: ordinals.flatMap(ordinal => {
      const example = examples[ordinal]
      if (!example) return []
      const own = items.filter(item => item.ordinal === ordinal)
      return [
        {
          ordinal,
          key: example.rowKey,
          slices: { ...example.slices },
          items: own.map(item => toWireItem(run, item, scores, answers)),
        },
      ]
    }),
    total: selected.length,
    next: end < selected.length ? end : undefined,
  }
}

function toWireItem(
  run: Run,
  item: Item,
  scores: readonly StoredScore[],
  answers: readonly AnswerFigure[],
): WireExampleRow['items'][number] {
  const isOf = (one: Pick<Item, 'ordinal' | 'release' | 'repeat'>): boolean =>
    one.ordinal === item.ordinal && one.release === item.release && one.repeat === item.repeat
  const answer = answers.find(isOf)
  return {
    release: run.plan.releases[item.release]?.name ?? '',
    repeat: item.repeat,
    state: item.state,
    cache: item.cache ?? null,
    failure_code: item.failureCode ?? null,
    failure_message: item.failureMessage ?? null,
    latency_ms: answer?.latencyMs ?? null,
    cost_nano_usd: answer?.costNanoUsd ?? null,
    scores: scores.filter(isOf).map(score => ({
      evaluator: run.plan.evaluators[score.evaluator]?.name ?? '',
      value: score.value ?? null,
      passed: score.isPassed ?? null,
      label: score.label ?? null,
      failure: score.failure ?? null,
      cache: score.cache,
    })),
  }
}

/** The place of a name in the plan of a run; throws `invalid_request` that says what there is. */
export function placeIn(
  list: readonly { readonly name: string }[],
  name: string | undefined,
  parameter: string,
): number | undefined {
  if (name === undefined) return undefined
  const index = list.findIndex(one => one.name === name)
  if (index >= 0) return index
  const names = list.map(one => `\`${one.name}\``).join(', ')
  throw new Failure('invalid_request', `The run has no ${parameter} \`${name}\`. There is: ${names}.`, {
    details: { parameter },
  })
}
