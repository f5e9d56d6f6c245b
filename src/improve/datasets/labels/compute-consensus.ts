import { type DawidSkene, dawidSkene } from '../../../foundation/statistics/index.ts'
import type { Annotations } from './annotations.ts'

export const consensusMethods = ['dawid-skene', 'majority'] as const
export type ConsensusMethod = (typeof consensusMethods)[number]

/** What an item most likely is. */
export interface ItemConsensus {
  /** Empty where the first two are level. */
  readonly label: string
  /** Of the label: the posterior by Dawid and Skene, the share of the votes by majority. */
  readonly certainty: number
  readonly annotators: number
}

export function estimateLabels({ items, annotators, labels, byItem }: Annotations): DawidSkene {
  return dawidSkene(
    byItem.flatMap((said, item) => said.map(one => ({ item, ...one }))),
    { items: items.length, annotators: annotators.length, classes: labels.length },
  )
}

/** The consensus of each item, in their order. */
export function consensusOf(annotations: Annotations, method: ConsensusMethod): ItemConsensus[] {
  const { items, labels, byItem } = annotations
  const posterior = method === 'majority' ? undefined : estimateLabels(annotations).posterior
  return items.map((_, index) => {
    const said = byItem[index] ?? []
    const row = posterior?.[index] ?? votesOf(said, labels.length)
    const best = largest(row)
    const isTied = row.some((part, label) => label !== best && part === row[best])
    return {
      label: isTied ? '' : (labels[best] ?? ''),
      certainty: row[best] ?? 0,
      annotators: said.length,
    }
  })
}

/** What most said; empty where the first two are level. */
export function majorityOf(said: readonly { readonly label: number }[], labels: readonly string[]): string {
  const votes = votesOf(said, labels.length)
  const best = largest(votes)
  const isTied = votes.some((part, label) => label !== best && part === votes[best])
  return isTied ? '' : (labels[best] ?? '')
}

function votesOf(said: readonly { readonly label: number }[], classes: number): number[] {
  const votes = Array.from({ length: classes }, () => 0)
  for (const { label } of said) votes[label] = (votes[label] ?? 0) + 1
  return votes.map(count => count / Math.max(1, said.length))
}

export function largest(row: readonly number[]): number {
  let best = 0
  for (const [index, value] of row.entries()) if (value > (row[best] ?? 0)) best = index
  return best
}
