export interface BacklogOptions<Item> {
  /** What it may hold; what comes after that is lost. */
  readonly maxItems: number
  readonly maxBytes: number
  /** What `send` is given at most; one item of any size always goes. */
  readonly batchItems: number
  readonly batchBytes: number
  /** How long an item waits for company before it is sent. */
  readonly intervalMs: number
  /** Takes a batch. Throwing means *not now*: the same items come again, perhaps with more behind them. */
  readonly send: (batch: readonly Item[]) => Promise<void>
  readonly onLost: (cause: 'queue_full' | 'stopped' | 'shutdown', count: number) => void
  /** `send` threw for the `attempt`-th time in a row; the next try is after `delayMs`. */
  readonly onRetry: (error: unknown, attempt: number, delayMs: number) => void
}

const firstDelayMs = 100
const longestDelayMs = 5_000

/**
 * Holds items in memory until `send` has taken them: bounded by number and by bytes, sent in batches in the
 * order they came, kept and tried again with backoff while `send` throws. Adding is O(1) and never throws.
 */
export class Backlog<Item> {
  readonly #options: BacklogOptions<Item>
  #items: (Item | undefined)[] = []
  #sizes: number[] = []
  /** Where the oldest item is; what lies before it has been sent. */
  #head = 0
  #bytes = 0
  #addedCount = 0
  #settledCount = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Whether the timer runs only to leave the caller's turn. */
  #isUrgent = false
  #isSending = false
  #isStopped = false
  #waiters: { readonly target: number; readonly resolve: () => void }[] = []
  #endPause: (() => void) | undefined

  constructor(options: BacklogOptions<Item>) {
    this.#options = options
  }

  get length(): number {
    return this.#items.length - this.#head
  }

  get bytes(): number {
    return this.#bytes
  }

  add(item: Item, bytes: number): void {
    const { maxItems, maxBytes, intervalMs, onLost } = this.#options
    if (this.#isStopped) return onLost('stopped', 1)
    if (this.length >= maxItems || this.#bytes + bytes > maxBytes) return onLost('queue_full', 1)
    this.#items.push(item)
    this.#sizes.push(bytes)
    this.#bytes += bytes
    this.#addedCount += 1
    if (this.#isSending) return
    if (this.#timer === undefined) this.#wake(intervalMs)
    else if (!this.#isUrgent && this.#isBatchFull()) this.#wake(0)
  }

  /**
   * Sends at once what is held now. Resolves with whether all of it has been taken within `timeoutMs`; what has
   * not stays held.
   */
  async flush(timeoutMs: number): Promise<boolean> {
    const target = this.#addedCount
    if (this.#settledCount >= target) return true
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiter = { target, resolve }
    this.#waiters.push(waiter)
    this.#endPause?.()
    if (!this.#isSending) this.#wake(0)
    const timer = setTimeout(resolve, timeoutMs)
    await promise
    clearTimeout(timer)
    this.#waiters = this.#waiters.filter(other => other !== waiter)
    return this.#settledCount >= target
  }

  /** Takes no more, sends what it can within `timeoutMs`, and gives up the rest. */
  async stop(timeoutMs: number): Promise<void> {
    this.#isStopped = true
    await this.flush(timeoutMs)
    clearTimeout(this.#timer)
    const rest = this.length
    this.#items = []
    this.#sizes = []
    this.#head = 0
    this.#bytes = 0
    if (rest > 0) this.#options.onLost('shutdown', rest)
    this.#endPause?.()
  }

  #wake(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#isUrgent = delayMs === 0
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#drain()
    }, delayMs)
  }

  async #drain(): Promise<void> {
    if (this.#isSending) return
    this.#isSending = true
    let attempt = 0
    // A short batch goes only when its time has come: else a trickle would make a transaction of every item.
    let isDue = true
    while (this.length > 0 && (isDue || this.#isFlushWanted() || this.#isBatchFull())) {
      const batch = this.#nextBatch()
      try {
        await this.#options.send(batch)
        attempt = 0
        isDue = false
        this.#remove(batch.length)
      } catch (error) {
        if (this.length === 0) break
        attempt += 1
        const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempt - 1, 10))
        const jitteredMs = delayMs * (0.75 + Math.random() / 2)
        this.#options.onRetry(error, attempt, jitteredMs)
        await this.#pause(jitteredMs)
        isDue = true
      }
    }
    this.#isSending = false
    if (this.length > 0 && this.#timer === undefined) this.#wake(this.#options.intervalMs)
  }

  #isBatchFull(): boolean {
    return this.length >= this.#options.batchItems || this.#bytes >= this.#options.batchBytes
  }

  #isFlushWanted(): boolean {
    return this.#waiters.some(waiter => waiter.target > this.#settledCount)
  }

  #nextBatch(): Item[] {
    const { batchItems, batchBytes } = this.#options
    const batch: Item[] = []
    let bytes = 0
    for (let index = this.#head; index < this.#items.length && batch.length < batchItems; index += 1) {
      bytes += this.#sizes[index] ?? 0
      if (batch.length > 0 && bytes > batchBytes) break
      batch.push(this.#items[index] as Item)
    }
    return batch
  }

  #remove(count: number): void {
    // `stop` may have emptied it while the last batch was under way.
    const end = Math.min(this.#head + count, this.#items.length)
    for (; this.#head < end; this.#head += 1) {
      this.#bytes -= this.#sizes[this.#head] ?? 0
      this.#items[this.#head] = undefined
    }
    if (this.#head === this.#items.length || this.#head > 4_096) {
      this.#items = this.#items.slice(this.#head)
      this.#sizes = this.#sizes.slice(this.#head)
      this.#head = 0
    }
    this.#settledCount += count
    for (const waiter of this.#waiters) if (waiter.target <= this.#settledCount) waiter.resolve()
  }

  async #pause(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, delayMs)
    this.#endPause = resolve
    await promise
    clearTimeout(timer)
    this.#endPause = undefined
  }
}
