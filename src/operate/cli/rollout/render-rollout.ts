import { formatTime } from '../figures.ts'
import { printable, printTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import type { WireRollout, WireRolloutDetail, WireRolloutVerdict } from './rollout-wire.ts'

/** A rollout with its traffic, what was found last, and all that happened. */
export function renderRollout(terminal: Terminal, rollout: WireRolloutDetail): void {
  terminal.print(
    `${rollout.service}: ${rollout.candidates.join(', ')} against ${rollout.baseline}  ${colour(terminal, rollout.state)}`,
  )
  terminal.print(printable(rollout.reason))
  terminal.print(
    terminal.style.dim(
      `${rollout.id}  by ${rollout.author}, ${formatTime(rollout.created_at)}; ${rollout.bound}`,
    ),
  )
  terminal.print('')
  terminal.print(`${sayStep(rollout)}  traffic: ${sayShares(rollout)}`)
  if (rollout.last_verdict) renderVerdict(terminal, rollout.last_verdict)
  terminal.print('')
  printTable(
    terminal,
    rollout.events,
    [
      { title: 'at', value: event => formatTime(event.at) },
      { title: 'what', value: event => event.kind },
      { title: 'step', value: event => String(event.step + 1), isNumber: true },
      { title: 'by', value: event => event.actor_name },
      { title: 'why', value: event => event.reason },
    ],
    'Nothing has happened.',
  )
}

/** A verdict with its numbers: by how much the candidate is worse, and how much it may be. */
export function renderVerdict(terminal: Terminal, verdict: WireRolloutVerdict): void {
  terminal.print(
    `${colour(terminal, verdict.decision)} of step ${verdict.step + 1}, ${formatTime(verdict.at)}, on ${verdict.rests_on.requests} requests`,
  )
  for (const reason of verdict.reasons) terminal.print(`  ${printable(reason)}`)
  const rows = verdict.candidates.flatMap(({ release, metrics }) =>
    metrics.map(metric => ({ release, metric })),
  )
  printTable(
    terminal,
    rows,
    [
      { title: 'candidate', value: ({ release }) => release },
      { title: 'metric', value: ({ metric }) => `${metric.name}${metric.role === 'goal' ? ' (goal)' : ''}` },
      { title: 'worse by', value: ({ metric }) => figure(metric.estimate), isNumber: true },
      { title: 'surely between', value: ({ metric }) => `${figure(metric.low)} and ${figure(metric.high)}` },
      { title: 'margin', value: ({ metric }) => figure(metric.margin), isNumber: true },
      {
        title: 'values',
        value: ({ metric }) => `${metric.values.candidate} / ${metric.values.baseline}`,
        isNumber: true,
      },
      { title: '', value: ({ metric }) => metric.state },
    ],
    'Nothing was measured.',
  )
  renderOthers(terminal, verdict)
}

/** Each candidate beside each other, where candidates are narrowed. */
function renderOthers(terminal: Terminal, { candidates }: WireRolloutVerdict): void {
  const rows = candidates.flatMap(({ release, others }) => others.map(other => ({ release, other })))
  if (rows.length === 0) return
  printTable(
    terminal,
    rows,
    [
      { title: 'candidate', value: ({ release }) => release },
      { title: 'beside', value: ({ other }) => other.release },
      { title: 'worse by', value: ({ other }) => figure(other.estimate), isNumber: true },
      { title: 'surely between', value: ({ other }) => `${figure(other.low)} and ${figure(other.high)}` },
      {
        title: 'values',
        value: ({ other }) => `${other.values.candidate} / ${other.values.other}`,
        isNumber: true,
      },
      { title: '', value: ({ other }) => other.state },
    ],
    '',
  )
}

export function sayStep({ step, steps }: WireRollout): string {
  const declared = steps[step]
  const what = declared?.shadow ? `copies of ${percent(declared.shadow)}` : percent(declared?.share ?? 0)
  return `step ${step + 1} of ${steps.length} (${what})`
}

export const sayShares = ({ shares }: WireRollout): string =>
  Object.entries(shares)
    .map(([release, share]) => `${percent(share)} ${release}`)
    .join(', ')

export function colour({ style }: Terminal, state: string): string {
  if (state === 'promoted' || state === 'promote') return style.green(state)
  return state === 'rolled-back' || state === 'roll-back' || state === 'aborted' || state === 'blocked'
    ? style.red(state)
    : style.yellow(state)
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`
const figure = (value: number | null): string => (value === null ? '?' : String(Number(value.toPrecision(3))))
