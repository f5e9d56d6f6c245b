import { Failure } from '../../foundation/platform/index.ts'
import type { Assignment } from './assignment.ts'
import type { Exchange } from './exchange.ts'
import { hasTarget, noticeDown } from './choose-release.ts'
import type { ServingRelease } from './serving-snapshot.ts'

export const releaseHeader = 'slipway-release'

/**
 * Sends a request to its release. Where that is a candidate which fails it before its first byte, and which is or has just been stopped for
 * failing, sends it once more, to the baseline: the client is not to pay for our trial.
 */
export function sendOrSendBack<Sent>(
  exchange: Exchange,
  release: ServingRelease,
  headers: Record<string, string>,
  pin: string | undefined,
  send: (release: ServingRelease) => Promise<Sent>,
): Promise<Sent> {
  const { assignment } = exchange
  return assignment ? sendOnTrial(exchange, assignment, release, headers, pin, send) : send(release)
}

async function sendOnTrial<Sent>(
  exchange: Exchange,
  assignment: Assignment,
  release: ServingRelease,
  headers: Record<string, string>,
  pin: string | undefined,
  send: (release: ServingRelease) => Promise<Sent>,
): Promise<Sent> {
  try {
    return await send(release)
  } catch (error) {
    const { service } = exchange.options
    const isFailure = error instanceof Failure && error.code !== 'client_closed'
    if (!isFailure || exchange.control.isAborted || release.releaseName !== service.releaseName) throw error
    if (assignment.watch.isCandidate(release.releaseName))
      noticeDown(release.releaseName, service, assignment.watch)
    const name = assignment.sendBack()
    const baseline = name === undefined ? undefined : service.releases.get(name)
    if (!baseline || (pin !== undefined && !hasTarget(baseline, pin))) throw error
    if (!(await mayPayAgain(exchange))) throw error
    exchange.releaseName = headers[releaseHeader] = baseline.releaseName
    return await send(baseline)
  }
}

async function mayPayAgain(exchange: Exchange): Promise<boolean> {
  return exchange.attempts.some(({ mayHaveCost }) => mayHaveCost) ? await exchange.payAgain() : true
}
