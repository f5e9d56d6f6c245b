import { z } from 'zod'

/**
 * What a trainer is given and what it leaves, in one folder; docs/extend/trainer.md says it for people. The built-in trainer
 * and every command of the configuration are run by it.
 */
export const trainerFiles = {
  spec: 'spec.json',
  train: 'data/train.jsonl',
  validation: 'data/validation.jsonl',
  metrics: 'metrics.jsonl',
  /** A checkpoint is a folder `step-N`; what is still being written has another name. */
  checkpoints: 'checkpoints',
  artifacts: 'artifacts',
  /** Written last, into `artifacts`. */
  artifact: 'artifact.json',
  error: 'error.json',
  log: 'log.txt',
} as const

export const trainerExitCodes = { done: 0, badSpec: 64, again: 75 } as const

export const trainingMethods = ['supervised', 'dpo', 'distillation'] as const
export type TrainingMethod = (typeof trainingMethods)[number]

export const adapterSchema = z.strictObject({
  rank: z.int().min(1).max(256).describe('Of the low-rank corrections.'),
  alpha: z
    .number()
    .positive()
    .max(4_096)
    .optional()
    .describe('Their weight is alpha / rank; twice the rank by default.'),
})

export const earlyStoppingSchema = z.strictObject({
  patience: z.int().min(1).max(1_000).describe('Evaluations in a row that are no better.'),
  min_delta: z.number().min(0).default(0).describe('What counts as better.'),
})

export const distillationSchema = z.strictObject({
  teacher: z
    .string()
    .min(1)
    .max(500)
    .describe('The model whose logits are learned, as the trainer knows it.'),
  temperature: z.number().positive().max(100).default(2),
  alpha: z.number().min(0).max(1).default(0.5).describe('The share of the teacher in the loss.'),
})

/** `spec.json`. */
export const trainerSpecSchema = z.strictObject({
  contract: z.literal(1),
  job: z.string(),
  method: z.enum(trainingMethods),
  base: z.strictObject({
    name: z.string(),
    /** A file or folder on this machine, or a name that the trainer knows; null: begins with nothing. */
    path: z.string().nullable(),
  }),
  data: z.strictObject({
    format: z.enum(['chat', 'preference']),
    train: z.string(),
    validation: z.string().nullable(),
    train_examples: z.int(),
    validation_examples: z.int(),
  }),
  hyperparameters: z.strictObject({
    epochs: z.int().positive().nullable(),
    steps: z.int().positive().nullable(),
    batch_size: z.int().positive().nullable(),
    learning_rate: z.number().positive().nullable(),
    learning_rate_multiplier: z.number().positive(),
    /** Of DPO. */
    beta: z.number().positive().nullable(),
  }),
  adapter: adapterSchema.nullable(),
  distillation: distillationSchema.nullable(),
  early_stopping: earlyStoppingSchema.nullable(),
  seed: z.int().nonnegative(),
  checkpoint_every_steps: z.int().positive().nullable(),
  evaluate_every_steps: z.int().positive().nullable(),
  /** For this trainer alone. */
  options: z.record(z.string(), z.unknown()),
})
export type TrainerSpec = z.output<typeof trainerSpecSchema>

const count = z.int().nonnegative()
const finite = z.number()

/** A line of `metrics.jsonl`. */
export const metricLineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('step'),
    step: count,
    steps: count.optional(),
    loss: finite,
    accuracy: finite.optional(),
    learning_rate: finite.optional(),
    tokens_seen: count.optional(),
    seconds: finite.optional(),
  }),
  z.object({
    kind: z.literal('evaluation'),
    step: count,
    steps: count.optional(),
    loss: finite,
    accuracy: finite.optional(),
  }),
  z.object({
    kind: z.literal('note'),
    level: z.enum(['info', 'warn', 'error']).default('info'),
    message: z.string().min(1).max(2_000),
  }),
])
export type MetricLine = z.output<typeof metricLineSchema>
export type StepLine = Extract<MetricLine, { kind: 'step' }>

/** `artifacts/artifact.json`: what was made. */
export const artifactSchema = z.object({
  format: z.enum(['gguf', 'safetensors', 'adapter', 'remote']),
  trained_tokens: count.optional(),
  parameters: count.optional(),
  /** The step whose weights these are. */
  step: count.optional(),
  stopped_early: z.boolean().optional(),
  final_loss: finite.optional(),
  license: z.string().max(100).optional(),
  /** The name under which a provider serves what it has trained. */
  remote_model: z.string().max(500).optional(),
})
export type Artifact = z.output<typeof artifactSchema>

/** `error.json`, beside exit code 64. */
export const trainerErrorSchema = z.object({
  message: z.string().min(1).max(2_000),
  /** Which member of the spec is wrong: `hyperparameters.batch_size`. */
  param: z.string().max(200).nullish(),
})
