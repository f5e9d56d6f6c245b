import { z } from 'zod'
import type { Trigger } from '../declaration/trigger.ts'
import { factsOf, triggerKinds } from '../declaration/trigger.ts'
import { type Occurrence } from '../events/event-store.ts'
import { decisionOutcomes, decisionReasons, type TriggerDecision } from '../triggers/decision-store.ts'
import type { TriggerState } from '../triggers/trigger-store.ts'

const time = z.iso.datetime().nullable()
const iso = (date: Date | undefined): string | null => date?.toISOString() ?? null
const facts = z.record(z.string(), z.unknown())

const occurrenceSchema = z
  .object({
    id: z.uuid(),
    name: z.string().describe('The event; `cron` of a clock, `api` of a call.'),
    at: z.iso.datetime(),
    facts,
  })
  .meta({ id: 'PipelineOccurrence' })

const toWireOccurrence = ({ id, name, at, facts: told }: Occurrence) => ({
  id,
  name,
  at: at.toISOString(),
  facts: told,
})

export const eventSchema = z
  .object({
    name: z.string(),
    description: z.string(),
    facts: z.record(z.string(), z.string()).describe('What expressions read as `event`, with types of CEL.'),
  })
  .meta({ id: 'PipelineEventKind' })

export const triggerSchema = z
  .object({
    name: z.string(),
    kind: z.enum(triggerKinds),
    cron: z.string().nullable(),
    timezone: z.string().nullable(),
    event: z.string().nullable(),
    rows: z
      .object({
        dataset: z.string(),
        branch: z.string(),
        at_least: z.int(),
        counted: z.int().describe('Rows that have come since the last run.'),
      })
      .nullable(),
    where: z.string().nullable(),
    facts: z.record(z.string(), z.string()).describe('What `where` and `parameters` may read of `event`.'),
    debounce_seconds: z.number().nullable(),
    cooldown_seconds: z.number().nullable(),
    at_most: z.object({ runs: z.int(), per_seconds: z.number() }).nullable(),
    budget: z.object({ usd: z.number(), per_seconds: z.number() }).nullable(),
    approval: z.object({ question: z.string(), by_another: z.boolean() }).nullable(),
    next_at: time.describe('Of a clock: when it is due next.'),
    held: z
      .object({
        newest: occurrenceSchema,
        since: time,
        events: z.int(),
        until: time.describe('When it is looked at again.'),
      })
      .nullable()
      .describe('What waits; one run begins with the newest of it.'),
    last_decision: z.lazy(() => decisionSchema).nullable(),
  })
  .meta({ id: 'PipelineTrigger' })

export const decisionSchema = z
  .object({
    id: z.uuid(),
    trigger: z.string(),
    version: z.int(),
    at: z.iso.datetime(),
    outcome: z.enum(decisionOutcomes),
    reason: z.enum(decisionReasons),
    message: z.string(),
    numbers: z.record(z.string(), z.number()).describe('What was held against what.'),
    event: occurrenceSchema,
    held_until: time,
    run: z.uuid().nullable().describe('The run that began; of one that was held, the one that took it up.'),
  })
  .meta({ id: 'PipelineTriggerDecision' })

export function toWireDecision(decision: TriggerDecision): z.output<typeof decisionSchema> {
  const { id, trigger, version, at, outcome, reason, message, numbers, occurrence, heldUntil, runId } =
    decision
  return {
    id,
    trigger,
    version,
    at: at.toISOString(),
    outcome,
    reason,
    message,
    numbers: { ...numbers },
    event: toWireOccurrence(occurrence),
    held_until: iso(heldUntil),
    run: runId ?? null,
  }
}

const seconds = (ms: number | undefined): number | null => (ms === undefined ? null : ms / 1_000)

export function toWireTrigger(
  trigger: Trigger,
  state: TriggerState | undefined,
  last: TriggerDecision | undefined,
): z.output<typeof triggerSchema> {
  const { name, kind, cron, timezone, event, rows, where, debounce, cooldown, atMost, budget, approval } =
    trigger
  return {
    name,
    kind,
    cron: cron ?? null,
    timezone: cron === undefined ? null : timezone,
    event: event ?? null,
    rows: rows
      ? {
          dataset: rows.dataset,
          branch: rows.branch,
          at_least: rows.atLeast,
          counted: state?.countedRows ?? 0,
        }
      : null,
    where: where ?? null,
    facts: { ...factsOf(trigger) },
    debounce_seconds: seconds(debounce),
    cooldown_seconds: seconds(cooldown),
    at_most: atMost ? { runs: atMost.runs, per_seconds: atMost.per / 1_000 } : null,
    budget: budget ? { usd: budget.usd, per_seconds: budget.per / 1_000 } : null,
    approval: approval ? { question: approval.question, by_another: approval.byAnother } : null,
    next_at: iso(state?.clock?.nextAt),
    held: state?.held
      ? {
          newest: toWireOccurrence(state.held),
          since: iso(state.heldSince),
          events: state.heldEvents,
          until: iso(state.dueAt),
        }
      : null,
    last_decision: last ? toWireDecision(last) : null,
  }
}
