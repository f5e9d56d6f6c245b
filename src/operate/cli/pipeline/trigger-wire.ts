import { z } from 'zod'

/** What the commands read of triggers; more may come, and is kept for `--json`. */
export const triggerShape = z.looseObject({
  name: z.string(),
  kind: z.string(),
  event: z.string().nullish(),
  cron: z.string().nullish(),
  timezone: z.string().nullish(),
  rows: z
    .looseObject({ dataset: z.string(), branch: z.string(), at_least: z.number(), counted: z.number() })
    .nullish(),
  where: z.string().nullish(),
  debounce_seconds: z.number().nullish(),
  cooldown_seconds: z.number().nullish(),
  at_most: z.looseObject({ runs: z.number(), per_seconds: z.number() }).nullish(),
  budget: z.looseObject({ usd: z.number(), per_seconds: z.number() }).nullish(),
  approval: z.looseObject({ question: z.string() }).nullish(),
  next_at: z.string().nullish(),
  held: z.looseObject({ events: z.number(), until: z.string().nullish() }).nullish(),
})

export const decisionShape = z.looseObject({
  trigger: z.string(),
  at: z.string(),
  outcome: z.string(),
  message: z.string(),
  event: z.looseObject({ name: z.string() }),
  run: z.string().nullish(),
})

export const eventShape = z.looseObject({
  name: z.string(),
  description: z.string(),
  facts: z.record(z.string(), z.string()),
})

export type WireTrigger = z.output<typeof triggerShape>
