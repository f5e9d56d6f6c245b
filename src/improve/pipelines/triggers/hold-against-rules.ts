import { durationText } from '../../../foundation/config/index.ts'
import { createId, type Queryable } from '../../../foundation/platform/index.ts'
import type { TriggerText } from '../declaration/pipeline-schema.ts'
import type { Occurrence } from '../events/event-store.ts'
import { findLastBegun, listBegun, type TriggerDecision } from './decision-store.ts'
import type { TriggerState } from './trigger-store.ts'

/** What runs have cost until now, in nano-dollars, and which have not ended; runs that are gone are left out. */
export type ReadRunCosts = (
  runs: readonly string[],
) => Promise<ReadonlyMap<string, { readonly nanoUsd: number; readonly hasEnded: boolean }>>

/** What holds a run back, until when. */
export type Verdict =
  | { readonly outcome: 'go' }
  | (Pick<TriggerDecision, 'reason' | 'message' | 'numbers'> &
      ({ readonly outcome: 'held'; readonly until: Date } | { readonly outcome: 'refused' }))

const debounceRounds = 10
const soonMs = 1_000

/** How long quiet is waited for: `debounce` after the newest, and ten times that after the first at most. */
export function quietAt(debounceMs: number, first: Date, now: Date): Date {
  return new Date(Math.min(now.getTime() + debounceMs, first.getTime() + debounceRounds * debounceMs))
}

/** Holds a run that would begin now against cool-down, limit and budget, in this order. */
export async function holdAgainstRules(
  transaction: Queryable,
  state: Pick<TriggerState, 'tenant' | 'pipeline' | 'name'>,
  { cooldown, atMost, budget }: Pick<TriggerText, 'cooldown' | 'atMost' | 'budget'>,
  options: { readonly now: Date; readonly readCosts: ReadRunCosts },
): Promise<Verdict> {
  const { now } = options
  const key = { tenant: state.tenant, pipeline: state.pipeline, trigger: state.name }
  const later = (ms: number): Date => new Date(Math.max(ms, now.getTime() + soonMs))
  const last = cooldown === undefined && !budget ? undefined : await findLastBegun(transaction, key)
  if (cooldown !== undefined && last && last.at.getTime() + cooldown > now.getTime()) {
    const until = later(last.at.getTime() + cooldown)
    return {
      outcome: 'held',
      reason: 'cooldown',
      message: `The run before began at ${last.at.toISOString()}, and a cool-down of ${inWords(cooldown)} follows it.`,
      numbers: {
        since_seconds: seconds(now.getTime() - last.at.getTime()),
        cooldown_seconds: seconds(cooldown),
      },
      until,
    }
  }
  if (atMost) {
    const begun = await listBegun(transaction, key, new Date(now.getTime() - atMost.per))
    const leaves = begun[begun.length - atMost.runs]
    if (leaves)
      return {
        outcome: 'held',
        reason: 'limit',
        message: `${begun.length} of ${atMost.runs} runs in ${inWords(atMost.per)} have begun.`,
        numbers: { runs: begun.length, at_most: atMost.runs, window_seconds: seconds(atMost.per) },
        until: later(leaves.at.getTime() + atMost.per),
      }
  }
  if (budget) {
    const begun = await listBegun(transaction, key, new Date(now.getTime() - budget.per))
    const costs = await options.readCosts([...begun, ...(last ? [last] : [])].map(({ runId }) => runId))
    // what a run will cost is not known: the last that has ended says it, and one that goes on counts as much at least
    const ended = [...(last ? [last] : []), ...begun.toReversed()].find(
      ({ runId }) => costs.get(runId)?.hasEnded === true,
    )
    const expected = (ended && costs.get(ended.runId)?.nanoUsd) ?? 0
    const spent = begun.reduce((sum, { runId }) => {
      const cost = costs.get(runId)
      return sum + (cost ? Math.max(cost.nanoUsd, cost.hasEnded ? 0 : expected) : 0)
    }, 0)
    const limit = Math.round(budget.usd * 1e9)
    const numbers = {
      spent_nano_usd: spent,
      expected_nano_usd: expected,
      limit_nano_usd: limit,
      runs: begun.length,
      window_seconds: seconds(budget.per),
    }
    const [oldest] = begun
    if (!oldest && expected > limit)
      return {
        outcome: 'refused',
        reason: 'budget',
        message: `The last run cost ${usd(expected)}, and ${usd(limit)} is all that runs may cost in ${inWords(budget.per)}: raise it.`,
        numbers,
      }
    if (oldest && (spent >= limit || spent + expected > limit))
      return {
        outcome: 'held',
        reason: 'budget',
        message: `${begun.length} runs in ${inWords(budget.per)} cost ${usd(spent)}, the next probably ${usd(expected)}; ${usd(limit)} is the budget.`,
        numbers,
        until: later(oldest.at.getTime() + budget.per),
      }
  }
  return { outcome: 'go' }
}

/** Whether one came before another. */
export const isOlder = (one: Occurrence, other: Occurrence): boolean =>
  one.at < other.at || (one.at.getTime() === other.at.getTime() && one.id < other.id)

export function newDecision(
  state: Pick<TriggerState, 'tenant' | 'pipeline' | 'name' | 'version'>,
  occurrence: Occurrence,
  at: Date,
  decided: Pick<TriggerDecision, 'outcome' | 'reason' | 'message'> &
    Partial<Pick<TriggerDecision, 'numbers' | 'heldUntil' | 'runId'>>,
): TriggerDecision {
  return {
    id: createId(),
    tenant: state.tenant,
    pipeline: state.pipeline,
    version: state.version,
    trigger: state.name,
    at,
    occurrence,
    numbers: {},
    heldUntil: undefined,
    runId: undefined,
    ...decided,
  }
}

const seconds = (ms: number): number => Math.round(ms / 1_000)
const usd = (nano: number): string => `${(nano / 1e9).toFixed(nano < 1e7 ? 6 : 2)} USD`
const inWords = (ms: number): string => durationText(seconds(ms))
