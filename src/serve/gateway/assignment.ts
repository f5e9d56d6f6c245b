import type { Fall, Span, StepWatch, StickyKind } from '../traffic/index.ts'
import type { InferenceRecord } from './inference-record.ts'

/** Why a request went to the release that it went to, where a rollout is under way. */
export type AssignmentReason =
  /** It fell there. */
  | 'assigned'
  /** What it goes on from can be read there alone. */
  | 'bound'
  /** It fell to a candidate that this process no longer sends to. */
  | 'held back'
  /** The candidate failed it before it said a word, and was stopped. */
  | 'sent back'
  /** It is a copy of what the baseline has answered. */
  | 'copied'

/** What is kept of it in the record. */
export interface TrafficDecision {
  readonly by: StickyKind
  readonly why: AssignmentReason
  /** The release that it fell to. */
  readonly fell: string
}

/** Not the release's doing: what a policy stops is counted as that. */
const blockedCode = 'content_blocked'
/** What a policy has done with a request or an answer, as records say it. */
const actedUpon: ReadonlySet<string> = new Set(['block', 'replace', 'retry', 'fallback', 'escalate'])

/** A request among those of a rollout's step. */
export class Assignment {
  readonly watch: StepWatch
  readonly by: StickyKind
  readonly position: number
  readonly fell: string
  #why: AssignmentReason
  #release: string
  /** Among which requests it is counted while it is under way. */
  #began: Span | undefined

  constructor(watch: StepWatch, fall: Fall, release: string, why: AssignmentReason) {
    this.watch = watch
    this.by = fall.by
    this.position = fall.position
    this.fell = fall.release
    this.#release = release
    this.#why = why
  }

  /** The side that it is compared on; `undefined` where it was not left to where it fell. */
  get arm(): string | undefined {
    return this.#isCompared ? this.watch.armOf(this.#release) : undefined
  }

  get isCopy(): boolean {
    return this.#why === 'copied'
  }

  get #isCompared(): boolean {
    return this.#why === 'assigned' || this.#why === 'copied'
  }

  get decision(): TrafficDecision {
    return { by: this.by, why: this.#why, fell: this.fell }
  }

  /** Limits have let it through: from now on its release is answerable for it. */
  begin(): void {
    if (this.#isCompared) this.#began = this.watch.begun(this.#release)
  }

  end({ outcome, failureCode, verdict }: InferenceRecord): void {
    this.#count({
      isFailed: outcome === 'error' && failureCode !== blockedCode,
      isGuarded: verdict !== undefined && actedUpon.has(verdict),
    })
  }

  /**
   * The release has failed it, nothing of which the client has seen. The baseline that it may be sent to instead, as the
   * release is a candidate that has been stopped; `undefined` where it has to be left at that.
   */
  sendBack(): string | undefined {
    const { baseline } = this.watch.rollout
    if (this.#release === baseline || this.#why !== 'assigned') return undefined
    this.#count({ isFailed: true, isGuarded: false })
    if (!this.watch.isStopped(this.#release)) return undefined
    this.#why = 'sent back'
    this.#release = baseline
    return baseline
  }

  /** Once. */
  #count(ending: { readonly isFailed: boolean; readonly isGuarded: boolean }): void {
    const began = this.#began
    this.#began = undefined
    if (began) this.watch.ended(this.#release, began, ending)
  }
}
