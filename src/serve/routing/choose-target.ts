import type { Usage } from '../../foundation/config/index.ts'
import type { RoutePlan, Target } from './target.ts'

/** The reason of a choice that was none. */
export const onlyTarget = 'the only target'

/** What a choice may look at. */
export interface ChoiceContext {
  /** Who calls, for `sticky: key`. */
  readonly stickyKey: string
  /** Hashes of the beginning of the prompt, for `sticky: prefix`; asked for only then. */
  readonly prefixHashes: () => readonly number[]
  /** What the call is expected to use, for `cost`. */
  readonly expected: () => Usage
  /** The one target that it has to go to, where an earlier answer binds it. */
  readonly pin: string | undefined
}

export interface Choice {
  readonly target: Target
  /** Why this one, for the record. */
  readonly reason: string
}

/**
 * Chooses among the targets that are available and not in `tried`. Order of constraints: a pin, stickiness (unless
 * its target has `escapeLoad` more calls under way than the least loaded), then the strategy.
 */
export function chooseTarget(
  plan: RoutePlan,
  context: ChoiceContext,
  tried: ReadonlySet<Target>,
  now: number,
  random: () => number,
): Choice | undefined {
  const { targets, routing } = plan
  const only = targets[0]
  if (targets.length === 1 && only) {
    return only.state.isAvailable(now) && !tried.has(only) ? { target: only, reason: onlyTarget } : undefined
  }
  const open = targets.filter(
    target => target.weight > 0 && target.state.isAvailable(now) && !tried.has(target),
  )
  if (open.length === 0) return undefined
  if (open.length === 1 && open[0]) return { target: open[0], reason: 'the only one that is available' }
  const sticky = chooseSticky(plan, context, open, now)
  if (sticky && sticky.target.state.inFlight - leastInFlight(open) <= routing.escapeLoad) return sticky
  const suffix = sticky ? ', as the one it would stick to has too much to do' : ''
  if (routing.strategy === 'cost') return { target: cheapest(open, context), reason: `the cheapest${suffix}` }
  if (routing.strategy === 'least-loaded') {
    return { target: lessLoaded(open, random), reason: `the less loaded of two${suffix}` }
  }
  return { target: byWeight(open, random), reason: `by weight${suffix}` }
}

function chooseSticky(
  { routing, prefixes }: RoutePlan,
  context: ChoiceContext,
  open: readonly Target[],
  now: number,
): Choice | undefined {
  if (routing.sticky === 'key') {
    return { target: highestRandomWeight(open, context.stickyKey), reason: 'sticky by key' }
  }
  if (routing.sticky === 'prefix') {
    const found = prefixes.find(context.prefixHashes(), now)
    const target = found && open.find(({ key }) => key === found.target)
    if (found && target) return { target, reason: `has ${found.blocks} blocks of the prompt in its cache` }
  }
  return undefined
}

function leastInFlight(targets: readonly Target[]): number {
  return targets.reduce((least, { state }) => Math.min(least, state.inFlight), Infinity)
}

/**
 * Weighted rendezvous hashing (Thaler and Ravishankar 1998; weights after Schindelhauer and Schomaker 2005): the same
 * key finds the same target on every replica, and only the keys of a target that goes away move.
 */
function highestRandomWeight(targets: readonly Target[], key: string): Target {
  return best(targets, target => -target.weight / Math.log(unitHash(`${key} ${target.key}`)))
}

/** The better of two at random (Mitzenmacher 2001), by calls under way and how slow it answers. */
function lessLoaded(targets: readonly Target[], random: () => number): Target {
  const first = Math.floor(random() * targets.length)
  const second = (first + 1 + Math.floor(random() * (targets.length - 1))) % targets.length
  const pair = [targets[first], targets[second]].filter(target => target !== undefined)
  return best(pair, target => -target.state.load() / target.weight)
}

/** What has no price counts as dearer than anything that has one; among equals the less loaded. */
function cheapest(targets: readonly Target[], { expected }: ChoiceContext): Target {
  const at = Date.now()
  const usage = expected()
  const costs = new Map(targets.map(target => [target, target.cost(usage, at) ?? Infinity]))
  const least = Math.min(...costs.values())
  const equals = targets.filter(target => costs.get(target) === least)
  return best(equals, target => -target.state.load())
}

function byWeight(targets: readonly Target[], random: () => number): Target {
  let rest = random() * targets.reduce((sum, { weight }) => sum + weight, 0)
  const chosen = targets.find(target => (rest -= target.weight) < 0)
  return chosen ?? best(targets, ({ weight }) => weight)
}

function best(targets: readonly Target[], score: (target: Target) => number): Target {
  const [first, ...others] = targets
  if (!first) throw new Error('there is nothing to choose from')
  let found = first
  let highest = score(first)
  for (const other of others) {
    const value = score(other)
    if (value <= highest) continue
    found = other
    highest = value
  }
  return found
}

/** A number above 0 and below 1 that depends on the text alone (FNV-1a, then mixed). */
function unitHash(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 2_246_822_507)
  hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_909)
  return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 4_294_967_296
}
