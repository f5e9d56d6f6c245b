import type { RunExample } from '../runs/item-store.ts'
import type { ScoreFigure } from '../runs/score-store.ts'
import { formsOfRun } from './forms-of-run.ts'
import type { ClassifiedAnswer } from './odds.ts'

/**
 * What an evaluator called the answers of one release, by a slice; only where it calls them something and something is wanted. Forms of an
 * example are one with it.
 */
export function answersBySlice(
  examples: readonly RunExample[],
  scores: readonly Pick<ScoreFigure, 'ordinal' | 'label' | 'wanted'>[],
  column: string,
): ClassifiedAnswer[] {
  const units = new Map(formsOfRun(examples).map(({ ordinal, unit }) => [ordinal, unit]))
  const slices = new Map(examples.map(({ ordinal, slices: values }) => [ordinal, values[column]]))
  const told = scores.filter(({ label, wanted }) => label !== undefined && wanted !== undefined)
  return [...Map.groupBy(told, ({ ordinal }) => ordinal)].flatMap(([ordinal, own]) => {
    const slice = slices.get(ordinal)
    if (slice === undefined) return []
    return own.map(({ label = '', wanted = '' }) => ({
      unit: units.get(ordinal) ?? String(ordinal),
      slice,
      wanted,
      said: label,
      weight: 1 / own.length,
    }))
  })
}
