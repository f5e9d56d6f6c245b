import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { followLive } from '../follow-live.ts'
import { withInterrupt } from '../interrupt.ts'
import type { Session } from '../session.ts'
import { printable } from '../table.ts'
import { runDetailShape, type WireRunDetail } from './pipeline-wire.ts'
import { describeState, renderRun } from './render-run.ts'

const ends: readonly string[] = ['succeeded', 'failed', 'cancelled', 'skipped']

/** Waits for the end of a run, over breaks of the stream and restarts of the server; shows it, and ends with an exit code that says how it went. */
export async function concludeRun(session: Session, id: string): Promise<void> {
  const { terminal } = session
  const run = await withInterrupt(signal => follow(session, id, signal))
  if (!run)
    throw new CommandError('interrupted', `The run ${id} goes on.`, {
      mend: `Follow it again with \`slipway pipeline watch ${id}\`, or end it with \`slipway pipeline cancel ${id}\`.`,
      exitCode: exitCodes.interrupted,
    })
  if (terminal.isJson) terminal.printJson(run)
  else renderRun(terminal, run)
  if (run.state === 'succeeded' || run.state === 'skipped') return
  const gate = run.stages.some(stage =>
    ['gate_failed', 'checks_failed', 'rejected'].includes(stage.error?.code ?? ''),
  )
  throw new CommandError(`pipeline_${run.state}`, run.reason ?? `The run was ${run.state}.`, {
    mend: `See \`slipway pipeline logs ${id}\`; go on with \`slipway pipeline resume ${id}\`.`,
    exitCode: gate ? exitCodes.gateFailed : exitCodes.failed,
  })
}

async function follow(
  { api, terminal }: Session,
  id: string,
  signal: AbortSignal,
): Promise<WireRunDetail | undefined> {
  const said = new Map<string, string>()
  function tell(run: WireRunDetail): void {
    if (terminal.isJson) return
    for (const stage of run.stages) {
      const text = describeState(stage)
      if (said.get(stage.name) === text || (text === 'waiting' && !said.has(stage.name))) continue
      said.set(stage.name, text)
      const how = stage.state === 'approval' ? `  slipway pipeline approve ${id} --reason …` : ''
      const why = stage.error && stage.state !== 'succeeded' ? `: ${printable(stage.error.message)}` : ''
      terminal.note(terminal.style.dim(`${stage.name}  ${text}${why}${how}`))
    }
  }
  const path = `/api/pipeline-runs/${encodeURIComponent(id)}/live`
  return await followLive(api, path, signal, ({ event, data }) => {
    if (event !== 'run') return undefined
    const run = runDetailShape.parse(JSON.parse(data))
    tell(run)
    return ends.includes(run.state) ? run : undefined
  })
}
