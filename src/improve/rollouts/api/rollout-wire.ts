import { z } from 'zod'
import { durationText, secondsOf } from '../../../foundation/config/index.ts'
import { isNarrowed, type Rollout, rolloutStates, sayBound, stepCount, stepTraffic } from '../rollout.ts'
import { eventKinds, type RolloutStep } from '../rollout-step-store.ts'
import type { SeenBurst } from '../burst-store.ts'
import type { ServiceLive } from '../live-release.ts'
import { releaseCauses } from '../traffic/traffic-store.ts'
import { planMetric } from '../verdicts/measures.ts'
import { decisions, type Verdict } from '../verdicts/verdict.ts'

const iso = z.iso.datetime()

const metricFinding = z
  .object({
    name: z.string(),
    kind: z.enum(['rate', 'score', 'quantile', 'mean']),
    role: z.enum(['guard', 'goal']),
    margin: z
      .number()
      .describe('Of a guard: how much worse it may be; of a goal: how much better it has to be.'),
    estimate: z
      .number()
      .nullable()
      .describe(
        'By how much the candidate is worse: a difference of rates and scores, a part of the baseline’s of the others.',
      ),
    low: z
      .number()
      .nullable()
      .describe('Surely no less than that, at all times at once; null: nobody knows.'),
    high: z.number().nullable(),
    values: z.object({ baseline: z.int(), candidate: z.int() }),
    state: z.enum(['harmful', 'safe', 'unsure']),
  })
  .meta({ id: 'RolloutMetricFinding' })

const otherFinding = z
  .object({
    release: z.string(),
    estimate: z
      .number()
      .nullable()
      .describe(
        'By how much the candidate is worse than this one by the first goal: a difference of rates and scores, a part of the others.',
      ),
    low: z.number().nullable().describe('Surely no less than that, at all times at once.'),
    high: z.number().nullable(),
    values: z.object({ candidate: z.int(), other: z.int() }),
    state: z.enum(['worse', 'better', 'unsure']),
  })
  .meta({ id: 'RolloutOtherFinding' })

export const verdictSchema = z
  .object({
    id: z.string(),
    rollout: z.string(),
    step: z.int().describe('From 0.'),
    at: iso,
    decision: z.enum(decisions),
    reasons: z.array(z.string()).describe('In words, most important first.'),
    candidates: z.array(
      z.object({
        release: z.string(),
        decision: z.enum(decisions),
        reasons: z.array(z.string()),
        requests: z.object({ baseline: z.int(), candidate: z.int() }),
        sample_ratio: z
          .number()
          .describe(
            'ln of the evidence that traffic was not split as declared; nothing is promoted from 6.9 on.',
          ),
        metrics: z.array(metricFinding),
        others: z
          .array(otherFinding)
          .describe('Beside each other candidate that is left, where candidates are narrowed; else nothing.'),
        beaten_by: z
          .array(z.string())
          .describe(
            'For which others it is left out: surely better by the first goal, and within every margin.',
          ),
      }),
    ),
    rests_on: z.object({
      from: iso,
      to: iso,
      requests: z.int(),
      first_inference: z.string().nullable(),
      last_inference: z.string().nullable(),
    }),
  })
  .meta({ id: 'RolloutVerdict' })

const eventSchema = z
  .object({
    id: z.string(),
    at: iso,
    kind: z.enum(eventKinds),
    step: z.int(),
    state: z.enum(rolloutStates),
    traffic_revision: z
      .int()
      .nullable()
      .describe('Of the traffic that was declared with it; null where that stayed.'),
    verdict: z.string().nullable().describe('The id of the verdict that it rests on.'),
    actor: z.string().describe('The id of a key, or `system`.'),
    actor_name: z.string(),
    reason: z.string(),
  })
  .meta({ id: 'RolloutEvent' })

const stepSchema = z.object({
  shadow: z.number().nullable().describe('The part of the requests that is copied, from 0 to 1.'),
  share: z.number().nullable().describe('The part of the requests that candidates answer, from 0 to 1.'),
  least_values: z.int(),
  least_duration: z.string(),
})

