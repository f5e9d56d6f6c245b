import { setTimeout as sleep } from 'node:timers/promises'

import { CommandError } from './command-error.ts'
import { datasetTaskShape, type WireDatasetTask } from './dataset-wire.ts'
import { readEvents } from './event-stream.ts'
import { exitCodes } from './exit-codes.ts'
import { withInterrupt } from './interrupt.ts'
import { progressBar } from './progress-bar.ts'
import type { Session } from './session.ts'

const pauseMs = 500
const awayPauseMs = 2_000
const mostTries = 15
/** What a server answers that begins or ends. */
const passing: readonly string[] = ['not_ready', 'shutting_down', 'storage_unavailable']
const endStates: readonly string[] = ['done', 'failed', 'cancelled']

/**
 * Follows a long operation until its end: a bar that moves in a terminal, elsewhere a line for each step. Gives the task
 * where it is done; throws a `CommandError` where it is not. Ctrl-C leaves it running.
 */
export async function followDatasetTask({ api, terminal }: Session, id: string): Promise<WireDatasetTask> {
  const isMoving = process.stderr.isTTY && !terminal.isJson
  const ended = await withInterrupt(async signal => {
    let said = ''
    let triesLeft = mostTries
    // a stream that breaks off is opened again
    while (!signal.aborted) {
      try {
        const response = await api.send(`/api/dataset-tasks/${encodeURIComponent(id)}/live`, {
          signal,
          accept: 'text/event-stream',
        })
        for await (const { data } of readEvents(response.body ?? new Blob().stream())) {
          const task = datasetTaskShape.parse(JSON.parse(data))
          triesLeft = mostTries
          const text = `${progressBar(task.progress)} ${Math.floor(task.progress * 100)} % · ${task.state === 'running' ? task.step : task.state}`
          if (isMoving) process.stderr.write(`\r\u001B[K${text.slice(0, terminal.columns - 1)}`)
          else if (said !== task.step && task.state === 'running') terminal.note(text)
          said = task.step
          if (!endStates.includes(task.state)) continue
          if (isMoving) process.stderr.write('\r\u001B[K')
          return task
        }
        await sleep(pauseMs, undefined, { signal })
      } catch (error) {
        if (signal.aborted) continue
        // a server that ends takes the task up again when it is back; what it answers is final
        const isAway =
          !(error instanceof CommandError) ||
          error.exitCode === exitCodes.unreachable ||
          passing.includes(error.code)
        if (!isAway || triesLeft === 0) throw isAway ? away(id, error) : error
        if (triesLeft === mostTries) terminal.note('The server does not answer; waiting for it.')
        triesLeft -= 1
        await sleep(awayPauseMs, undefined, { signal }).catch(() => undefined)
      }
    }
    return undefined
  })
  if (!ended)
    throw new CommandError('interrupted', `The task ${id} goes on.`, {
      mend: `Follow it again with \`slipway dataset task watch ${id}\`, or end it with \`slipway dataset task cancel ${id}\`.`,
      exitCode: exitCodes.interrupted,
    })
  if (ended.state === 'done') return ended
  throw new CommandError(
    ended.error?.code ?? `task_${ended.state}`,
    ended.error?.message ?? `The task was ${ended.state}.`,
  )
}

function away(id: string, cause: unknown): CommandError {
  return new CommandError('unreachable', `The server is away; the task ${id} goes on when it is back.`, {
    mend: `Follow it again with \`slipway dataset task watch ${id}\`.`,
    exitCode: exitCodes.unreachable,
    cause,
  })
}
