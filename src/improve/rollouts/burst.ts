/** What made a process stop sending to a candidate at once. */
export interface Burst {
  readonly service: string
  readonly rollout: string
  readonly step: number
  /** The release. */
  readonly candidate: string
  readonly reason: string
  /** In words, for people. */
  readonly explanation: string
  readonly evidence: Readonly<Record<string, number | string>>
  readonly atMs: number
  /** The process, for people. */
  readonly seenBy: string
}
