import type { ApiClient } from '../api-client.ts'
import { formatDuration, formatUsd } from '../figures.ts'
import { followLive } from '../follow-live.ts'
import { progressBar } from '../progress-bar.ts'
import type { Terminal } from '../terminal.ts'
import { runShape, type WireRun } from './eval-wire.ts'
import { isKnown } from './is-known.ts'

const stopped: readonly string[] = ['completed', 'cancelled', 'failed', 'paused']

/**
 * Follows a run until it stops or the signal aborts, over breaks of the stream and restarts of the server. With `isShown`: a bar that
 * moves in a terminal, elsewhere a line for every tenth; with `--json` a line for each.
 */
export async function followRun(
  api: ApiClient,
  terminal: Terminal,
  id: string,
  { signal, isShown }: { readonly signal: AbortSignal; readonly isShown: boolean },
): Promise<WireRun | undefined> {
  const isMoving = isShown && process.stderr.isTTY && !terminal.isJson
  let said = ''
  function show(run: WireRun): void {
    if (!isShown) return
    const text = describeProgress(run)
    if (isMoving) process.stderr.write(`\r\u001B[K${text.slice(0, terminal.columns - 1)}`)
    const step = `${run.state} ${Math.floor((10 * doneOf(run)) / Math.max(1, run.total))}`
    if (step !== said) {
      if (terminal.isJson) terminal.printJson(run)
      else if (!isMoving) terminal.note(text)
    }
    said = step
  }
  const path = `/api/evaluations/${encodeURIComponent(id)}/live`
  const ended = await followLive(api, path, signal, ({ event, data }) => {
    if (event !== 'run') return undefined
    const run = runShape.parse(JSON.parse(data))
    show(run)
    // a paused one that goes on by itself is waited for
    const goesOn = !stopped.includes(run.state) || (run.state === 'paused' && isKnown(run.resume_at))
    return goesOn ? undefined : run
  })
  if (isMoving) process.stderr.write(ended ? '\r\u001B[K' : '\n')
  return ended
}

export function describeProgress(run: WireRun): string {
  const done = doneOf(run)
  const parts = [`${progressBar(run.total === 0 ? 0 : done / run.total)} ${done}/${run.total}`]
  if (run.cached > 0) parts.push(`${run.cached} known`)
  if (run.failed > 0) parts.push(`${run.failed} without an answer`)
  if (isKnown(run.items_per_minute)) parts.push(`${Math.round(run.items_per_minute)}/min`)
  if (isKnown(run.remaining_seconds) && done < run.total)
    parts.push(`${formatDuration(run.remaining_seconds)} left`)
  if (run.cost_nano_usd > 0) {
    const whole = run.expected_cost_nano_usd
    const isMore = isKnown(whole) && done < run.total && whole > run.cost_nano_usd
    parts.push(formatUsd(run.cost_nano_usd) + (isMore ? ` of about ${formatUsd(whole)}` : ''))
  }
  const why = !isKnown(run.reason_text) ? '' : `: ${run.reason_text}`
  return [...parts, `${run.state}${why}`].join(' · ')
}

function doneOf(run: WireRun): number {
  return run.scored + run.failed
}
