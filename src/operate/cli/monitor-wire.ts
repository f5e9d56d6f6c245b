import { z } from 'zod'

/** What the commands of monitors read of the API's answers. */

export const monitorShape = z.looseObject({
  name: z.string(),
  service: z.string(),
  severity: z.string(),
  state: z.string(),
  run_length: z.number(),
  false_alarms_per_year: z.number().nullish(),
  detectors: z.number(),
  streams: z.array(
    z.looseObject({
      name: z.string(),
      kind: z.string(),
      state: z.string(),
      level: z.number().nullish(),
      seen: z.number(),
      incomparable: z.number(),
      waiting_for: z.string().nullish(),
      reference: z
        .looseObject({
          in_words: z.string(),
          newer_run: z.looseObject({ in_words: z.string() }).nullish(),
          unlike_judge: z.string().nullish(),
        })
        .nullish(),
      detectors: z.array(
        z.looseObject({ name: z.string(), level: z.number(), means: z.number(), strata: z.number() }),
      ),
    }),
  ),
})

export const monitorAlarmShape = z.looseObject({
  id: z.string(),
  stream: z.string(),
  detector: z.string(),
  summary: z.string(),
  raised_at: z.string(),
  raises: z.number(),
  since: z.string(),
  ended_at: z.string().nullish(),
  ended_because: z.string().nullish(),
})
