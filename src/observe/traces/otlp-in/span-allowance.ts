/**
 * How many spans each tenant may still send this process: a bucket that fills by the minute. A request is let through
 * while anything is left, and may leave a debt, so that no batch is too large for ever.
 */
export class SpanAllowance {
  readonly #buckets = new Map<string, { left: number; at: number }>()

  /** Seconds to wait until the tenant may send again; 0 where it may now. */
  waitSeconds(tenant: string, perMinute: number, now: number): number {
    const bucket = this.#refill(tenant, perMinute, now)
    return bucket.left > 0 ? 0 : (1 - bucket.left) / (perMinute / 60)
  }

  take(tenant: string, perMinute: number, count: number, now: number): void {
    this.#refill(tenant, perMinute, now).left -= count
  }

  #refill(tenant: string, perMinute: number, now: number): { left: number; at: number } {
    let bucket = this.#buckets.get(tenant)
    if (!bucket) this.#buckets.set(tenant, (bucket = { left: perMinute, at: now }))
    bucket.left = Math.min(perMinute, bucket.left + ((now - bucket.at) / 60_000) * perMinute)
    bucket.at = now
    return bucket
  }
}