const rollout = {
  id: z.string(),
  service: z.string(),
  baseline: z.string(),
  candidates: z.array(z.string()),
  arms: z.array(z.string()).describe('Of the candidates, those that were not left out.'),
  state: z.enum(rolloutStates),
  reason: z.string().describe('Why it is in this state.'),
  step: z.int().describe('From 0.'),
  steps: z.array(stepSchema),
  is_test: z.boolean().describe('Several candidates side by side, instead of steps.'),
  is_narrowed: z
    .boolean()
    .describe('A candidate that another surely beats is left out, and what it had goes to all others.'),
  shares: z
    .record(z.string(), z.number())
    .describe('What each release answers now, from 0 to 1; copies count nothing.'),
  winner: z.string().nullable(),
  revision: z.int(),
  author: z.string(),
  created_at: iso,
  step_started_at: iso,
  deadline_at: iso,
  paused_at: iso.nullable(),
  ended_at: iso.nullable(),
  last_verdict: verdictSchema.nullable(),
}

export const rolloutSchema = z.object(rollout).meta({ id: 'Rollout' })

export const rolloutDetailSchema = z
  .object({
    ...rollout,
    bound: z.string().describe('How often it errs at most, in words.'),
    plan: z.object({
      sticky: z.string(),
      metrics: z.array(
        z.object({
          name: z.string(),
          use: z.string(),
          kind: z.string(),
          role: z.enum(['guard', 'goal']),
          better: z.enum(['lower', 'higher']),
          margin: z.number(),
        }),
      ),
      alpha: z.object({ roll_back: z.number(), promote: z.number() }),
      every: z.string(),
      deadline: z.string(),
      at_deadline: z.string(),
      approval: z.boolean(),
      promote_best: z.boolean(),
      on_promoted: z.object({ model: z.string(), alias: z.string() }).nullable(),
    }),
    pinned: z
      .array(z.object({ release: z.string(), hash: z.string(), models: z.array(z.string()) }))
      .describe('What the releases were when it began; with another configuration or version it ends.'),
    events: z.array(eventSchema),
    bursts: z.array(
      z.object({
        id: z.string(),
        at: iso,
        step: z.int(),
        release: z.string(),
        seen_by: z.string(),
        evidence: z.record(z.string(), z.unknown()),
      }),
    ),
  })
  .meta({ id: 'RolloutDetail' })

export function toWireVerdict(verdict: Verdict): z.output<typeof verdictSchema> {
  const { restsOn } = verdict
  return {
    id: verdict.id,
    rollout: verdict.rolloutId,
    step: verdict.step,
    at: verdict.at.toISOString(),
    decision: verdict.decision,
    reasons: [...verdict.reasons],
    candidates: verdict.candidates.map(
      ({ release, decision, reasons, requests, sampleRatio, metrics, others = [], beatenBy = [] }) => ({
        release,
        decision,
        reasons: [...reasons],
        requests,
        sample_ratio: sampleRatio,
        metrics: metrics.map(metric => ({ ...metric })),
        others: others.map(other => ({ ...other })),
        beaten_by: [...beatenBy],
      }),
    ),
    rests_on: {
      from: restsOn.from.toISOString(),
      to: restsOn.to.toISOString(),
      requests: restsOn.requests,
      first_inference: restsOn.first ?? null,
      last_inference: restsOn.last ?? null,
    },
  }
}

export function toWireRollout(
  one: Rollout,
  shares: Readonly<Record<string, number>>,
  last: Verdict | undefined,
): z.output<typeof rolloutSchema> {
  return {
    id: one.id,
    service: one.service,
    baseline: one.baseline,
    candidates: [...one.candidates],
    arms: [...one.arms],
    state: one.state,
    reason: one.reason,
    step: one.step,
    steps: stepsOf(one),
    is_test: one.plan.test !== undefined,
    is_narrowed: isNarrowed(one),
    shares: { ...shares },
    winner: one.winner ?? null,
    revision: one.revision,
    author: one.author,
    created_at: one.createdAt.toISOString(),
    step_started_at: one.stepStartedAt.toISOString(),
    deadline_at: one.deadlineAt.toISOString(),
    paused_at: one.pausedAt?.toISOString() ?? null,
    ended_at: one.endedAt?.toISOString() ?? null,
    last_verdict: last ? toWireVerdict(last) : null,
  }
}

