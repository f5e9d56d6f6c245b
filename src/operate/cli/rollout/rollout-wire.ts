import { z } from 'zod'

const metric = z.looseObject({
  name: z.string(),
  role: z.string(),
  margin: z.number(),
  estimate: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  values: z.looseObject({ baseline: z.number(), candidate: z.number() }),
  state: z.string(),
})

const other = z.looseObject({
  release: z.string(),
  estimate: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  values: z.looseObject({ candidate: z.number(), other: z.number() }),
  state: z.string(),
})

/** What the commands read of rollouts; more may come, and is kept for `--json`. */
export const rolloutVerdictShape = z.looseObject({
  id: z.string(),
  step: z.number(),
  at: z.string(),
  decision: z.string(),
  reasons: z.array(z.string()),
  candidates: z.array(
    z.looseObject({
      release: z.string(),
      decision: z.string(),
      metrics: z.array(metric),
      others: z.array(other),
    }),
  ),
  rests_on: z.looseObject({ requests: z.number() }),
})

const rollout = {
  id: z.string(),
  service: z.string(),
  baseline: z.string(),
  candidates: z.array(z.string()),
  state: z.string(),
  reason: z.string(),
  step: z.number(),
  steps: z.array(z.looseObject({ shadow: z.number().nullable(), share: z.number().nullable() })),
  shares: z.record(z.string(), z.number()),
  author: z.string(),
  created_at: z.string(),
  deadline_at: z.string(),
  ended_at: z.string().nullable(),
  last_verdict: rolloutVerdictShape.nullable(),
}

export const rolloutShape = z.looseObject(rollout)

export const rolloutDetailShape = z.looseObject({
  ...rollout,
  bound: z.string(),
  events: z.array(
    z.looseObject({
      at: z.string(),
      kind: z.string(),
      step: z.number(),
      actor_name: z.string(),
      reason: z.string(),
    }),
  ),
})

export const liveReleaseShape = z.looseObject({
  service: z.string(),
  live: z.string(),
  declared: z.string(),
  rollout: z.string().nullable(),
  history: z.array(
    z.looseObject({
      release: z.string(),
      at: z.string(),
      cause: z.string(),
      actor_name: z.string(),
      reason: z.string(),
    }),
  ),
})

export type WireRollout = z.output<typeof rolloutShape>
export type WireRolloutDetail = z.output<typeof rolloutDetailShape>
export type WireRolloutVerdict = z.output<typeof rolloutVerdictShape>
