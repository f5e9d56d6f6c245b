import { readdirSync, readFileSync } from 'node:fs'
import { adminKey, type Replica } from './processes.ts'

/** How one replica is doing. Memory in MiB. */
export interface Sample {
  readonly atSeconds: number
  readonly residentMb: number
  readonly heapMb: number
  /** What the caches hold by their own account: answers and stored responses. They fill up to a bound. */
  readonly cachedMb: number
  readonly descriptors: number
  readonly threads: number
  readonly eventLoopLagMs: number
  readonly inFlight: number
  readonly tracesQueued: number
  readonly ledgerWaiting: number
  readonly waitingForTargets: number
}

export async function sample(replica: Replica, atSeconds: number): Promise<Sample> {
  const status = readFileSync(`/proc/${replica.pid}/status`, 'utf8')
  const ofStatus = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  const metrics = await readMetrics(replica.url)
  return {
    atSeconds: Math.round(atSeconds),
    residentMb: rounded(ofStatus('VmRSS') / 1_024),
    heapMb: rounded(metrics('process_heap_used_bytes') / 1_048_576),
    cachedMb: rounded((metrics('slipway_cache_bytes') + metrics('slipway_responses_held_bytes')) / 1_048_576),
    descriptors: readdirSync(`/proc/${replica.pid}/fd`).length,
    threads: ofStatus('Threads'),
    eventLoopLagMs: rounded(metrics('slipway_event_loop_lag_seconds') * 1_000),
    inFlight: metrics('slipway_inferences_in_flight'),
    tracesQueued: metrics('slipway_traces_queue_length'),
    ledgerWaiting: metrics('slipway_ledger_waiting'),
    waitingForTargets: metrics('slipway_queue_length'),
  }
}

/** Reads a metric of a replica by its name, summed over its labels; 0 where it has not been set. */
export async function readMetrics(url: string): Promise<(name: string) => number> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${adminKey}` } })
  const text = await response.text()
  if (!response.ok) throw new Error(`no metrics: ${response.status} ${text}`)
  return name =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    )
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
