import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { MetricLine, StepLine, TrainerSpec } from '../src/improve/training/trainers/contract.ts'
import type { Trainer, TrainerEnd } from '../src/improve/training/trainers/trainer.ts'

/** A folder as the server lays it out, with pairs of a question and an answer. */
export async function layOutTask(
  folder: string,
  pairs: readonly (readonly [question: string, answer: string])[],
  given: Partial<TrainerSpec>,
): Promise<TrainerSpec> {
  const lines = pairs.map(([question, answer]) => {
    const messages = [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ]
    return `${JSON.stringify({ messages })}\n`
  })
  const spec: TrainerSpec = {
    contract: 1,
    job: 'ftjob-test',
    method: 'supervised',
    base: { name: 'test', path: null },
    data: {
      format: 'chat',
      train: 'data/train.jsonl',
      validation: 'data/validation.jsonl',
      train_examples: lines.length,
      validation_examples: Math.min(4, lines.length),
    },
    hyperparameters: {
      epochs: null,
      steps: 20,
      batch_size: 4,
      learning_rate: null,
      learning_rate_multiplier: 1,
      beta: null,
    },
    adapter: null,
    distillation: null,
    early_stopping: null,
    seed: 7,
    checkpoint_every_steps: 5,
    evaluate_every_steps: 10,
    options: {},
    ...given,
  }
  await mkdir(path.join(folder, 'data'), { recursive: true })
  await writeFile(path.join(folder, 'data/train.jsonl'), lines.join(''))
  await writeFile(path.join(folder, 'data/validation.jsonl'), lines.slice(0, 4).join(''))
  await writeFile(path.join(folder, 'spec.json'), JSON.stringify(spec))
  return spec
}

export interface WatchedRun {
  readonly end: TrainerEnd
  /** By step, the last word of each. */
  readonly steps: ReadonlyMap<number, StepLine>
  /** Every step line that was told, in order. */
  readonly told: readonly number[]
  readonly evaluations: ReadonlyMap<number, MetricLine>
  readonly checkpoints: readonly number[]
  readonly notes: readonly string[]
}

/** Runs a task; `stopAt` asks it to stop once that step was told, `killAt` kills the process that trains. */
export async function runTask(
  trainer: Pick<Trainer, 'run'>,
  folder: string,
  spec: TrainerSpec,
  { stopAt, killAt }: { readonly stopAt?: number; readonly killAt?: number } = {},
): Promise<WatchedRun> {
  const stop = new AbortController()
  const steps = new Map<number, StepLine>()
  const evaluations = new Map<number, MetricLine>()
  const told: number[] = []
  const checkpoints: number[] = []
  const notes: string[] = []
  let isKilled = false
  const end = await trainer.run(
    { job: spec.job, tenant: 'test', spec, suffix: 'test', folder, handle: null },
    {
      stop: stop.signal,
      lost: new AbortController().signal,
      async metrics(lines) {
        for (const line of lines) {
          if (line.kind === 'note') notes.push(line.message)
          if (line.kind === 'evaluation') evaluations.set(line.step, line)
          if (line.kind !== 'step') continue
          told.push(line.step)
          steps.set(line.step, line)
          if (line.step >= (stopAt ?? Number.POSITIVE_INFINITY)) stop.abort()
          if (line.step >= (killAt ?? Number.POSITIVE_INFINITY) && !isKilled) {
            isKilled = true
            const { pid } = JSON.parse(await readFile(path.join(folder, 'process.json'), 'utf8')) as {
              pid: number
            }
            process.kill(-pid, 'SIGKILL')
          }
        }
      },
      async checkpoint({ step }) {
        checkpoints.push(step)
      },
      async say(_, message) {
        notes.push(message)
      },
      async keepHandle() {},
    },
  )
  return { end, steps, told, evaluations, checkpoints, notes }
}
