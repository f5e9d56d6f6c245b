import { formatBytes, formatDuration, formatTime } from '../figures.ts'
import { printTable, printable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import type { WireRunDetail, WireStage } from './pipeline-wire.ts'

/** A run with its stages: state, time, and why each was run or not. */
export function renderRun(terminal: Terminal, run: WireRunDetail): void {
  const why = run.reason ?? ''
  terminal.print(
    `${run.pipeline} v${run.version}  ${colour(terminal, run.state)}${why === '' ? '' : `: ${printable(why)}`}`,
  )
  terminal.print(
    terminal.style.dim(`${run.id}  ${run.trigger} by ${run.author}, ${formatTime(run.created_at)}`),
  )
  terminal.print('')
  printTable(
    terminal,
    run.stages,
    [
      { title: 'stage', value: stage => stage.name },
      { title: 'kind', value: stage => stage.kind },
      { title: 'state', value: describeState },
      { title: 'took', value: tookOf, isNumber: true },
      { title: 'why', value: stage => stage.error?.message ?? stage.cache_why ?? '' },
    ],
    'The run was not begun.',
  )
}

export function renderArtifacts(terminal: Terminal, run: WireRunDetail): void {
  const rows = run.stages.flatMap(stage => stage.artifacts.map(artifact => ({ stage, artifact })))
  if (rows.length === 0) return
  terminal.print('')
  printTable(
    terminal,
    rows,
    [
      { title: 'artifact', value: ({ stage, artifact }) => `${stage.name}.${artifact.name}` },
      { title: 'type', value: ({ artifact }) => artifact.type },
      { title: 'size', value: ({ artifact }) => formatBytes(artifact.size_bytes), isNumber: true },
      { title: 'digest', value: ({ artifact }) => artifact.digest.slice(0, 12) },
      {
        title: 'value',
        value: ({ artifact }) =>
          artifact.value === null || artifact.value === undefined
            ? ''
            : JSON.stringify(artifact.value).slice(0, 60),
      },
    ],
    '',
  )
}

export function describeState(stage: WireStage): string {
  if (stage.cache === 'hit') return 'hit'
  if (stage.state === 'approval') return 'waits for approval'
  if (stage.state === 'running')
    return stage.progress > 0 ? `running ${Math.round(stage.progress * 100)} %` : 'running'
  return stage.state
}

function tookOf({ started_at: from, ended_at: to }: WireStage): string {
  if (typeof from !== 'string' || typeof to !== 'string') return '–'
  const ms = Date.parse(to) - Date.parse(from)
  return ms < 1_000 ? `${ms} ms` : formatDuration(ms / 1_000)
}

export function colour({ style }: Terminal, state: string): string {
  if (state === 'succeeded') return style.green(state)
  return state === 'failed' || state === 'cancelled' ? style.red(state) : style.yellow(state)
}
