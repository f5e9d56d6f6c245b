import { type Stretch, drawRelease, layOut, positionOf, releaseAt } from './assign.ts'
import { type ArmCounts, surelyWorse } from './error-burst.ts'
import type {
  Burst,
  BurstReason,
  CandidateShare,
  FastPath,
  RolloutTraffic,
  ServiceTraffic,
  StickyKind,
} from './service-traffic.ts'

/** What a request is told apart by; what is missing is `undefined`. */
export interface StickyValues {
  readonly tenant: string
  readonly user: string | undefined
  readonly conversation: string | undefined
  readonly key: string
  readonly request: string
}

/** Where a request falls, before anything is said of how its release does. */
export interface Fall {
  /** What it was told apart by: the next kind where its client sent nothing of the kind that the rollout wants. */
  readonly by: StickyKind
  /** From 0 to 1. */
  readonly position: number
  readonly release: string
}

/** Requests that are counted together: since the step began, or so many in a row. */
export interface Span {
  /** 0 for the whole step, from 1 for the spans within it. */
  readonly index: number
  /** By release. */
  readonly counts: ReadonlyMap<string, ArmCounts>
  /** How much there was when evidence was last looked at. */
  readonly looks: Map<string, number>
}

type Ending = 'failed' | 'guarded'

/** A span ends when a candidate has had so many requests in it: what was well for hours must not hide what is bad now. */
const spanRequests = 64
/** Evidence is looked at again when there is a thirty-second more of it, since a look costs a millisecond. */
const nextLook = (hits: number): number => hits + 1 + (hits >> 5)

/** One step of a rollout in this process: who falls where, and how each arm does. */
export class StepWatch {
  readonly traffic: ServiceTraffic
  readonly rollout: RolloutTraffic
  readonly #stretches: readonly Stretch[]
  /** Of all releases, where they are dealt out to by weight. */
  readonly #weights: readonly CandidateShare[]
  readonly #whole: Span
  #recent: Span
  #spentNanoUsd = 0
  readonly #stopped = new Map<string, Burst>()
  readonly #tell: (burst: Burst) => void

  constructor(traffic: ServiceTraffic, rollout: RolloutTraffic, tell: (burst: Burst) => void) {
    this.traffic = traffic
    this.rollout = rollout
    const { baseline, candidates, isShadow, isNarrowed, places = candidates } = rollout
    this.#stretches = isShadow ? [] : layOut(places).filter(({ release }) => this.isCandidate(release))
    const rest = 1 - candidates.reduce((sum, { share }) => sum + share, 0)
    this.#weights = isNarrowed ? [{ release: baseline, share: rest }, ...candidates] : []
    this.#tell = tell
    this.#whole = this.#openSpan(0)
    this.#recent = this.#openSpan(1)
  }

  /** What copies have cost here, in nano-dollars. */
  spend(nanoUsd: number): void {
    this.#spentNanoUsd += nanoUsd
  }

  get isOverSpent(): boolean {
    return this.#spentNanoUsd >= (this.rollout.shadowNanoUsd ?? Infinity)
  }

