import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { followLive } from '../follow-live.ts'
import { withInterrupt } from '../interrupt.ts'
import type { Session } from '../session.ts'
import { printable } from '../table.ts'
import { renderRollout, sayShares, sayStep } from './render-rollout.ts'
import { rolloutDetailShape, type WireRolloutDetail } from './rollout-wire.ts'

const ends: readonly string[] = ['promoted', 'rolled-back', 'concluded', 'aborted', 'superseded']

/** Waits for the end of a rollout, over breaks of the stream and restarts of the server; shows it, and ends with an exit code that says how it went. */
export async function concludeRollout(session: Session, id: string): Promise<void> {
  const { terminal } = session
  const rollout = await withInterrupt(signal => follow(session, id, signal))
  if (!rollout)
    throw new CommandError('interrupted', `The rollout ${id} goes on.`, {
      mend: `Follow it again with \`slipway rollout watch ${id}\`, or end it with \`slipway rollout abort ${id} --reason …\`.`,
      exitCode: exitCodes.interrupted,
    })
  if (terminal.isJson) terminal.printJson(rollout)
  else renderRollout(terminal, rollout)
  if (rollout.state === 'promoted' || rollout.state === 'concluded') return
  throw new CommandError(`rollout_${rollout.state.replaceAll('-', '_')}`, rollout.reason, {
    mend: `See \`slipway rollout show ${id} --verdicts\`.`,
    exitCode: rollout.state === 'rolled-back' ? exitCodes.gateFailed : exitCodes.failed,
  })
}

async function follow(
  { api, terminal }: Session,
  id: string,
  signal: AbortSignal,
): Promise<WireRolloutDetail | undefined> {
  let said = ''
  function tell(rollout: WireRolloutDetail): void {
    const why = rollout.state === 'running' ? rollout.last_verdict?.reasons[0] : rollout.reason
    const text = `${rollout.state}  ${sayStep(rollout)}  ${sayShares(rollout)}  ${printable(why ?? '')}`
    if (terminal.isJson || text === said) return
    said = text
    terminal.note(terminal.style.dim(text))
  }
  const path = `/api/rollouts/${encodeURIComponent(id)}/live`
  return await followLive(api, path, signal, ({ event, data }) => {
    if (event !== 'rollout') return undefined
    const rollout = rolloutDetailShape.parse(JSON.parse(data))
    tell(rollout)
    return ends.includes(rollout.state) ? rollout : undefined
  })
}
