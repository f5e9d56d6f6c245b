/** What an order looks at of a request that waits. */
export interface Work {
  readonly tenant: string
  readonly weight: number
  readonly inputTokens: number
  readonly expectedOutputTokens: number
  /** Hashes of the blocks that its prompt begins with, each covering all before it. */
  readonly prefix: readonly number[]
}

export interface Standing {
  readonly tenant: string
  readonly weight: number
  /** What the order goes by, in service units over weight: see the order. */
  readonly counter: number
}

/**
 * Decides whose turn it is. Pure: no clock, no I/O. Service is counted in units: one for a token of the prompt, two
 * for a token of the answer, since an answer is made token by token (weights of arXiv 2401.00588, section 3.1).
 */
export interface ServiceOrder<Item extends Work> {
  readonly length: number
  /** Units that wait. */
  readonly cost: number
  add(item: Item): void
  /** It waits no longer and was not served. */
  remove(item: Item): void
  /** Whose turn it is; the same until something changes. */
  next(): Item | undefined
  /** Whose turn it is among the tenants that `may` go before their turn and would lead by `mostUnits` at most. */
  nextAhead(mostUnits: number, may: (tenant: string) => boolean): Item | undefined
  /** Units that a tenant has had before its turn, if it went now; 0 where it is its turn. */
  lead(tenant: string): number
  /**
   * It goes out: charges its tenant what it is expected to use. The answer is the share of its prompt that was
   * charged, below 1 where the target is taken to hold the beginning already.
   */
  dispatch(item: Item): number
  /** Charges what it used beyond what was expected, or gives back what it did not. */
  charge(tenant: string, units: number): void
  /** Units that would be served before a request that this tenant added now. */
  ahead(tenant: string, weight: number): number
  /** The newest request of whoever has most waiting for its weight; what is given up where the queue is full. */
  mostDispensable(): Item | undefined
  waiting(): Iterable<Item>
  /** Oldest first. */
  waitingOf(tenant: string): ReadonlySet<Item>
  standings(): Standing[]
}

export const outputUnits = 2

/** Units that a request is expected to use. */
export function costOf(work: Work, inputShare = 1): number {
  return work.inputTokens * inputShare + work.expectedOutputTokens * outputUnits
}
