import { z } from 'zod'
import { severities } from '../../foundation/config/index.ts'
import { type Alert, alertSources, alertStates } from './alert.ts'
import { alertEventKinds } from './alert-store.ts'
import { type ObjectiveState } from './burn.ts'
import { toWireBurn } from './find-trouble.ts'
import type { ChannelState } from './notification-store.ts'
import type { Silence } from './silence-store.ts'

const time = z.iso.datetime()

export const alertSchema = z
  .object({
    id: z.uuid(),
    fingerprint: z.string().describe('The same for the same trouble, however often it comes.'),
    source: z.enum(alertSources),
    name: z
      .string()
      .describe('`service/objective`, the rule, `budgets`, the monitor, or the service of a rollout.'),
    labels: z.record(z.string(), z.string()),
    severity: z.enum(severities),
    state: z.enum(alertStates),
    summary: z.string(),
    value: z.number(),
    threshold: z.number(),
    runbook: z.string().nullable(),
    started_at: time,
    fired_at: time.nullable(),
    acknowledged_at: time.nullable(),
    acknowledged_by: z.string().nullable(),
    resolved_at: time.nullable(),
    resolution: z.string().nullable().describe('`over`, or `undeclared` where what raised it is gone.'),
    last_true_at: time,
    returns: z.int().describe('How often the same had been resolved in the six hours before.'),
    sent_at: time.nullable(),
    muted_by: z.string().nullable().describe('`silence <id>` or `alert <id>`: why it is not sent.'),
    evidence: z
      .record(z.string(), z.unknown())
      .describe('The numbers behind it: windows, counts, intervals, ids of inferences.'),
  })
  .meta({ id: 'Alert' })

export const alertListSchema = z.object({ data: z.array(alertSchema), next_cursor: z.string().nullable() })

export const alertDetailSchema = alertSchema
  .extend({
    events: z.array(
      z.object({
        at: time,
        kind: z.enum(alertEventKinds),
        actor: z.string().nullable(),
        note: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'AlertDetail' })

export function toWireAlert(alert: Alert): z.output<typeof alertSchema> {
  return {
    id: alert.id,
    fingerprint: alert.fingerprint,
    source: alert.source,
    name: alert.name,
    labels: alert.labels,
    severity: alert.severity,
    state: alert.state,
    summary: alert.summary,
    value: alert.value,
    threshold: alert.threshold,
    runbook: alert.runbook ?? null,
    started_at: alert.startedAt.toISOString(),
    fired_at: alert.firedAt?.toISOString() ?? null,
    acknowledged_at: alert.acknowledgedAt?.toISOString() ?? null,
    acknowledged_by: alert.acknowledgedBy ?? null,
    resolved_at: alert.resolvedAt?.toISOString() ?? null,
    resolution: alert.resolution ?? null,
    last_true_at: alert.lastTrueAt.toISOString(),
    returns: alert.returns,
    sent_at: alert.sentAt?.toISOString() ?? null,
    muted_by: alert.mutedBy ?? null,
    evidence: alert.evidence,
  }
}

export const silenceSchema = z
  .object({
    id: z.uuid(),
    matchers: z.record(z.string(), z.string()),
    reason: z.string(),
    created_by: z.string(),
    created_at: time,
    starts_at: time,
    ends_at: time,
    ended_by: z.string().nullable().describe('Who ended it before its time.'),
    is_active: z.boolean(),
  })
  .meta({ id: 'Silence' })

export function toWireSilence(silence: Silence, nowMs: number): z.output<typeof silenceSchema> {
  return {
    id: silence.id,
    matchers: silence.matchers,
    reason: silence.reason,
    created_by: silence.createdBy,
    created_at: silence.createdAt.toISOString(),
    starts_at: silence.startsAt.toISOString(),
    ends_at: silence.endsAt.toISOString(),
    ended_by: silence.endedBy ?? null,
    is_active: silence.startsAt.getTime() <= nowMs && silence.endsAt.getTime() > nowMs,
  }
}

const burnWindowSchema = z.object({
  seconds: z.number(),
  events: z.number(),
  bad: z.number(),
  ratio: z.number(),
  low: z.number().describe('The 95 % interval of the share (Wilson).'),
  high: z.number(),
  burn: z.number().describe('How many times faster than allowed the budget burns.'),
})

export const sloSchema = z
  .object({
    service: z.string(),
    name: z.string(),
    promise: z.string().describe('What is promised, in words.'),
    objective_percent: z.number(),
    window_seconds: z.number(),
    minimum_bad: z.int(),
    alerts: z.boolean(),
    whole: burnWindowSchema.describe('Over the whole window.'),
    budget_left: z
      .number()
      .describe('The share of the error budget that is left; below 0 where it is overdrawn.'),
    burns: z.array(
      z.object({
        severity: z.enum(severities),
        factor: z.number(),
        is_burning: z.boolean(),
        windows: z.array(burnWindowSchema).describe('The long one and the short one.'),
      }),
    ),
  })
  .meta({ id: 'Slo' })

export function toWireSlo({
  objective,
  whole,
  budgetLeft,
  burns,
}: ObjectiveState): z.output<typeof sloSchema> {
  const { service, name, promise, config, windowSeconds } = objective
  return {
    service,
    name,
    promise,
    objective_percent: config.objective,
    window_seconds: windowSeconds,
    minimum_bad: config.minimumBad,
    alerts: config.alert,
    whole: { ...whole },
    budget_left: budgetLeft,
    burns: burns.map(toWireBurn),
  }
}

export const channelSchema = z
  .object({
    name: z.string(),
    kind: z.string(),
    waiting: z.int(),
    last_sent_at: time.nullable(),
    last_failed_at: time.nullable(),
    last_error: z.string().nullable(),
  })
  .meta({ id: 'Channel' })

export function toWireChannel(
  name: string,
  kind: string,
  state: ChannelState | undefined,
): z.output<typeof channelSchema> {
  return {
    name,
    kind,
    waiting: state?.waiting ?? 0,
    last_sent_at: state?.lastSentAt?.toISOString() ?? null,
    last_failed_at: state?.lastFailedAt?.toISOString() ?? null,
    last_error: state?.lastError ?? null,
  }
}

export const ruleSchema = z
  .object({
    name: z.string(),
    severity: z.enum(severities),
    query: z.record(z.string(), z.unknown()),
    comparison: z.enum(['above', 'below']),
    threshold: z.number(),
    for: z.string().nullable(),
    now: z.array(
      z.object({ labels: z.record(z.string(), z.string()), value: z.number(), samples: z.number() }),
    ),
  })
  .meta({ id: 'AlertRule' })
