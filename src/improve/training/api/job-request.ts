import { z } from 'zod'
import { adapterSchema, distillationSchema, earlyStoppingSchema } from '../trainers/contract.ts'

const auto = z.literal('auto')
const shared = {
  n_epochs: z.union([auto, z.int().min(1).max(1_000)]).optional(),
  batch_size: z.union([auto, z.int().min(1).max(4_096)]).nullish(),
  learning_rate_multiplier: z.union([auto, z.number().positive().max(1_000)]).optional(),
}
const hyperparameters = z.strictObject(shared)
const dpoHyperparameters = z.strictObject({
  ...shared,
  beta: z.union([auto, z.number().positive().max(2)]).optional(),
})

const method = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('supervised'),
    supervised: z.strictObject({ hyperparameters: hyperparameters.optional() }).optional(),
  }),
  z.strictObject({
    type: z.literal('dpo'),
    dpo: z.strictObject({ hyperparameters: dpoHyperparameters.optional() }).optional(),
  }),
])

/** What our trainers know beyond OpenAI's API. */
const extension = z
  .strictObject({
    trainer: z.string().min(1).max(63).optional().describe('Which trainer, where several know the model.'),
    output_model: z
      .string()
      .regex(
        /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/,
        'has to be lower-case letters, digits, `.`, `_` and `-`',
      )
      .optional()
      .describe('The model of the registry that gets a version.'),
    steps: z.int().min(1).max(10_000_000).optional().describe('Instead of `n_epochs`.'),
    learning_rate: z.number().positive().max(10).optional().describe('Before the multiplier.'),
    adapter: adapterSchema.optional().describe('Trains low-rank corrections (LoRA) instead of all weights.'),
    distillation: distillationSchema.optional().describe('Learns the logits of a teacher as well.'),
    early_stopping: earlyStoppingSchema.optional(),
    checkpoint_every_steps: z.int().min(1).max(10_000_000).optional(),
    evaluate_every_steps: z.int().min(1).max(10_000_000).optional(),
    options: z.record(z.string(), z.unknown()).optional().describe('For this trainer alone.'),
  })
  .describe('Beyond OpenAI’s API.')

/** The body of `POST /v1/fine_tuning/jobs`: OpenAI's, and `slipway`. */
export const createJobSchema = z.strictObject({
  model: z
    .string()
    .min(1)
    .max(300)
    .describe(
      '`builtin/support`, `TRAINER/MODEL`, a model of the registry, or `ftjob-…` with or without `:step-N`.',
    ),
  training_file: z
    .string()
    .min(1)
    .max(400)
    .describe('A file with the purpose `fine-tune`, or `dataset:NAME@REVISION:SPLIT`.'),
  validation_file: z.string().min(1).max(400).nullish(),
  method: method.optional(),
  hyperparameters: hyperparameters.optional(),
  seed: z.int().min(0).max(2_147_483_647).nullish(),
  suffix: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'has to be letters, digits, `.`, `_` and `-`')
    .nullish(),
  metadata: z
    .record(z.string().max(64), z.string().max(512))
    .refine(metadata => Object.keys(metadata).length <= 16, 'has more than 16 keys')
    .nullish(),
  integrations: z
    .array(z.never('is not supported: read the curves from `/api/training/jobs/{id}/points`'))
    .nullish(),
  slipway: extension.optional(),
})
export type CreateJob = z.output<typeof createJobSchema>
