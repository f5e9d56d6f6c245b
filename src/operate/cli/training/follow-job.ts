import { z } from 'zod'
import { CommandError } from '../command-error.ts'
import { formatDuration } from '../figures.ts'
import { followLive } from '../follow-live.ts'
import { withInterrupt } from '../interrupt.ts'
import { progressBar } from '../progress-bar.ts'
import type { openSession } from '../session.ts'
import { drawCurve } from './draw-curve.ts'
import { trainingJobShape, trainingPointShape, type WireTrainingJob } from './train-wire.ts'

const stopped: readonly string[] = ['succeeded', 'failed', 'cancelled', 'paused']
const curveRows = 6

/**
 * Follows a job until it stops, over breaks of the stream and restarts of the server; Ctrl-C leaves it running. A curve that moves in
 * a terminal, elsewhere a line for every tenth; with `--json` a line for each change. Fails where the job has.
 */
export async function followJob(
  { api, terminal }: ReturnType<typeof openSession>,
  id: string,
): Promise<void> {
  const isMoving = process.stderr.isTTY && !terminal.isJson
  const losses = new Map<number, number>()
  let drawn = 0
  let said = ''

  function show(job: WireTrainingJob): void {
    if (terminal.isJson) return terminal.printJson(job)
    if (isMoving) {
      const curve = drawCurve(
        [...losses.entries()].toSorted(([left], [right]) => left - right).map(([, loss]) => loss),
        { columns: Math.max(10, terminal.columns - 12), rows: curveRows },
      )
      const lines = [...curve, describe(job)]
      if (drawn > 0) process.stderr.write(`\u001B[${drawn}A`)
      process.stderr.write(lines.map(line => `\r\u001B[K${line}\n`).join(''))
      drawn = lines.length
      return
    }
    const tenth = `${job.state} ${Math.floor((10 * job.step) / Math.max(1, job.steps ?? 1))}`
    if (tenth !== said) terminal.note(describe(job))
    said = tenth
  }

  const path = `/api/training/jobs/${encodeURIComponent(id)}/live`
  const job = await withInterrupt(signal =>
    followLive(api, path, signal, ({ event, data }) => {
      if (event === 'points')
        for (const point of z.array(trainingPointShape).parse(JSON.parse(data)))
          if (point.kind === 'step') losses.set(point.step, point.loss)
      if (event !== 'job') return undefined
      const now = trainingJobShape.parse(JSON.parse(data))
      show(now)
      return stopped.includes(now.state) ? now : undefined
    }),
  )
  if (!job) return terminal.note(`It goes on. Follow it with \`slipway train watch ${id}\`.`)
  if (job.state === 'failed')
    throw new CommandError(
      job.error?.code ?? 'training_failed',
      job.error?.message ?? 'The job has failed.',
      {
        mend: `Its output: \`slipway train logs ${id}\`.`,
      },
    )
  if (terminal.isJson || job.state !== 'succeeded') return
  terminal.print(`${terminal.style.green('✓')} ${job.fine_tuned_model ?? ''}`)
  if (job.remote_model) terminal.note(`The provider serves it as ${job.remote_model}.`)
}

function describe(job: WireTrainingJob): string {
  const { step, steps, training_loss: loss, validation_loss: validation } = job
  const parts = [`${progressBar(steps ? step / steps : 0)} ${step}/${steps ?? '?'}`]
  if (loss !== null && loss !== undefined) parts.push(`loss ${loss.toFixed(3)}`)
  if (validation !== null && validation !== undefined) parts.push(`validation ${validation.toFixed(3)}`)
  if (steps && step > 0 && step < steps)
    parts.push(`${formatDuration((job.worked_ms / 1_000 / step) * (steps - step))} left`)
  return [...parts, job.state].join(' · ')
}
