import type { Principal } from '../../govern/access/index.ts'
import { homeTenant } from '../../govern/access/index.ts'
import type { Body } from '../dialects/index.ts'
import type { StepWatch, StickyKind } from '../traffic/index.ts'
import { Assignment } from './assignment.ts'
import { noticeDown } from './choose-release.ts'
import type { Exchange } from './exchange.ts'
import type { Gateway } from './gateway.ts'
import type { GatewayMetrics } from './gateway-metrics.ts'
import { noTrainingHeader, type NoTraining } from './no-training.ts'
import type { Grant, Settlement } from './ports.ts'
import type { ReadBody } from './read-body.ts'

/** What a copy of a client's request is a copy of. */
export interface CopyOf {
  readonly watch: StepWatch
  readonly by: StickyKind
  readonly noTraining: NoTraining | undefined
  readonly boundOutputTokens: number | undefined
}

/** A request whose answer is committed to its client. */
interface Answered {
  readonly exchange: Exchange
  readonly path: string
  readonly request: Request
  readonly forwardedHeaders: readonly string[] | undefined
  /** As it came in. */
  readonly read: ReadBody
  /** As it went on: whole, and masked where a policy masks. */
  readonly body: Body
  readonly isPinned: boolean
}

export interface Copies {
  /** Sends a copy to a candidate where the rollout wants one of this request. Never throws or waits. */
  offer(answered: Answered): void
}

/** Copies under way in one process. What comes beyond them is dropped: a copy that waits would be one of the past. */
const mostUnderWay = 8

/** Sends candidates copies of what clients have been answered, at the lowest priority, and gives their answers to nobody. */
export function createCopies(gateway: Gateway, metrics: GatewayMetrics): Copies {
  let underWay = 0

  async function send(answered: Answered, release: string): Promise<void> {
    const { exchange, path, body, read } = answered
    const { assignment, decisions, noTraining, options } = exchange
    if (!assignment) return
    const copy: CopyOf = {
      watch: assignment.watch,
      by: assignment.by,
      noTraining,
      boundOutputTokens: decisions.boundOutputTokens,
    }
    const request = new Request(`http://copy.internal${path}`, {
      method: 'POST',
      headers: headersOf(answered),
      body: body === read.body && read.text !== undefined ? read.text : JSON.stringify(body),
    })
    const principal = principalOf(assignment.watch, homeTenant(options.principal))
    const response = await gateway(request, path, { principal, priority: 'batch', release, copy })
    await response.body?.pipeTo(new WritableStream())
  }

  return {
    offer(answered) {
      const release = candidateOf(answered)
      if (release === undefined) return
      const { assignment, options } = answered.exchange
      const { service } = options
      if (assignment?.watch.isOverSpent) return metrics.dropped(service.name, 'budget')
      if (underWay >= mostUnderWay) return metrics.dropped(service.name, 'too many under way')
      underWay += 1
      // the client's bytes come first
      setImmediate(() => {
        send(answered, release)
          .catch(() => metrics.dropped(service.name, 'failed'))
          .finally(() => (underWay -= 1))
      })
    },
  }
}

/** Where the copy goes; `undefined` where none is wanted. */
function candidateOf({ exchange, read, isPinned }: Answered): string | undefined {
  const { assignment, options } = exchange
  if (!assignment || assignment.arm !== 'baseline') return undefined
  const { watch, position } = assignment
  const { isShadow, shadowShare, candidates } = watch.rollout
  // files are not kept to be sent twice, and what one target alone can read no other can
  if (!isShadow || position >= shadowShare || read.files !== undefined || isPinned) return undefined
  // the copied part is shared out among several candidates
  const release = candidates[Math.floor((position / shadowShare) * candidates.length)]?.release
  if (release === undefined || !options.service.releases.has(release)) return undefined
  noticeDown(release, options.service, watch)
  return watch.isStopped(release) ? undefined : release
}

function headersOf({ exchange, request, forwardedHeaders }: Answered): Headers {
  const headers = new Headers({
    'content-type': 'application/json',
    // by which it is found beside what it is a copy of
    'x-request-id': `copy-of-${exchange.options.id}`,
    ...(exchange.noTraining === 'header' && { [noTrainingHeader]: 'true' }),
  })
  for (const name of forwardedHeaders ?? []) {
    const value = request.headers.get(name)
    if (value !== null) headers.set(name, value)
  }
  return headers
}

/** The rollout is the key, within the tenant whose request it was. */
function principalOf({ rollout }: StepWatch, tenant: string): Principal {
  const name = `rollout:${rollout.id}`
  return { keyId: name, keyName: name, role: 'service', tenant, services: undefined }
}

export function copiedTo({ watch, by }: CopyOf, release: string): Assignment {
  return new Assignment(watch, { by, position: 0, release }, release, 'copied')
}

/** Leave to send a copy: no tenant pays for it, but the rollout does. */
export function copyGrant({ watch, boundOutputTokens }: CopyOf): Grant {
  return {
    maxOutputTokens: boundOutputTokens,
    headers: () => ({}),
    limits: () => [],
    held: () => [],
    again: () => Promise.resolve(!watch.isOverSpent),
    settle: ({ costNanoUsd }: Settlement) => watch.spend(costNanoUsd ?? 0),
  }
}
