import { appendFileSync } from 'node:fs'
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { Failure } from '../../../../foundation/platform/index.ts'
import { readModelFile, writeModelFile } from '../../gguf/model-file.ts'
import { prepareRun } from '../../loop/prepare-run.ts'
import { readRun, readTrained, runFiles, runTraining } from '../../loop/run-training.ts'
import type { TrainingEvent } from '../../loop/training-event.ts'
import type { TrainingExample } from '../../training-spec.ts'
import {
  type Artifact,
  type MetricLine,
  trainerExitCodes,
  trainerFiles,
  type TrainerSpec,
  trainerSpecSchema,
} from '../contract.ts'
import { toTrainingSpec } from './builtin-spec.ts'
import { toPair } from './read-chat-pairs.ts'

const keptCheckpoints = 3

/** Does what a folder's spec says, from its checkpoint where it has one. Answers the exit code. */
export async function runBuiltin(folder: string, isStopWanted: () => boolean): Promise<number> {
  try {
    const spec = trainerSpecSchema.parse(
      JSON.parse(await readFile(path.join(folder, trainerFiles.spec), 'utf8')),
    )
    const run = path.join(folder, 'run')
    const note = createNotes(folder)
    await prepare(folder, run, spec, note)
    const record = createRecorder(folder, run, spec)
    const end = await runTraining(run, record, { isStopWanted })
    if (end === 'stopped') return trainerExitCodes.again
    await writeArtifacts(folder, run, spec)
    return trainerExitCodes.done
  } catch (error) {
    if (!(error instanceof Failure || error instanceof z.ZodError)) throw error
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined
    const param =
      error instanceof Failure ? (error.details['parameter'] ?? null) : (issue?.path.join('.') ?? null)
    const message = issue ? `\`${issue.path.join('.')}\`: ${issue.message}` : error.message
    await writeFile(path.join(folder, trainerFiles.error), JSON.stringify({ message, param }))
    return trainerExitCodes.badSpec
  }
}

type Note = (level: 'info' | 'warn', message: string) => void

function createNotes(folder: string): Note {
  return (level, message) => {
    write(folder, { kind: 'note', level, message })
  }
}

function write(folder: string, line: MetricLine): void {
  appendFileSync(path.join(folder, trainerFiles.metrics), `${JSON.stringify(line)}\n`)
}

/** Lays out the run; one that is there already goes on. */
async function prepare(folder: string, run: string, spec: TrainerSpec, note: Note): Promise<void> {
  const isThere = await access(path.join(run, runFiles.spec)).then(
    () => true,
    () => false,
  )
  if (isThere) return
  const read = async (name: string | null): Promise<TrainingExample[]> =>
    name === null ? [] : await readPairs(path.join(folder, name), note)
  const train = await read(spec.data.train)
  if (train.length === 0)
    throw new Failure(
      'invalid_request',
      'No line has an answer of the assistant to something that the user said.',
      { details: { parameter: 'training_file' } },
    )
  const heldOut = await read(spec.data.validation)
  const start = spec.base.path === null ? undefined : readModelFile(await readFile(spec.base.path))
  const examples = { train, heldOut }
  const input = toTrainingSpec(spec, examples, start)
  await prepareRun(run, input, examples, start)
}

async function readPairs(file: string, note: Note): Promise<TrainingExample[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean)
  const pairs = lines.flatMap(line => toPair(JSON.parse(line)) ?? [])
  const left = lines.length - pairs.length
  if (left > 0)
    note(
      'warn',
      `${left} of ${lines.length} examples of ${path.basename(file)} have no question with an answer and were left out.`,
    )
  return pairs
}

