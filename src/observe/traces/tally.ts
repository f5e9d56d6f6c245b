import { DurationSketch } from './duration-sketch.ts'
import { totalInputTokens, totalOutputTokens } from '../../foundation/config/index.ts'
import type { Inference } from './inference.ts'

/** What is counted of a number of inferences. */
export class Tally {
  requests = 0
  errors = 0
  aborted = 0
  /** All prompt tokens, cached ones included; all answer tokens, reasoning included. */
  inputTokens = 0
  outputTokens = 0
  pricedRequests = 0
  /** Inferences that used an upstream for which no price is known. */
  unpricedRequests = 0
  costNanoUsd = 0
  /** Durations of successful inferences: failures are often quick and would flatter the percentiles. */
  readonly latency = new DurationSketch()
  readonly ttft = new DurationSketch()

  add(inference: Inference): void {
    const { usage, outcome, costNanoUsd } = inference
    this.requests += 1
    if (outcome === 'error') this.errors += 1
    if (outcome === 'aborted') this.aborted += 1
    if (usage) {
      this.inputTokens += totalInputTokens(usage)
      this.outputTokens += totalOutputTokens(usage)
    }
    if (costNanoUsd !== undefined) {
      this.pricedRequests += 1
      this.costNanoUsd += costNanoUsd
    } else if (usage !== undefined || outcome === 'ok') {
      this.unpricedRequests += 1
    }
    if (outcome === 'ok') {
      this.latency.add(inference.latencyMs)
      if (inference.timeToFirstTokenMs !== undefined) this.ttft.add(inference.timeToFirstTokenMs)
    }
  }

  addTally(other: Tally): void {
    this.requests += other.requests
    this.errors += other.errors
    this.aborted += other.aborted
    this.inputTokens += other.inputTokens
    this.outputTokens += other.outputTokens
    this.pricedRequests += other.pricedRequests
    this.unpricedRequests += other.unpricedRequests
    this.costNanoUsd += other.costNanoUsd
    this.latency.addSketch(other.latency)
    this.ttft.addSketch(other.ttft)
  }

  addStored(stored: StoredTally): void {
    this.requests += stored.requests
    this.errors += stored.errors
    this.aborted += stored.aborted
    this.inputTokens += stored.input_tokens
    this.outputTokens += stored.output_tokens
    this.pricedRequests += stored.priced_requests
    this.unpricedRequests += stored.unpriced_requests
    this.costNanoUsd += stored.cost_nano_usd
    this.latency.addEncoded(stored.latency)
    this.ttft.addEncoded(stored.ttft)
  }
}

/** A tally as its row has it, its sketches encoded. */
export interface StoredTally {
  readonly requests: number
  readonly errors: number
  readonly aborted: number
  readonly input_tokens: number
  readonly output_tokens: number
  readonly priced_requests: number
  readonly unpriced_requests: number
  readonly cost_nano_usd: number
  readonly latency: Uint8Array
  readonly ttft: Uint8Array
}
