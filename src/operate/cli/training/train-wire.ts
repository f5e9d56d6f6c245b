import { z } from 'zod'

/** What the commands read of training; more may come, and is kept for `--json`. */
export const trainingJobShape = z.looseObject({
  id: z.string(),
  model: z.string(),
  trainer: z.string(),
  method: z.string(),
  state: z.string(),
  step: z.number(),
  steps: z.number().nullish(),
  training_loss: z.number().nullish(),
  validation_loss: z.number().nullish(),
  tokens_seen: z.number(),
  fine_tuned_model: z.string().nullish(),
  remote_model: z.string().nullish(),
  error: z.looseObject({ code: z.string(), message: z.string() }).nullish(),
  created_at: z.string(),
  worked_ms: z.number(),
})
export type WireTrainingJob = z.output<typeof trainingJobShape>

export const trainingPointShape = z.looseObject({
  kind: z.string(),
  step: z.number(),
  loss: z.number(),
})

export const trainingLogShape = z.looseObject({ text: z.string() })

export const trainerShape = z.looseObject({
  name: z.string(),
  kind: z.string(),
  methods: z.array(z.string()),
  models: z.array(z.string()),
  has_adapters: z.boolean(),
  is_elsewhere: z.boolean(),
})