/** Writes what happens as the contract has it; on the first event of a run that goes on, what came after its checkpoint is dropped. */
function createRecorder(folder: string, run: string, spec: TrainerSpec) {
  let isFirst = true
  return async (event: TrainingEvent): Promise<void> => {
    if (isFirst) await forgetFrom(folder, event.step)
    isFirst = false
    const { step, steps } = 'steps' in event ? event : { step: event.step, steps: undefined }
    switch (event.kind) {
      case 'step':
        return write(folder, {
          kind: 'step',
          step,
          ...(steps !== undefined && { steps }),
          loss: event.loss,
          learning_rate: event.learningRate,
          tokens_seen: event.tokensSeen,
          seconds: event.seconds,
        })
      case 'evaluation':
        return write(folder, {
          kind: 'evaluation',
          step,
          ...(steps !== undefined && { steps }),
          loss: event.heldOutLoss,
          accuracy: event.heldOutExactMatch,
        })
      case 'stopped_early':
        return write(folder, {
          kind: 'note',
          level: 'info',
          message: `The validation loss falls no more: stopped at step ${step} with the weights of step ${event.bestStep}.`,
        })
      case 'checkpoint':
        return await keepCheckpoint(folder, run, spec, step)
      case 'restarted':
        return undefined
    }
  }
}

async function forgetFrom(folder: string, step: number): Promise<void> {
  const file = path.join(folder, trainerFiles.metrics)
  const text = await readFile(file, 'utf8').catch(() => '')
  const kept = text.split('\n').filter(line => {
    if (!line.endsWith('}')) return false
    const read = JSON.parse(line) as { step?: number }
    return read.step === undefined || read.step < step
  })
  await writeFile(`${file}.part`, kept.map(line => `${line}\n`).join(''))
  await rename(`${file}.part`, file)
}

/** A model that can be served, or begun with, beside the optimizer's state that the run itself goes on from. */
async function keepCheckpoint(folder: string, run: string, spec: TrainerSpec, step: number): Promise<void> {
  const place = path.join(folder, trainerFiles.checkpoints)
  const whole = path.join(place, `step-${step}`)
  await rm(`${whole}.part`, { recursive: true, force: true })
  await mkdir(`${whole}.part`, { recursive: true })
  await writeModel(path.join(`${whole}.part`, 'model.gguf'), run, spec, 'last')
  await rm(whole, { recursive: true, force: true })
  await rename(`${whole}.part`, whole)
  const steps = (await readdir(place))
    .flatMap(name => (/^step-\d+$/.test(name) ? [Number(name.slice(5))] : []))
    .toSorted((left, right) => right - left)
  for (const old of steps.slice(keptCheckpoints))
    await rm(path.join(place, `step-${old}`), { recursive: true, force: true })
}

async function writeModel(file: string, directory: string, spec: TrainerSpec, which: 'best' | 'last') {
  const run = await readRun(directory)
  const trained = await readTrained(directory, run, which)
  if (!trained) throw new Failure('conflict', 'The checkpoint was removed while it trained.')
  const about = {
    // nothing of the job itself: the same spec gives the same file
    name: `Tuned from ${spec.base.name.replace(/^ftjob-\w+/, 'an earlier job')}`,
    description: 'Made by the built-in trainer of Slipway.',
    license: licenseOf(spec) ?? 'other',
  }
  await writeFile(
    file,
    writeModelFile({ shape: run.shape, tokenizer: run.tokenizer, weights: trained.model }, about),
  )
  return trained
}

async function writeArtifacts(folder: string, run: string, spec: TrainerSpec): Promise<void> {
  const place = path.join(folder, trainerFiles.artifacts)
  await mkdir(place, { recursive: true })
  const trained = await writeModel(path.join(place, 'model.gguf'), run, spec, 'best')
  const license = licenseOf(spec)
  const artifact: Artifact = {
    format: 'gguf',
    trained_tokens: trained.tokensSeen,
    parameters: trained.model.reduce((sum, { length }) => sum + length, 0),
    step: trained.keptStep,
    stopped_early: trained.keptStep !== trained.step,
    ...(license !== undefined && { license }),
  }
  await writeFile(path.join(place, trainerFiles.artifact), JSON.stringify(artifact, null, 2))
}

/** What is made of our own model may be used as it may. */
function licenseOf(spec: TrainerSpec): string | undefined {
  return spec.base.name === 'builtin/support' ? 'apache-2.0' : undefined
}
