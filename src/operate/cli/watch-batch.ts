import { setTimeout as sleep } from 'node:timers/promises'

import type { ApiClient } from './api-client.ts'
import { formatDuration, formatUsd } from './figures.ts'
import { progressBar } from './progress-bar.ts'
import type { Terminal } from './terminal.ts'
import { batchShape } from './wire.ts'
import type { WireBatch } from './wire.ts'

const pauseMs = 1_000
const endStates: readonly string[] = ['completed', 'failed', 'expired', 'cancelled']

/**
 * Follows a batch until it has ended, or the signal aborts: a bar that moves in a terminal, elsewhere a line for every
 * tenth of it. With `--json` each state it was seen in goes out, a line each.
 */
export async function watchBatch(
  api: ApiClient,
  terminal: Terminal,
  id: string,
  signal: AbortSignal,
): Promise<WireBatch | undefined> {
  const isMoving = process.stderr.isTTY && !terminal.isJson
  let said = ''
  while (!signal.aborted) {
    try {
      const batch = await api.read(`/api/batches/${encodeURIComponent(id)}`, batchShape, { signal })
      const text = describeProgress(batch)
      if (isMoving) process.stderr.write(`\r\u001B[K${text.slice(0, terminal.columns - 1)}`)
      const step = `${batch.status} ${Math.floor((10 * doneOf(batch)) / Math.max(1, batch.total))}`
      if (step !== said) {
        if (terminal.isJson) terminal.printJson(batch)
        else if (!isMoving) terminal.note(text)
      }
      said = step
      if (endStates.includes(batch.status)) {
        if (isMoving) process.stderr.write('\r\u001B[K')
        return batch
      }
      await sleep(pauseMs, undefined, { signal })
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
  if (isMoving) process.stderr.write('\n')
  return undefined
}

export function describeProgress(batch: WireBatch): string {
  const done = doneOf(batch)
  const parts = [`${progressBar(batch.total === 0 ? 0 : done / batch.total)} ${done}/${batch.total}`]
  if (batch.failed > 0) parts.push(`${batch.failed} failed`)
  const { lines_per_minute: pace, remaining_seconds: left } = batch
  if (typeof pace === 'number') parts.push(`${Math.round(pace)} lines/min`)
  if (typeof left === 'number') parts.push(`${formatDuration(left)} left`)
  if (batch.cost_nano_usd > 0) parts.push(formatUsd(batch.cost_nano_usd))
  return [...parts, batch.status.replace('_', ' ')].join(' · ')
}

/** What to say when it has ended, and whether that is well. */
export function describeEnd(batch: WireBatch): { readonly isWell: boolean; readonly text: string } {
  const counts = `${batch.completed} of ${batch.total} lines answered, ${batch.failed} failed`
  const cost = batch.cost_nano_usd > 0 ? ` for ${formatUsd(batch.cost_nano_usd)}` : ''
  if (batch.status === 'completed') return { isWell: true, text: `${counts}${cost}.` }
  const [first] = batch.errors
  const why = first ? ` ${typeof first.line === 'number' ? `Line ${first.line}: ` : ''}${first.message}` : ''
  return { isWell: false, text: `The batch is ${batch.status}: ${counts}${cost}.${why}` }
}

function doneOf(batch: WireBatch): number {
  return batch.completed + batch.failed
}
