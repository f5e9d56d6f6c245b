import { access, appendFile, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../../foundation/platform/index.ts'
import type { ModelShape } from '../model/model-shape.ts'
import { parameterShapes } from '../model/model-shape.ts'
import { openTransformerSession } from '../model/transformer-session.ts'
import { initialWeights, zeroWeights } from '../model/weights.ts'
import { readTokenizer, type Tokenizer } from '../tokenizer/tokenizer.ts'
import { trainingExampleSchema, trainingSpecSchema, type TrainingSpec } from '../training-spec.ts'
import { learningRate, stepAdamW } from './adamw.ts'
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint.ts'
import { encodeExample, type EncodedExample } from './encode-example.ts'
import { evaluateHeldOut } from './evaluate-held-out.ts'
import { buildBatch, planBatches, type BatchPlan } from './plan-batches.ts'
import type { TrainingEvent } from './training-event.ts'

/** The files of a run's directory. */
export const runFiles = {
  spec: 'spec.json',
  tokenizer: 'tokenizer.json',
  train: 'train.jsonl',
  heldOut: 'held-out.jsonl',
  metrics: 'metrics.jsonl',
} as const

/** Trains what the directory describes, from its checkpoint if it has one, to the last step. Runs in the child process. */
export async function runTraining(directory: string, onEvent: (event: TrainingEvent) => void): Promise<void> {
  const { spec, tokenizer, shape } = await readRun(directory)
  const train = await readExamples(join(directory, runFiles.train), tokenizer)
  const heldOut = (await readExamples(join(directory, runFiles.heldOut), tokenizer)).slice(
    0,
    spec.evaluationExamples,
  )
  const plans = endlessPlans(train, spec)
  const padding = tokenizer.special('<|end|>')
  const isMatrix = parameterShapes(shape).map(({ dimensions }) => dimensions.length > 1)
  const session = await openTransformerSession(shape)

  const start = (await readCheckpoint(directory, shape)) ?? freshStart(shape, spec)
  const { weights, moments } = start
  let { tokensSeen } = start
  await forgetMetricsAfter(directory, start.step)
  for (let step = 1; step <= start.step; step += 1) plans.next()

  const report = async (event: TrainingEvent): Promise<void> => {
    await appendFile(join(directory, runFiles.metrics), `${JSON.stringify(event)}\n`)
    onEvent(event)
  }
  for (let step = start.step + 1; step <= spec.steps; step += 1) {
    const startedAt = performance.now()
    const { value: plan } = plans.next()
    const batch = buildBatch(plan, train, { padding, inputLossWeight: spec.inputLossWeight })
    const { loss, gradients } = await session.gradients(weights, batch)
    if (!Number.isFinite(loss)) {
      throw new Failure(
        'invalid_configuration',
        `The loss is ${loss} at step ${step}. Lower learningRate or clipNorm.`,
      )
    }
    const gradientNorm = stepAdamW(spec, weights, moments, gradients, isMatrix, step)
    tokensSeen += plan.examples.reduce((sum, index) => sum + (train[index]?.ids.length ?? 0), 0)
    await report({
      kind: 'step',
      step,
      steps: spec.steps,
      loss,
      learningRate: learningRate(spec, step),
      gradientNorm,
      tokensSeen,
      seconds: (performance.now() - startedAt) / 1000,
    })
    const isLast = step === spec.steps
    if (heldOut.length > 0 && (isLast || step % spec.evaluateEverySteps === 0)) {
      const { loss: heldOutLoss, exactMatch } = await evaluateHeldOut(
        session,
        weights,
        heldOut,
        spec,
        padding,
      )
      await report({
        kind: 'evaluation',
        step,
        steps: spec.steps,
        heldOutLoss,
        heldOutExactMatch: exactMatch,
        examples: heldOut.length,
      })
    }
    if (isLast || step % spec.checkpointEverySteps === 0) {
      await writeCheckpoint(directory, { step, tokensSeen, weights, moments })
      onEvent({ kind: 'checkpoint', step, steps: spec.steps })
    }
  }
}

export interface RunDescription {
  readonly spec: TrainingSpec
  readonly tokenizer: Tokenizer
  readonly shape: ModelShape
}

export async function readRun(directory: string): Promise<RunDescription> {
  const read = (name: string): Promise<string> => readFile(join(directory, name), 'utf8')
  const spec = trainingSpecSchema.parse(JSON.parse(await read(runFiles.spec)))
  const tokenizer = readTokenizer(await read(runFiles.tokenizer))
  return { spec, tokenizer, shape: { ...spec.shape, vocabularySize: tokenizer.tokens.length } }
}

function freshStart(shape: ModelShape, spec: TrainingSpec): Checkpoint {
  return {
    step: 0,
    tokensSeen: 0,
    weights: initialWeights(shape, spec.seed),
    moments: { first: zeroWeights(shape), second: zeroWeights(shape) },
  }
}

async function readExamples(path: string, tokenizer: Tokenizer): Promise<EncodedExample[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter(Boolean)
  return lines.map(line => encodeExample(tokenizer, trainingExampleSchema.parse(JSON.parse(line))))
}

function* endlessPlans(train: readonly EncodedExample[], spec: TrainingSpec): Generator<BatchPlan, never> {
  const lengths = train.map(({ ids }) => ids.length)
  for (let pass = 0; ; pass += 1) {
    const plans = planBatches(lengths, { ...spec, pass })
    if (plans.length === 0) {
      throw new Failure(
        'invalid_configuration',
        'No training example fits a row. Give longer rowLengths or shorter examples.',
      )
    }
    yield* plans
  }
}

/** Drops what a killed run wrote after its last checkpoint, so that every step has one line. */
async function forgetMetricsAfter(directory: string, step: number): Promise<void> {
  const path = join(directory, runFiles.metrics)
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  if (!isThere) return
  const kept = (await readFile(path, 'utf8'))
    .split('\n')
    .filter(line => line.endsWith('}') && Number((JSON.parse(line) as { step?: unknown }).step) <= step)
  await writeFile(`${path}.part`, kept.map(line => `${line}\n`).join(''))
  await rename(`${path}.part`, path)
}
