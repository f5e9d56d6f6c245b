import { z } from 'zod'

const chance = z.number().min(0).max(1)

/** Everything that decides what a training run learns, apart from its examples. The same spec gives the same weights. */
export const trainingSpecSchema = z.strictObject({
  seed: z.int().nonnegative().default(1),
  /** Sizes of the model; a run that starts from a model takes that model's. */
  shape: z
    .strictObject({
      width: z.int().positive().default(128),
      layers: z.int().positive().default(4),
      heads: z.int().positive().default(4),
      keyValueHeads: z.int().positive().default(2),
      hiddenWidth: z.int().positive().default(352),
      contextLength: z.int().min(16).max(4096).default(256),
      ropeBase: z.number().positive().default(10_000),
      normEpsilon: z.number().positive().default(1e-5),
    })
    .prefault({})
    .refine(shape => shape.width % (2 * shape.heads) === 0, 'width must be an even multiple of heads')
    .refine(shape => shape.heads % shape.keyValueHeads === 0, 'heads must be a multiple of keyValueHeads'),
  /** How many pairs the tokenizer merges; the vocabulary is 256 bytes, these, and the special tokens. */
  merges: z.int().nonnegative().default(600),
  steps: z.int().positive().default(1500),
  /** Tokens of one step, padding included; fewer rows where they are longer. */
  batchTokens: z.int().positive().default(1024),
  /** Lengths that rows are padded to. Each costs one compilation. */
  rowLengths: z.array(z.int().positive()).min(1).default([64, 96, 128, 256]),
  /** The rate after warm-up; it falls linearly to `finalRateShare` of it at the last step. */
  learningRate: z.number().positive().default(1e-3),
  finalRateShare: chance.default(0.02),
  warmupSteps: z.int().nonnegative().default(50),
  beta1: chance.default(0.9),
  beta2: chance.default(0.98),
  weightDecay: z.number().nonnegative().default(0.01),
  /** Gradients longer than this are shortened to it. */
  clipNorm: z.number().positive().default(1),
  /** How much a token of the input counts in the loss, where one of the output counts 1. */
  inputLossWeight: chance.default(0.1),
  checkpointEverySteps: z.int().positive().default(100),
  evaluateEverySteps: z.int().positive().default(200),
  /** How many held-out examples are looked at while training. */
  evaluationExamples: z.int().nonnegative().default(64),
  /** Trains low-rank corrections of the matrices and leaves the rest of a model as it was; all weights without it. */
  adapter: z.strictObject({ rank: z.int().min(1).max(256), alpha: z.number().positive() }).optional(),
  /** Ends after that many evaluations in a row that were no better by `minDelta`, with the weights of the best. */
  earlyStopping: z
    .strictObject({ patience: z.int().positive(), minDelta: z.number().nonnegative().default(0) })
    .optional(),
})

export type TrainingSpec = z.output<typeof trainingSpecSchema>
export type TrainingSpecInput = z.input<typeof trainingSpecSchema>

/** One thing to learn: this text in, that text out. */
export const trainingExampleSchema = z.object({
  input: z.string(),
  output: z.string(),
  /** How much it counts in the loss beside others, 1 by default. */
  weight: z.number().nonnegative().optional(),
})
export type TrainingExample = z.output<typeof trainingExampleSchema>
