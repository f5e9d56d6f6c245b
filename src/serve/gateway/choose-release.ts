import { homeTenant } from '../../govern/access/index.ts'
import type { Body, Pin } from '../dialects/index.ts'
import { allTargets, type RoutePlan } from '../routing/index.ts'
import type { ServiceTraffic, StepWatch } from '../traffic/index.ts'
import { Assignment, type AssignmentReason } from './assignment.ts'
import { sessionOfUser } from './conversation.ts'
import type { Exchange } from './exchange.ts'
import { type ServingRelease, type ServingService, withRelease } from './serving-snapshot.ts'

/** The service with the release that answers for it now; the configured one where that is no longer there. */
export function withLive(service: ServingService, traffic: ServiceTraffic | undefined): ServingService {
  return withRelease(service, traffic?.live) ?? service
}

/** The releases that requests of the service may go to now, the one that serves first. */
export function releasesInPlay(service: ServingService, watch: StepWatch | undefined): ServingRelease[] {
  if (!watch) return [service]
  const { baseline, candidates } = watch.rollout
  const names = [baseline, ...candidates.map(({ release }) => release)].filter(
    name => name !== service.releaseName && !watch.isStopped(name),
  )
  return [service, ...names.flatMap(name => service.releases.get(name) ?? [])]
}

/** Lets a request fall where the rollout of its service wants it. Memory only, about two microseconds. */
export function chooseRelease(
  exchange: Exchange,
  watch: StepWatch,
  asked: { readonly body: Body; readonly pin: Pin | undefined },
): void {
  const { principal, service, id } = exchange.options
  const fall = watch.fallOf({
    tenant: homeTenant(principal),
    user: userOf(asked.body),
    conversation: exchange.conversation?.id,
    key: principal.keyId,
    request: id,
  })
  const { name, why } = whereTo(fall.release, service, watch, asked.pin)
  const chosen = withRelease(service, name)
  // a rollout of releases that this process does not know yet, or no longer
  if (!chosen) return
  exchange.options.service = chosen
  exchange.assignment = new Assignment(watch, fall, name, why)
}

function whereTo(
  fell: string,
  service: ServingService,
  watch: StepWatch,
  pin: Pin | undefined,
): { readonly name: string; readonly why: AssignmentReason } {
  const { baseline } = watch.rollout
  if (pin && !hasTarget(service.releases.get(fell), pin.targetKey)) {
    const bound = releasesInPlay(service, watch).find(release => hasTarget(release, pin.targetKey))
    if (bound) return { name: bound.releaseName, why: 'bound' }
  }
  if (fell === baseline) return { name: fell, why: 'assigned' }
  noticeDown(fell, service, watch)
  return watch.isStopped(fell) ? { name: baseline, why: 'held back' } : { name: fell, why: 'assigned' }
}

/** Stops a candidate all of whose targets have been taken out, where the baseline's have not. */
export function noticeDown(candidate: string, service: ServingService, watch: StepWatch): void {
  if (watch.isStopped(candidate)) return
  const [tried, usual] = [service.releases.get(candidate), service.releases.get(watch.rollout.baseline)]
  const now = performance.now()
  if (!tried || !usual || !isDown(tried.plan, now) || isDown(usual.plan, now)) return
  const why = allTargets(tried.plan).map(
    ({ name, state }) => `${name}: ${state.breaker.reason ?? 'taken out'}`,
  )
  watch.targetDown(candidate, why.join('; '))
}

function isDown(plan: RoutePlan, now: number): boolean {
  for (const { state } of plan.targets) if (state.breaker.state(now) !== 'open') return false
  for (const { target } of plan.fallbacks) if (target.state.breaker.state(now) !== 'open') return false
  return true
}

export function hasTarget(release: ServingRelease | undefined, key: string): boolean {
  return release !== undefined && allTargets(release.plan).some(target => target.key === key)
}

/** Whom the client says that it asks for, in any dialect. */
function userOf(body: Body): string | undefined {
  const { user, safety_identifier, metadata } = body
  for (const given of [user, safety_identifier]) if (typeof given === 'string' && given !== '') return given
  if (typeof metadata !== 'object' || metadata === null) return undefined
  const { user_id } = metadata as Body
  if (typeof user_id !== 'string') return undefined
  const named = user_id.replace(sessionOfUser, '')
  return named === '' ? undefined : named
}
