import type { CostReport } from '../../api/types.ts'

/** The groups that have a colour of their own; the others share one. */
export const mostGroups = 6
export const others = 'others'

export interface StackedDays {
  /** The dearest first; `others` at the end where there are more than have a colour. */
  readonly names: readonly string[]
  /** Every day of the period, also those without a call, with nano-dollars by name. */
  readonly days: readonly { readonly day: string; readonly costs: Readonly<Record<string, number>> }[]
}

/** The costs of each day by group, ready to be stacked. */
export function stackDays(report: CostReport): StackedDays {
  const dear = report.groups.filter(({ cost_nano_usd }) => cost_nano_usd > 0).map(({ group }) => group)
  const own = new Set(dear.slice(0, dear.length > mostGroups ? mostGroups - 1 : mostGroups))
  const names = dear.length > own.size ? [...own, others] : [...own]
  const byDay = new Map<string, Record<string, number>>()
  for (const { day, group, cost_nano_usd } of report.days) {
    const costs = byDay.get(day) ?? {}
    const name = own.has(group) ? group : others
    costs[name] = (costs[name] ?? 0) + cost_nano_usd
    byDay.set(day, costs)
  }
  return {
    names,
    days: daysBetween(report.since, report.until).map(day => ({ day, costs: byDay.get(day) ?? {} })),
  }
}

function daysBetween(since: string, until: string): string[] {
  const days: string[] = []
  for (let time = Date.parse(since); time <= Date.parse(until); time += 86_400_000)
    days.push(new Date(time).toISOString().slice(0, 10))
  return days
}
