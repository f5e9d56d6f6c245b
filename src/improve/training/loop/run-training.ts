import { access, appendFile, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../../foundation/platform/index.ts'
import type { ModelShape } from '../model/model-shape.ts'
import { initialWeights, type Weights } from '../model/weights.ts'
import { readModelFile } from '../gguf/model-file.ts'
import { readTokenizer, type Tokenizer } from '../tokenizer/tokenizer.ts'
import { trainingExampleSchema, trainingSpecSchema, type TrainingSpec } from '../training-spec.ts'
import { learningRate, stepAdamW } from './adamw.ts'
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint.ts'
import { encodeExample, type EncodedExample } from './encode-example.ts'
import { evaluateHeldOut } from './evaluate-held-out.ts'
import { buildBatch, planBatches, type BatchPlan } from './plan-batches.ts'
import { judgeEvaluations } from './stop-early.ts'
import { adapterParameters, fullParameters, type TrainedParameters } from './trained-parameters.ts'
import type { TrainingEvent } from './training-event.ts'

/** The files of a run's directory. */
export const runFiles = {
  spec: 'spec.json',
  tokenizer: 'tokenizer.json',
  train: 'train.jsonl',
  heldOut: 'held-out.jsonl',
  metrics: 'metrics.jsonl',
  base: 'base.gguf',
} as const

export interface RunTrainingOptions {
  /** Looked at after each step: the run then writes a checkpoint and ends. */
  readonly isStopWanted?: () => boolean
}

/**
 * Trains what the directory describes, from its checkpoint if it has one, to the last step. Runs in the child process.
 * Answers `stopped` where it was asked to stop before.
 */
export async function runTraining(
  directory: string,
  onEvent: (event: TrainingEvent) => void | Promise<void>,
  { isStopWanted = () => false }: RunTrainingOptions = {},
): Promise<'finished' | 'stopped'> {
  const run = await readRun(directory)
  const { spec, tokenizer, shape } = run
  const train = await readExamples(join(directory, runFiles.train), tokenizer)
  const heldOut = (await readExamples(join(directory, runFiles.heldOut), tokenizer)).slice(
    0,
    spec.evaluationExamples,
  )
  const plans = endlessPlans(train, spec)
  const padding = tokenizer.special('<|end|>')
  const parameters = await readParameters(directory, run)
  // only the child process needs it, and the server has the rest of this file too
  const { openTransformerSession } = await import('../model/transformer-session.ts')
  const session = await openTransformerSession(shape)

  const start = (await readCheckpoint(directory, parameters.sizes)) ?? freshStart(parameters)
  const { weights: trained, moments } = start
  let weights = parameters.whole(trained)
  let { tokensSeen } = start
  const evaluations = await forgetMetricsAfter(directory, start.step)
  const { earlyStopping } = spec
  if (earlyStopping && judgeEvaluations(evaluations, earlyStopping).isOver) return 'finished'
  for (let step = 1; step <= start.step; step += 1) plans.next()

  const report = async (event: TrainingEvent): Promise<void> => {
    await appendFile(join(directory, runFiles.metrics), `${JSON.stringify(event)}\n`)
    await onEvent(event)
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
    const slopes = parameters.pullBack(gradients, trained)
    const gradientNorm = stepAdamW(spec, trained, moments, slopes, parameters.isMatrix, step)
    weights = parameters.whole(trained)
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
    let isOver = false
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
      evaluations.push({ step, heldOutLoss })
      if (earlyStopping) {
        const { bestStep, isOver: isEnough } = judgeEvaluations(evaluations, earlyStopping)
        if (bestStep === step)
          await writeCheckpoint(directory, { step, tokensSeen, weights: trained, moments }, 'best')
        isOver = isEnough
        if (isOver) await onEvent({ kind: 'stopped_early', step, steps: spec.steps, bestStep })
      }
    }
    const isStopped = !isLast && !isOver && isStopWanted()
    if (isLast || isOver || isStopped || step % spec.checkpointEverySteps === 0) {
      await writeCheckpoint(directory, { step, tokensSeen, weights: trained, moments })
      await onEvent({ kind: 'checkpoint', step, steps: spec.steps })
    }
    if (isOver) return 'finished'
    if (isStopped) return 'stopped'
  }
  return 'finished'
}

/** The weights of the model at the last checkpoint; `best`: those of the best evaluation where the run may end early. */
export async function readTrained(
  directory: string,
  run: RunDescription,
  which: 'best' | 'last' = 'best',
): Promise<(Checkpoint & { readonly model: Weights; readonly keptStep: number }) | null> {
  const parameters = await readParameters(directory, run)
  const last = await readCheckpoint(directory, parameters.sizes)
  if (last === null) return null
  const best =
    run.spec.earlyStopping && which === 'best'
      ? await readCheckpoint(directory, parameters.sizes, 'best')
      : null
  const kept = best ?? last
  return { ...last, model: parameters.whole(kept.weights), keptStep: kept.step }
}

async function readParameters(
  directory: string,
  { spec, shape }: RunDescription,
): Promise<TrainedParameters> {
  const base = await readFile(join(directory, runFiles.base)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  const start = base === null ? initialWeights(shape, spec.seed) : readModelFile(base).weights
  return spec.adapter
    ? adapterParameters(shape, start, spec.adapter, spec.seed)
    : fullParameters(shape, start)
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

function freshStart(parameters: TrainedParameters): Checkpoint {
  const zeros = (): Weights => parameters.sizes.map(size => new Float32Array(size))
  return {
    step: 0,
    tokensSeen: 0,
    weights: parameters.initial(),
    moments: { first: zeros(), second: zeros() },
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

/** Drops what a killed run wrote after its last checkpoint, so that every step has one line; the evaluations that are left. */
async function forgetMetricsAfter(
  directory: string,
  step: number,
): Promise<{ step: number; heldOutLoss: number }[]> {
  const path = join(directory, runFiles.metrics)
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  if (!isThere) return []
  const kept = (await readFile(path, 'utf8'))
    .split('\n')
    .filter(line => line.endsWith('}') && Number((JSON.parse(line) as { step?: unknown }).step) <= step)
  await writeFile(`${path}.part`, kept.map(line => `${line}\n`).join(''))
  await rename(`${path}.part`, path)
  return kept
    .map(line => JSON.parse(line) as TrainingEvent)
    .flatMap(event =>
      event.kind === 'evaluation' ? [{ step: event.step, heldOutLoss: event.heldOutLoss }] : [],
    )
}
