/** What clients are told apart by when traffic is split. */
export const stickyKinds = ['user', 'conversation', 'key', 'request'] as const
export type StickyKind = (typeof stickyKinds)[number]

/** What the gateway follows for a service, replaced as a whole; every state is one that the controller has declared. */
export interface ServiceTraffic {
  readonly service: string
  /** Rises with every change; two replicas with the same number do the same. */
  readonly revision: number
  /** The release that answers for the service unless something below says otherwise. */
  readonly live: string
  readonly rollout?: RolloutTraffic | undefined
}

export interface RolloutTraffic {
  readonly id: string
  /** From 0. */
  readonly step: number
  readonly baseline: string
  /** One, or many where several are compared; shares of 0 to 1, together at most 1. */
  readonly candidates: readonly CandidateShare[]
  /** What all candidates of a test had when it began, in its order: by that they are laid out, so that nobody of the others moves when one is left out. */
  readonly places?: readonly CandidateShare[] | undefined
  /**
   * What candidates had that were left out is dealt out to all others, the baseline too, in proportion to their shares; those of the
   * others stay where they are.
   */
  readonly isNarrowed?: boolean | undefined
  /** Candidates get copies; clients get the baseline. */
  readonly isShadow: boolean
  /** How much of what the baseline answers is copied, from 0 to 1. */
  readonly shadowShare: number
  /** Nano-dollars that one process may spend on copies in this step; without a bound where it is left out. */
  readonly shadowNanoUsd?: number | undefined
  readonly sticky: StickyKind
  /** The rollout's id: the same user falls on the same side in all steps. */
  readonly salt: string
  /** Evidence that a process acts upon at once; without it none is gathered. */
  readonly fastPath?: FastPath | undefined
}

export interface CandidateShare {
  readonly release: string
  readonly share: number
}

export interface FastPath {
  /** The chance, at most, that one process stops a candidate in one step although it is within its margins. */
  readonly alpha: number
  /** By how much more of the candidate's requests may fail than of the baseline's, from 0 to 1. */
  readonly errorMargin: number
  /** The same for requests on which a policy has acted; not looked at where it is left out. */
  readonly guardMargin?: number | undefined
}

export type BurstReason = 'errors' | 'guard-alarms' | 'target-down'

/** A process has stopped sending to a candidate. */
export interface Burst {
  readonly service: string
  readonly revision: number
  readonly rollout: string
  readonly step: number
  readonly candidate: string
  readonly reason: BurstReason
  /** In words, for people. */
  readonly explanation: string
  readonly evidence: Readonly<Record<string, number | string>>
  readonly atMs: number
}

/** Supplied from outside. Memory only. */
export interface Traffic {
  of(service: string): ServiceTraffic | undefined
  /** Told once of each candidate that this process has stopped sending to; must neither block nor throw. */
  onBurst(burst: Burst): void
}
