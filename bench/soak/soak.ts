import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger, startEmbeddedPostgres } from '../../src/foundation/platform/index.ts'
import { compareRows, type Rows } from './compare-rows.ts'
import { configuration } from './configuration.ts'
import { type Crowd, startCrowd } from './crowd.ts'
import { fitLine, type Line } from './fit-line.ts'
import {
  adminKey,
  createTenantKey,
  type Replica,
  startReplica,
  startUpstream,
  stopProcess,
} from './processes.ts'
import { readMetrics, sample, type Sample } from './sample.ts'

export interface SoakOptions {
  readonly replicas: number
  readonly clients: number
  readonly requestsPerSecond: number
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly sampleSeconds: number
  readonly reloadSeconds: number
  /** How long it rests in the end before it is looked at: its memory comes back by and by. */
  readonly restSeconds: number
  readonly seed: number
  readonly log: (text: string) => void
}

export interface SoakResult {
  readonly options: Omit<SoakOptions, 'log'>
  readonly seconds: number
  readonly requests: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly reloads: number
  /** Of each replica, after the warm-up: what grows, per hour, with half of its 95 % interval. */
  readonly growth: readonly Growth[]
  readonly rows: Rows
  /** Rows that were given up because Postgres could not take them in time; they are counted, not hidden. */
  readonly countedLosses: number
  /** When everybody has left: nothing may be under way, held, or taken out. */
  readonly idle: Idle
  readonly faults: readonly string[]
  readonly samples: readonly (readonly Sample[])[]
}

interface Growth {
  readonly residentMbPerHour: Line
  readonly heapMbPerHour: Line
  /** Of what the caches hold by their own account, and of what remains of the resident memory without it. */
  readonly cachedMbPerHour: Line
  readonly uncachedMbPerHour: Line
  readonly descriptorsPerHour: Line
  readonly mostDescriptors: number
  readonly mostThreads: number
  readonly worstLagMs: number
}

interface Idle {
  readonly inFlight: number
  readonly ledgerWaiting: number
  readonly openBreakers: number
  readonly samples: readonly Sample[]
}

/** The real product, several replicas on one Postgres, under mixed load for as long as is asked. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { log } = options
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-soak-'))
  const postgres = await startEmbeddedPostgres({
    dataDirectory: path.join(folder, 'postgres'),
    logger: createLogger({ level: 'silent' }),
    settings: { max_connections: 40 + 40 * options.replicas },
  })
  const upstream = await startUpstream()
  const replicas: Replica[] = []
  let crowd: Crowd | undefined
  try {
    const configFile = path.join(folder, 'slipway.yaml')
    writeFileSync(configFile, configuration(upstream.line, 0))
    for (let index = 0; index < options.replicas; index += 1) {
      const dataDirectory = path.join(folder, `replica-${index}`)
      replicas.push(await startReplica({ dataDirectory, configFile, databaseUrl: postgres.url }))
    }
    const firstUrl = replicas[0]?.url ?? ''
    const keys = {
      crowd: await createTenantKey(firstUrl, 'crowd'),
      tight: await createTenantKey(firstUrl, 'tight'),
    }
    await sleep(1_000)
    log(`${replicas.length} replicas are ready: ${replicas.map(({ pid }) => pid).join(', ')}`)

    const startedAt = performance.now()
    const secondsNow = (): number => (performance.now() - startedAt) / 1_000
    crowd = startCrowd({ ...options, replicas, keys })
    const samples: Sample[][] = replicas.map(() => [])
    let reloads = 0
    // a machine that is busy with others takes few samples in a short run, and a line needs some
    const isEnough = (): boolean =>
      secondsNow() >= options.seconds &&
      (samples[0] ?? []).filter(({ atSeconds }) => atSeconds > options.warmUpSeconds).length >= 5
    while (!isEnough()) {
      await sleep(options.sampleSeconds * 1_000)
      for (const [index, replica] of replicas.entries())
        samples[index]?.push(await sample(replica, secondsNow()))
      if (secondsNow() > (reloads + 1) * options.reloadSeconds) {
        reloads += 1
        writeFileSync(configFile, configuration(upstream.line, reloads))
        log(describe(samples, secondsNow(), crowd))
      }
    }
    const seconds = Math.round(secondsNow())
    crowd.stop()
    await crowd.ended
    upstream.child.stdin?.write('calm\n')
    log('the crowd is gone')
    const idle = await settle(replicas, {
      key: keys.crowd,
      secondsNow,
      restSeconds: options.restSeconds,
      leased: async () => (await compareRows(postgres.url, [])).leased,
    })
    let losses = 0
    for (const { url } of replicas) losses += (await readMetrics(url))('slipway_traces_lost_total')
    const rows = await compareRows(postgres.url, crowd.seen)
    const { log: _, ...given } = options
    return {
      options: given,
      seconds,
      requests: Object.values(crowd.outcomes).reduce((sum, count) => sum + count, 0),
      outcomes: crowd.outcomes,
      reloads,
      growth: samples.map(own => growthOf(own.filter(({ atSeconds }) => atSeconds > options.warmUpSeconds))),
      rows,
      countedLosses: losses,
      idle,
      faults: replicas.flatMap(({ faults }) => faults),
      samples,
    }
  } finally {
    crowd?.stop()
    await Promise.all(replicas.map(({ child }) => stopProcess(child)))
    upstream.child.stdin?.end()
    await stopProcess(upstream.child)
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Asks until every breaker has closed, then waits until nothing is held any more; half a minute each at most. */
async function settle(
  replicas: readonly Replica[],
  {
    key,
    secondsNow,
    restSeconds,
    leased,
  }: {
    readonly key: string
    readonly secondsNow: () => number
    readonly restSeconds: number
    readonly leased: () => Promise<number>
  },
): Promise<Idle> {
  let until = performance.now() + 30_000
  let openBreakers = Infinity
  while (openBreakers > 0 && performance.now() < until) {
    openBreakers = 0
    for (const { url } of replicas) {
      for (const model of ['moody', 'moody-claude']) await askOnce(url, key, model)
      openBreakers += await countOpenBreakers(url)
    }
    await sleep(500)
  }
  const look = () => Promise.all(replicas.map(replica => sample(replica, secondsNow())))
  const isHeld = ({ inFlight, ledgerWaiting, tracesQueued }: Sample) =>
    inFlight + ledgerWaiting + tracesQueued > 0
  until = performance.now() + 30_000
  while (((await look()).some(isHeld) || (await leased()) > 0) && performance.now() < until) await sleep(500)
  await sleep(restSeconds * 1_000)
  const samples = await look()
  return {
    inFlight: samples.reduce((sum, { inFlight }) => sum + inFlight, 0),
    ledgerWaiting: samples.reduce((sum, { ledgerWaiting }) => sum + ledgerWaiting, 0),
    openBreakers,
    samples,
  }
}

