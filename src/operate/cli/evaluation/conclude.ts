import { writeFile } from 'node:fs/promises'
import type { ApiClient } from '../api-client.ts'
import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { withInterrupt } from '../interrupt.ts'
import type { Session } from '../session.ts'
import { runDetailShape, type WireRunDetail } from './eval-wire.ts'
import { followRun } from './follow-run.ts'
import { renderReport } from './render-report.ts'

export interface ConcludeOptions {
  readonly watch?: true | undefined
  readonly junit?: string | undefined
}

/** Waits for a run, shows its report, writes JUnit, and ends with the exit code of its verdict. */
export async function concludeRun(session: Session, id: string, options: ConcludeOptions): Promise<void> {
  const { api, terminal } = session
  const isShown = options.watch === true
  const stopped = await withInterrupt(signal => followRun(api, terminal, id, { signal, isShown }))
  if (!stopped)
    throw new CommandError('interrupted', `The evaluation ${id} goes on.`, {
      mend: `Follow it again with \`slipway eval watch ${id}\`, or end it with \`slipway eval cancel ${id}\`.`,
      exitCode: exitCodes.interrupted,
    })
  const run = await readRun(api, id)
  if (terminal.isJson) terminal.printJson(run)
  else renderReport(terminal, run)
  if (options.junit !== undefined) await writeJUnit(session, id, options.junit)
  assertPassed(run)
}

export async function readRun(api: ApiClient, id: string): Promise<WireRunDetail> {
  return await api.read(`/api/evaluations/${encodeURIComponent(id)}`, runDetailShape)
}

/** Throws with the exit code that says why it is no pass. */
export function assertPassed(run: WireRunDetail): void {
  if (run.state === 'paused')
    throw new CommandError(`evaluation_${run.reason ?? 'paused'}`, run.reason_text ?? 'The run is paused.', {
      mend: `Go on with \`slipway eval resume ${run.id}\`${run.reason === 'run_budget' ? ' and a larger `--budget`' : ''}.`,
      exitCode: exitCodes.notEnough,
    })
  if (run.state !== 'completed')
    throw new CommandError('evaluation_incomplete', `The run is ${run.state}.`, {
      exitCode: exitCodes.notEnough,
    })
  const why = run.verdict_why ?? ''
  if (run.verdict === 'failed')
    throw new CommandError('gate_failed', why, {
      mend: `See what got worse with \`slipway eval examples ${run.id} --outcome regressions\`.`,
      exitCode: exitCodes.gateFailed,
    })
  if (run.verdict !== 'passed')
    throw new CommandError('not_enough', why, {
      mend: `See why with \`slipway eval show ${run.id}\`.`,
      exitCode: exitCodes.notEnough,
    })
}

async function writeJUnit({ api, terminal }: Session, id: string, file: string): Promise<void> {
  const response = await api.send(`/api/evaluations/${encodeURIComponent(id)}/export`, {
    query: { format: 'junit' },
    accept: 'application/xml',
  })
  try {
    await writeFile(file, await response.text())
  } catch (error) {
    throw new CommandError('not_written', `The report could not be written to ${file}.`, {
      mend: 'Name a file in a folder that is there and may be written to.',
      cause: error,
    })
  }
  terminal.note(terminal.style.dim(`  JUnit: ${file}`))
}