function stepsOf(rollout: Rollout): z.output<typeof stepSchema>[] {
  const { plan } = rollout
  if (plan.steps)
    return plan.steps.map(({ shadow, share, leastValues, leastDuration }) => ({
      shadow: shadow ?? null,
      share: share ?? null,
      least_values: leastValues,
      least_duration: leastDuration,
    }))
  const { shares, leastValues, leastDuration } = stepTraffic(rollout)
  // of a test what candidates have together now: nobody knows yet who will be left out
  const share = Number(
    Object.values(shares)
      .reduce((sum, value) => sum + value, 0)
      .toFixed(6),
  )
  const step = { shadow: null, share, least_values: leastValues, least_duration: leastDuration }
  return Array.from({ length: stepCount(rollout) }, () => step)
}

export function toWireDetail(
  wire: z.output<typeof rolloutSchema>,
  one: Rollout,
  events: readonly RolloutStep[],
  bursts: readonly SeenBurst[],
): z.output<typeof rolloutDetailSchema> {
  const { plan } = one
  return {
    ...wire,
    bound: sayBound(one),
    plan: {
      sticky: plan.sticky,
      metrics: plan.metrics.map(metric => {
        const { name, kind, role, better, margin } = planMetric(metric)
        return { name, use: metric.use, kind, role, better, margin }
      }),
      alpha: { roll_back: plan.alpha.rollBack, promote: plan.alpha.promote },
      every: durationText(secondsOf(plan.every)),
      deadline: plan.deadline,
      at_deadline: plan.atDeadline,
      approval: plan.approval,
      promote_best: plan.test?.promote === 'best',
      on_promoted: plan.onPromoted ?? null,
    },
    pinned: Object.entries(one.pinned).map(([release, { hash, models }]) => ({
      release,
      hash,
      models: models.map(({ engine, model, number }) => `${engine}: ${model}@${number}`),
    })),
    events: events.map(event => ({
      id: event.id,
      at: event.at.toISOString(),
      kind: event.kind,
      step: event.step,
      state: event.state,
      traffic_revision: event.trafficRevision ?? null,
      verdict: event.verdictId ?? null,
      actor: event.actor,
      actor_name: event.actorName,
      reason: event.reason,
    })),
    bursts: bursts.map(burst => ({
      id: burst.id,
      at: burst.at.toISOString(),
      step: burst.step,
      release: burst.release,
      seen_by: burst.seenBy,
      evidence: { ...burst.evidence },
    })),
  }
}

export const liveSchema = z
  .object({
    service: z.string(),
    live: z.string().describe('The release that answers, unless a rollout says otherwise.'),
    declared: z.string().describe('The release that slipway.yaml names.'),
    releases: z.array(z.string()),
    traffic_revision: z.int(),
    rollout: z.string().nullable().describe('The id of one that is under way.'),
    history: z
      .array(
        z.object({
          release: z.string(),
          at: iso,
          cause: z.enum(releaseCauses),
          rollout: z.string().nullable(),
          actor: z.string(),
          actor_name: z.string(),
          reason: z.string(),
        }),
      )
      .describe('Which was live from when on, newest first.'),
  })
  .meta({ id: 'ServiceLive' })

export function toWireLive(live: ServiceLive): z.output<typeof liveSchema> {
  return {
    service: live.service,
    live: live.live,
    declared: live.declared,
    releases: [...live.releases],
    traffic_revision: live.revision,
    rollout: live.rollout?.id ?? null,
    history: live.history.map(one => ({
      release: one.release,
      at: one.at.toISOString(),
      cause: one.cause,
      rollout: one.rolloutId ?? null,
      actor: one.actor,
      actor_name: one.actorName,
      reason: one.reason,
    })),
  }
}
