import type { MetricLine } from '../trainers/contract.ts'
import type { TrainerWatch } from '../trainers/trainer.ts'
import { type JobPoint, JobTaken, type TrainingJob } from './job.ts'
import type { JobHold, TrainingContext } from './job-context.ts'
import { changeJob, type JobChange } from './job-store.ts'
import { insertEvents, type NewEvent, putCheckpoint, putPoints } from './progress-store.ts'

/** Steps of a job that its curve keeps, and that are told as events. */
const mostPoints = 2_000
const mostStepEvents = 50

/** Writes what a trainer tells of a job, under its lease. */
export function watchJob(
  job: TrainingJob,
  hold: JobHold,
  { database }: Pick<TrainingContext, 'database'>,
): TrainerWatch {
  let steps = job.steps

  /** Where somebody has moved the job, the trainer is asked to end, and what it tells until then is told again when it goes on. */
  async function write(change: JobChange, more: Parameters<typeof database.transaction>[0]): Promise<void> {
    if (hold.lost.aborted) throw new JobTaken('Another process has the job.')
    try {
      await database.transaction(async transaction => {
        await changeJob(transaction, job.id, hold.owner, change, ['running'])
        await more(transaction)
      })
    } catch (error) {
      if (!(error instanceof JobTaken) || hold.lost.aborted) throw error
      hold.askToStop()
    }
  }

  return {
    stop: hold.stop,
    lost: hold.lost,
    async metrics(lines) {
      for (const line of lines) if (line.kind !== 'note' && line.steps !== undefined) steps = line.steps
      const every = Math.ceil((steps ?? 0) / mostPoints) || 1
      const told = Math.ceil((steps ?? 0) / mostStepEvents) || 1
      const points = new Map<string, Omit<JobPoint, 'written'>>()
      const events: NewEvent[] = []
      for (const [index, line] of lines.entries()) {
        if (line.kind === 'note') {
          events.push({
            toldAs: `note-${line.message}`.slice(0, 200),
            level: line.level,
            message: line.message,
          })
          continue
        }
        if (line.kind === 'evaluation' || line.step % every === 0 || line.step === 1 || line.step === steps)
          points.set(`${line.kind} ${line.step}`, toPoint(line))
        if (line.kind === 'evaluation') events.push(evaluationEvent(line, steps))
        else if (line.step % told === 0 || (index === lines.length - 1 && line.step === steps))
          events.push(stepEvent(line, steps))
      }
      const last = lines.findLast(line => line.kind === 'step')
      const evaluation = lines.findLast(line => line.kind === 'evaluation')
      await write(
        {
          steps,
          ...(last && { step: last.step, trainingLoss: last.loss, tokensSeen: last.tokens_seen }),
          ...(evaluation && { validationLoss: evaluation.loss }),
        },
        async transaction => {
          await putPoints(transaction, job.id, [...points.values()])
          await insertEvents(transaction, job.id, events)
        },
      )
    },
    async checkpoint({ step, model }) {
      await write({}, async transaction => {
        const isNew = await putCheckpoint(transaction, job.id, {
          step,
          model: model ?? `${job.id}:step-${step}`,
        })
        if (!isNew) return
        await changeJob(transaction, job.id, hold.owner, { fruitless: 0 })
        await insertEvents(transaction, job.id, [
          { toldAs: `checkpoint-${step}`, message: `Checkpoint created at step ${step}`, data: { step } },
        ])
      })
    },
    async say(level, message, key) {
      const event = { toldAs: `said-${key ?? `${message} ${hold.owner}`}`.slice(0, 200), level, message }
      await write({}, async transaction => await insertEvents(transaction, job.id, [event]))
    },
    async keepHandle(handle) {
      await write({ handle }, async () => undefined)
    },
  }
}

function toPoint(line: Exclude<MetricLine, { kind: 'note' }>): Omit<JobPoint, 'written'> {
  return {
    kind: line.kind,
    step: line.step,
    loss: line.loss,
    accuracy: line.accuracy,
    learningRate: line.kind === 'step' ? line.learning_rate : undefined,
    tokensSeen: line.kind === 'step' ? line.tokens_seen : undefined,
  }
}

function stepEvent(line: Extract<MetricLine, { kind: 'step' }>, steps: number | undefined): NewEvent {
  return {
    toldAs: `step-${line.step}`,
    kind: 'metrics',
    message: `Step ${line.step}/${steps ?? '?'}: training loss=${line.loss.toFixed(4)}`,
    data: {
      step: line.step,
      ...(steps !== undefined && { total_steps: steps }),
      train_loss: line.loss,
      ...(line.accuracy !== undefined && { train_mean_token_accuracy: line.accuracy }),
    },
  }
}

function evaluationEvent(
  line: Extract<MetricLine, { kind: 'evaluation' }>,
  steps: number | undefined,
): NewEvent {
  return {
    toldAs: `evaluation-${line.step}`,
    kind: 'metrics',
    message: `Step ${line.step}/${steps ?? '?'}: validation loss=${line.loss.toFixed(4)}`,
    data: {
      step: line.step,
      ...(steps !== undefined && { total_steps: steps }),
      full_valid_loss: line.loss,
      ...(line.accuracy !== undefined && { full_valid_mean_token_accuracy: line.accuracy }),
    },
  }
}