  fallOf(values: StickyValues): Fall {
    const { sticky, salt, baseline } = this.rollout
    const by = kindOf(sticky, values)
    const value = valueOf(by, values)
    const position = positionOf(salt, value)
    const release = this.rollout.isNarrowed
      ? drawRelease(this.#weights, salt, value)
      : releaseAt(this.#stretches, position)
    return { by, position, release: release ?? baseline }
  }

  /** As it stands in records: `baseline`, `candidate`, or its name where there are several, or were. */
  armOf(release: string): string {
    const { baseline, candidates, isNarrowed } = this.rollout
    if (release === baseline) return 'baseline'
    return candidates.length === 1 && !isNarrowed ? 'candidate' : release
  }

  isCandidate(release: string): boolean {
    return this.rollout.candidates.some(candidate => candidate.release === release)
  }

  isStopped(release: string): boolean {
    return this.#stopped.size > 0 && this.#stopped.has(release)
  }

  get bursts(): readonly Burst[] {
    return [...this.#stopped.values()]
  }

  /** What was counted here, by release. */
  get counts(): ReadonlyMap<string, Readonly<ArmCounts>> {
    return this.#whole.counts
  }

  /** A request has begun. Its end is told with the span that it began in. */
  begun(release: string): Span {
    if ((this.#recent.counts.get(release)?.begun ?? 0) >= spanRequests && this.isCandidate(release))
      this.#recent = this.#openSpan(this.#recent.index + 1)
    for (const { counts } of [this.#whole, this.#recent]) {
      const ofArm = counts.get(release)
      if (ofArm) ofArm.begun += 1
    }
    return this.#recent
  }

  ended(
    release: string,
    began: Span,
    ending: { readonly isFailed: boolean; readonly isGuarded: boolean },
  ): void {
    for (const span of [this.#whole, began]) {
      const counts = span.counts.get(release)
      if (!counts) continue
      counts.ended += 1
      if (ending.isFailed) counts.failed += 1
      if (ending.isGuarded) counts.guarded += 1
      if (!this.isCandidate(release)) continue
      if (ending.isFailed) this.#look(release, span, 'failed')
      if (ending.isGuarded) this.#look(release, span, 'guarded')
    }
  }

  /** Nothing of the candidate can be reached, while the baseline can. */
  targetDown(release: string, why: string): void {
    if (this.rollout.fastPath) this.#stop(release, 'target-down', why, { targets: why })
  }

  #openSpan(index: number): Span {
    const { baseline, candidates } = this.rollout
    const releases = [baseline, ...candidates.map(({ release }) => release)]
    const counts = releases.map(release => [release, { begun: 0, ended: 0, failed: 0, guarded: 0 }] as const)
    return { index, counts: new Map(counts), looks: new Map() }
  }

  /**
   * Any look may stop a candidate that is not worse, so what one step may err by is divided: among what is looked at and the
   * candidates, then in halves for the whole step and for its spans, of which the n-th gets 6/(π²·n²).
   */
  #alphaOf({ index }: Span, { alpha, guardMargin }: FastPath): number {
    const ofEach = alpha / ((guardMargin === undefined ? 1 : 2) * this.rollout.candidates.length)
    return (ofEach / 2) * (index === 0 ? 1 : 6 / (Math.PI * index) ** 2)
  }

  #look(release: string, span: Span, what: Ending): void {
    const { fastPath, baseline } = this.rollout
    const margin = what === 'failed' ? fastPath?.errorMargin : fastPath?.guardMargin
    const [usual, counts] = [span.counts.get(baseline), span.counts.get(release)]
    if (!fastPath || margin === undefined || !usual || !counts || this.isStopped(release)) return
    const key = `${what} ${release}`
    if (counts[what] < (span.looks.get(key) ?? 0)) return
    span.looks.set(key, nextLook(counts[what]))
    const alpha = this.#alphaOf(span, fastPath)
    const worseBy = surelyWorse(usual, counts, what, { alpha, margin })
    if (worseBy === undefined) return
    const words = what === 'failed' ? 'failed' : 'were acted upon by the policy'
    const since = span.index === 0 ? 'Since the step began' : 'Lately'
    const explanation =
      `${since}, ${counts[what]} of ${counts.begun} requests to ${release} ${words}, ${usual[what]} of ${usual.begun} to ${baseline}: ` +
      `at least ${percent(worseBy)} more, ${percent(margin)} is allowed.`
    this.#stop(release, what === 'failed' ? 'errors' : 'guard-alarms', explanation, {
      baseline_begun: usual.begun,
      baseline_ended: usual.ended,
      baseline_hits: usual[what],
      candidate_begun: counts.begun,
      candidate_hits: counts[what],
      worse_by_at_least: worseBy,
      margin,
      alpha,
    })
  }

  #stop(candidate: string, reason: BurstReason, explanation: string, evidence: Burst['evidence']): void {
    if (this.isStopped(candidate)) return
    const { service, revision } = this.traffic
    const { id, step } = this.rollout
    const said = { candidate, reason, explanation, evidence, atMs: Date.now() }
    const burst: Burst = { service, revision, rollout: id, step, ...said }
    this.#stopped.set(candidate, burst)
    this.#tell(burst)
  }
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`

function kindOf(wanted: StickyKind, values: StickyValues): StickyKind {
  if (wanted === 'user' && values.user !== undefined) return 'user'
  if ((wanted === 'user' || wanted === 'conversation') && values.conversation !== undefined)
    return 'conversation'
  return wanted === 'request' ? 'request' : 'key'
}

/** Users and conversations are named within a tenant. */
function valueOf(by: StickyKind, { tenant, user, conversation, key, request }: StickyValues): string {
  if (by === 'user') return `${tenant}\0${user}`
  if (by === 'conversation') return `${tenant}\0${conversation}`
  return by === 'key' ? key : request
}
