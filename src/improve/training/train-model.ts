import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../foundation/platform/index.ts'
import { readModelFile, writeModelFile, type ModelDescription } from './gguf/model-file.ts'
import { prepareRun, type TrainingExamples } from './loop/prepare-run.ts'
import { readRun, readTrained, runFiles } from './loop/run-training.ts'
import { superviseTraining } from './loop/supervise-training.ts'
import type { TrainingEvent } from './loop/training-event.ts'
import type { TrainingSpecInput } from './training-spec.ts'

export interface TrainModelOptions {
  /** The run's directory: spec, examples, tokenizer, checkpoint, metrics, model. The same call on it goes on where it stopped. */
  readonly directory: string
  readonly about: ModelDescription
  readonly onProgress?: (event: TrainingEvent) => void
  /** The process id of each trainer that is started. */
  readonly onTrainer?: (pid: number) => void
  readonly signal?: AbortSignal
  /** A model of this trainer to start from: its weights, sizes and tokenizer. */
  readonly startFrom?: string
}

export interface TrainedRun {
  /** The GGUF file. */
  readonly modelFile: string
  readonly steps: number
  readonly tokensSeen: number
  /** Mean over the last 20 steps. */
  readonly finalLoss: number
  /** Time spent in steps, over all processes that trained. */
  readonly seconds: number
  readonly parameters: number
}

/**
 * Trains a model on the examples and writes it as `model.gguf` into the directory. The work is done by a child process that
 * is started again from its last checkpoint when it dies. Throws `invalid_configuration` for a spec that cannot be,
 * `conflict` where the directory holds another run, `client_closed` when aborted.
 */
export async function trainModel(
  spec: TrainingSpecInput,
  examples: TrainingExamples,
  options: TrainModelOptions,
): Promise<TrainedRun> {
  const { directory } = options
  const start = options.startFrom === undefined ? undefined : readModelFile(await readFile(options.startFrom))
  await prepareRun(directory, spec, examples, start)
  await superviseTraining(directory, {
    ...(options.onProgress && { onEvent: options.onProgress }),
    ...(options.onTrainer && { onChild: options.onTrainer }),
    ...(options.signal && { signal: options.signal }),
  })

  const run = await readRun(directory)
  const { shape, tokenizer } = run
  const checkpoint = await readTrained(directory, run)
  if (checkpoint === null)
    throw new Failure('conflict', `The checkpoint in ${directory} was removed while it trained.`)
  const modelFile = join(directory, 'model.gguf')
  await writeFile(
    `${modelFile}.part`,
    writeModelFile({ shape, tokenizer, weights: checkpoint.model }, options.about),
  )
  await rename(`${modelFile}.part`, modelFile)

  const steps = (await readTrainingMetrics(directory)).filter(event => event.kind === 'step')
  const last = steps.slice(-20)
  return {
    modelFile,
    steps: checkpoint.step,
    tokensSeen: checkpoint.tokensSeen,
    finalLoss: last.reduce((sum, event) => sum + event.loss, 0) / Math.max(1, last.length),
    seconds: steps.reduce((sum, event) => sum + event.seconds, 0),
    parameters: checkpoint.model.reduce((sum, { length }) => sum + length, 0),
  }
}

/** The steps and evaluations of a run so far, in order. */
export async function readTrainingMetrics(directory: string): Promise<TrainingEvent[]> {
  const text = await readFile(join(directory, runFiles.metrics), 'utf8').catch((cause: unknown) => {
    throw new Failure('not_found', `There are no metrics in ${directory}: nothing was trained there.`, {
      cause,
    })
  })
  return text
    .split('\n')
    .filter(line => line.endsWith('}'))
    .map(line => JSON.parse(line) as TrainingEvent)
}
