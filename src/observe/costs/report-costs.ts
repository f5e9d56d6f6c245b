import type { ConfigSnapshot } from '../../foundation/config/index.ts'
import { Failure, type Queryable } from '../../foundation/platform/index.ts'
import { addFigures, type CostFigures, noCosts } from './cost-rollup.ts'
import { type CostFilter, type CostGroup, readCosts, readUnpriced } from './cost-store.ts'
import { type CostReport, toWireFigures } from './cost-wire.ts'
import { mendUnpriced } from './mend-unpriced.ts'

const mostDays = 800

/** What the ledger of admission says of a period: money that was spent, whatever became of its trace. */
export type ReadLedger = (filter: {
  readonly since: Date
  readonly until: Date
  readonly tenant: string | undefined
  readonly services: readonly string[] | undefined
}) => Promise<{
  readonly inferences: number
  readonly costNanoUsd: number
  readonly interrupted: number
}>

/** Costs by day and group, with what has no price and how to mend that. Throws `invalid_request` for a bad period. */
export async function reportCosts(
  queryable: Queryable,
  filter: CostFilter,
  group: CostGroup,
  { snapshot, readLedger }: { readonly snapshot: ConfigSnapshot; readonly readLedger: ReadLedger },
): Promise<CostReport> {
  checkPeriod(filter)
  const { tenant, services } = filter
  const since = new Date(filter.sinceDay)
  const until = new Date(Date.parse(filter.untilDay) + 86_400_000)
  const [days, unpriced, ledger] = await Promise.all([
    readCosts(queryable, filter, group),
    readUnpriced(queryable, filter),
    // the ledger has one target an inference, so it cannot say what each was charged
    filter.target === undefined ? readLedger({ since, until, tenant, services }) : undefined,
  ])
  const groups = new Map<string, CostFigures>()
  let totals = noCosts
  for (const day of days) {
    groups.set(day.group, addFigures(groups.get(day.group) ?? noCosts, day))
    totals = addFigures(totals, day)
  }
  return {
    since: filter.sinceDay,
    until: filter.untilDay,
    group_by: group,
    totals: toWireFigures(totals),
    ledger: ledger
      ? {
          inferences: ledger.inferences,
          cost_nano_usd: ledger.costNanoUsd,
          interrupted: ledger.interrupted,
        }
      : null,
    groups: [...groups]
      .toSorted(([, left], [, right]) => right.costNanoUsd - left.costNanoUsd || right.calls - left.calls)
      .map(([name, figures]) => ({ group: name, ...toWireFigures(figures) })),
    days: days.map(({ day, group: name, ...figures }) => ({ day, group: name, ...toWireFigures(figures) })),
    unpriced: unpriced.map(one => ({
      target: one.target,
      model: one.model,
      calls: one.calls,
      mend: mendUnpriced(snapshot, one),
    })),
  }
}

function checkPeriod({ sinceDay, untilDay }: CostFilter): void {
  const days = (Date.parse(untilDay) - Date.parse(sinceDay)) / 86_400_000
  const message =
    days < 0
      ? '`since` must not be after `until`.'
      : days > mostDays
        ? `A report covers at most ${mostDays} days; choose a later \`since\`.`
        : undefined
  if (message !== undefined)
    throw new Failure('invalid_request', message, { details: { parameter: 'since' } })
}
