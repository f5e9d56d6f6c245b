import { type ExportBucket, exportBuckets, type ExportCounts, type ExportRow } from './export-row.ts'

/** What we counted of a model on the day. */
export interface OurCosts {
  readonly model: string
  readonly calls: number
  readonly unpricedCalls: number
  readonly estimatedCalls: number
  readonly costNanoUsd: number
  /** Disjoint, reasoning among the output. */
  readonly counts: Readonly<Record<ExportBucket, number>>
}

export interface ModelComparison {
  readonly model: string
  readonly ours: OurCosts | undefined
  readonly theirs: { readonly calls: number | undefined; readonly costNanoUsd: number | undefined }
  /** Only the buckets that the export tells apart; ours are put together as it does. */
  readonly buckets: readonly {
    readonly bucket: ExportBucket
    readonly ours: number
    readonly theirs: number
  }[]
  /** Theirs less ours. */
  readonly differenceNanoUsd: number | undefined
  /** The part of it that the difference in tokens is worth at the price of the day; `undefined` without a price. */
  readonly byTokensNanoUsd: number | undefined
  readonly unexplainedNanoUsd: number | undefined
  readonly isWithin: boolean
}

export interface Reconciliation {
  readonly models: readonly ModelComparison[]
  readonly oursNanoUsd: number
  readonly theirsNanoUsd: number | undefined
  readonly isWithin: boolean
}

export interface ReconcileOptions {
  readonly day: string
  /** In percent of what the provider says, of money where it tells it, else of tokens. */
  readonly tolerancePercent: number
  /** Nano-dollars for a difference in counts, at the price of that model on that day. */
  readonly priceDifference: (model: string, counts: ExportCounts) => number | undefined
}

/** The whole of what exports tell of no model. */
export const allModels = '(all models)'

/** Compares a day as we counted it with what the provider says, model by model. */
export function reconcile(
  ours: readonly OurCosts[],
  rows: readonly ExportRow[],
  options: ReconcileOptions,
): Reconciliation {
  const ofDay = rows.filter(({ day }) => day === undefined || day === options.day)
  const isByModel = ofDay.some(({ model }) => model !== undefined)
  const nameOf = (model: string | undefined) => (isByModel ? canonicalModel(model ?? allModels) : allModels)
  const oursByModel = group(ours, one => nameOf(one.model))
  const theirsByModel = group(ofDay, row => nameOf(row.model))
  const models = [...new Set([...oursByModel.keys(), ...theirsByModel.keys()])]
    .toSorted((left, right) => left.localeCompare(right))
    .map(model => compare(model, oursByModel.get(model) ?? [], theirsByModel.get(model) ?? [], options))
  const amounts = ofDay.flatMap(({ costNanoUsd }) => (costNanoUsd === undefined ? [] : [costNanoUsd]))
  return {
    models,
    oursNanoUsd: ours.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0),
    theirsNanoUsd: amounts.length === 0 ? undefined : amounts.reduce((sum, amount) => sum + amount, 0),
    isWithin: models.every(({ isWithin }) => isWithin),
  }
}

/** The same model by its alias and by its dated name: `claude-sonnet-4-5` and `claude-sonnet-4-5-20250929`. */
export function canonicalModel(model: string): string {
  return model
    .trim()
    .toLowerCase()
    .replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, '')
}

function compare(
  model: string,
  ours: readonly OurCosts[],
  theirs: readonly ExportRow[],
  { tolerancePercent, priceDifference }: ReconcileOptions,
): ModelComparison {
  const known = exportBuckets.filter(bucket => theirs.some(({ counts }) => counts?.[bucket] !== undefined))
  const our = ours.length === 0 ? undefined : addUp(model, ours)
  const folded = fold(our?.counts, new Set(known))
  const buckets = known
    .map(bucket => ({
      bucket,
      ours: folded[bucket],
      theirs: total(theirs, row => row.counts?.[bucket]) ?? 0,
    }))
    .filter(row => row.ours !== 0 || row.theirs !== 0)
  const theirCost = total(theirs, row => row.costNanoUsd)
  const differenceNanoUsd = theirCost === undefined ? undefined : theirCost - (our?.costNanoUsd ?? 0)
  const tokens = Object.fromEntries(buckets.map(row => [row.bucket, row.theirs - row.ours]))
  const byTokensNanoUsd = priceDifference(ours[0]?.model ?? theirs[0]?.model ?? model, tokens)
  const isMoneyWithin =
    differenceNanoUsd === undefined || within(differenceNanoUsd, theirCost ?? 0, tolerancePercent)
  const areTokensWithin = buckets.every(row => within(row.theirs - row.ours, row.theirs, tolerancePercent))
  return {
    model,
    ours: our,
    theirs: { calls: total(theirs, row => row.calls), costNanoUsd: theirCost },
    buckets,
    differenceNanoUsd,
    byTokensNanoUsd,
    unexplainedNanoUsd:
      differenceNanoUsd === undefined ? undefined : differenceNanoUsd - (byTokensNanoUsd ?? 0),
    isWithin: theirs.length > 0 && isMoneyWithin && areTokensWithin,
  }
}

/** What an export does not tell apart it counts with the plainer kind. */
const plainer: Readonly<Partial<Record<ExportBucket, ExportBucket>>> = {
  cacheWriteHour: 'cacheWrite',
  cacheWrite: 'input',
  cacheRead: 'input',
  audioInput: 'input',
  imageInput: 'input',
  audioOutput: 'output',
  imageOutput: 'output',
}

function fold(
  counts: OurCosts['counts'] | undefined,
  known: ReadonlySet<ExportBucket>,
): Record<ExportBucket, number> {
  const folded = Object.fromEntries(exportBuckets.map(bucket => [bucket, counts?.[bucket] ?? 0])) as Record<
    ExportBucket,
    number
  >
  // from the special to the plain, so that an hour's write may end among the input
  for (const bucket of [
    'cacheWriteHour',
    'cacheWrite',
    'cacheRead',
    'audioInput',
    'imageInput',
    'audioOutput',
    'imageOutput',
  ] as const) {
    const instead = plainer[bucket]
    if (known.has(bucket) || instead === undefined) continue
    folded[instead] += folded[bucket]
    folded[bucket] = 0
  }
  return folded
}

function addUp(model: string, ours: readonly OurCosts[]): OurCosts {
  const sum = (value: (one: OurCosts) => number) => ours.reduce((all, one) => all + value(one), 0)
  return {
    model,
    calls: sum(one => one.calls),
    unpricedCalls: sum(one => one.unpricedCalls),
    estimatedCalls: sum(one => one.estimatedCalls),
    costNanoUsd: sum(one => one.costNanoUsd),
    counts: Object.fromEntries(
      exportBuckets.map(bucket => [bucket, sum(one => one.counts[bucket])]),
    ) as OurCosts['counts'],
  }
}

function total(
  rows: readonly ExportRow[],
  value: (row: ExportRow) => number | undefined,
): number | undefined {
  const known = rows.flatMap(row => value(row) ?? [])
  return known.length === 0 ? undefined : known.reduce((sum, one) => sum + one, 0)
}

function within(difference: number, whole: number, percent: number): boolean {
  return Math.abs(difference) <= (Math.abs(whole) * percent) / 100
}

function group<Item>(items: readonly Item[], nameOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) groups.set(nameOf(item), [...(groups.get(nameOf(item)) ?? []), item])
  return groups
}
