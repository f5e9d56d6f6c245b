import { z } from 'zod'
import type { TrainedModel } from '../../gguf/model-file.ts'
import { encodeExample } from '../../loop/encode-example.ts'
import { planBatches } from '../../loop/plan-batches.ts'
import { learnMerges, type TrainingExamples } from '../../loop/prepare-run.ts'
import { createTokenizer } from '../../tokenizer/tokenizer.ts'
import { trainingSpecSchema, type TrainingSpecInput } from '../../training-spec.ts'
import type { TrainerSpec } from '../contract.ts'

const {
  shape,
  merges,
  rowLengths,
  warmupSteps,
  inputLossWeight,
  evaluationExamples,
  finalRateShare,
  clipNorm,
} = trainingSpecSchema.shape

/** What of the trainer's own knobs a job may turn, beside what every trainer knows. */
export const builtinOptionsSchema = z
  .strictObject({
    shape,
    merges,
    rowLengths,
    warmupSteps,
    inputLossWeight,
    evaluationExamples,
    finalRateShare,
    clipNorm,
    weightDecay: trainingSpecSchema.shape.weightDecay,
  })
  .partial()

/** A batch of one example is this many tokens, padding included. */
const tokensPerExample = 64
const defaults = { batchSize: 16, epochs: 3, fresh: 1.5e-3, full: 5e-4, adapter: 2e-3 } as const

/** The spec of the trainer that a task means. The same task gives the same spec. */
export function toTrainingSpec(
  spec: TrainerSpec,
  examples: TrainingExamples,
  start: TrainedModel | undefined,
): TrainingSpecInput {
  const options = builtinOptionsSchema.parse(spec.options)
  const { hyperparameters: given } = spec
  const context = start?.shape.contextLength ?? options.shape?.contextLength ?? 256
  const rows = (options.rowLengths ?? [64, 96, 128, 256]).filter(length => length <= context)
  const lengths = rows.length > 0 ? rows : [context]
  const batchTokens = (given.batch_size ?? defaults.batchSize) * tokensPerExample
  const steps =
    given.steps ??
    (given.epochs ?? defaults.epochs) * countBatches(spec, examples, start, lengths, batchTokens)
  const usual = start === undefined ? defaults.fresh : spec.adapter ? defaults.adapter : defaults.full
  const often = Math.max(1, Math.round(steps / 10))
  return {
    warmupSteps: Math.min(50, Math.ceil(steps / 10)),
    ...options,
    seed: spec.seed,
    steps,
    batchTokens,
    rowLengths: lengths,
    learningRate: (given.learning_rate ?? usual) * given.learning_rate_multiplier,
    checkpointEverySteps: spec.checkpoint_every_steps ?? often,
    evaluateEverySteps: spec.evaluate_every_steps ?? often,
    ...(spec.adapter && {
      adapter: { rank: spec.adapter.rank, alpha: spec.adapter.alpha ?? 2 * spec.adapter.rank },
    }),
    ...(spec.early_stopping && {
      earlyStopping: { patience: spec.early_stopping.patience, minDelta: spec.early_stopping.min_delta },
    }),
  }
}

/** Of one pass over the examples. */
function countBatches(
  spec: TrainerSpec,
  examples: TrainingExamples,
  start: TrainedModel | undefined,
  rowLengths: readonly number[],
  batchTokens: number,
): number {
  const { merges: count } = trainingSpecSchema.parse({ merges: spec.options['merges'] })
  const tokenizer = start?.tokenizer ?? createTokenizer(learnMerges({ merges: count }, examples))
  const lengths = examples.train.map(example => encodeExample(tokenizer, example).ids.length)
  return Math.max(1, planBatches(lengths, { rowLengths, batchTokens, seed: spec.seed, pass: 0 }).length)
}