async function askOnce(url: string, key: string, model: string): Promise<void> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Are you well again?' }] }),
  })
  await response.arrayBuffer()
}

async function countOpenBreakers(url: string): Promise<number> {
  const response = await fetch(`${url}/api/services`, { headers: { authorization: `Bearer ${adminKey}` } })
  const { data } = (await response.json()) as {
    data: { name: string; releases: { targets: { state: string }[] }[] }[]
  }
  return data
    .flatMap(({ releases }) => releases.flatMap(({ targets }) => targets))
    .filter(({ state }) => state !== 'closed' && state !== 'unknown').length
}

function growthOf(samples: readonly Sample[]): Growth {
  const perHour = (read: (sample: Sample) => number): Line => {
    const minutes = Map.groupBy(samples, ({ atSeconds }) => Math.floor(atSeconds / minuteOf(samples)))
    const points = [...minutes.values()].map(
      own => [mean(own.map(({ atSeconds }) => atSeconds / 3_600)), mean(own.map(read))] as const,
    )
    return fitLine(points)
  }
  return {
    residentMbPerHour: perHour(({ residentMb }) => residentMb),
    heapMbPerHour: perHour(({ heapMb }) => heapMb),
    cachedMbPerHour: perHour(({ cachedMb }) => cachedMb),
    uncachedMbPerHour: perHour(({ residentMb, cachedMb }) => residentMb - cachedMb),
    descriptorsPerHour: perHour(({ descriptors }) => descriptors),
    mostDescriptors: Math.max(...samples.map(({ descriptors }) => descriptors)),
    mostThreads: Math.max(...samples.map(({ threads }) => threads)),
    worstLagMs: Math.max(...samples.map(({ eventLoopLagMs }) => eventLoopLagMs)),
  }
}

/** Averages over a minute, or over less where the run was short. */
function minuteOf(samples: readonly Sample[]): number {
  const span = (samples.at(-1)?.atSeconds ?? 0) - (samples[0]?.atSeconds ?? 0)
  return Math.min(60, Math.max(1, span / 10))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function describe(samples: readonly (readonly Sample[])[], seconds: number, { outcomes }: Crowd): string {
  const now = samples.map(own => own.at(-1))
  const total = Object.values(outcomes).reduce((sum, count) => sum + count, 0)
  const each = now.map(last => `${last?.residentMb} MiB, ${last?.descriptors} descriptors`)
  return `${Math.round(seconds)} s: ${total} requests; ${each.join('; ')}`
}
