import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { createLogger, startEmbeddedPostgres } from '../../src/foundation/platform/index.ts'

export interface DrillOptions {
  readonly replicas: number
  readonly clients: number
  readonly seconds: number
  /** The hard budget of the tenant for the month; meant to be used up before the end. */
  readonly budgetUsd: number
  readonly seed: number
  readonly log: (text: string) => void
}

export interface DrillResult {
  readonly options: Omit<DrillOptions, 'log'>
  readonly requests: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly kills: { readonly replicas: number; readonly postgres: number }
  /** Entries of which the upstream told what they used, and how many of them differ from the truth by a nano-dollar or more. */
  readonly exactEntries: number
  readonly wrongEntries: number
  /** Requests that have cost something and are in no entry. */
  readonly missingRequests: number
  readonly exactNanoUsd: number
  readonly exactTruthNanoUsd: number
  /** Entries that are guesses, with what they guess and what was true. */
  readonly estimates: number
  readonly interrupted: number
  readonly estimatedNanoUsd: number
  readonly estimatedTruthNanoUsd: number
  /** Guesses that were below the truth. */
  readonly underestimates: number
  readonly budgetNanoUsd: number
  readonly spentNanoUsd: number
  readonly truthNanoUsd: number
  readonly overspentNanoUsd: number
  readonly refusedForBudget: number
}

const root = path.join(import.meta.dirname, '../..')
const adminKey = 'sk-slip-money-drill-admin-key'
const [inputNanoUsd, outputNanoUsd] = [1_250, 10_000]
const mostTokens = 60

export async function drill(options: DrillOptions): Promise<DrillResult> {
  const { log, seconds } = options
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-money-'))
  const children = new Set<ChildProcess>()
  const logger = createLogger({ level: 'silent' })
  const postgres = await startEmbeddedPostgres({
    dataDirectory: path.join(folder, 'postgres'),
    logger,
    settings: { max_connections: 40 + 40 * options.replicas },
  })
  try {
    const upstream = await startUpstream(children, options.seed)
    const configFile = path.join(folder, 'slipway.yaml')
    writeFileSync(configFile, configuration(upstream, options.budgetUsd))
    // as whatever supervises it would: Postgres may be away just then
    const start = async (index: number): Promise<Replica> => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await startReplica(children, { folder, configFile, databaseUrl: postgres.url, index })
        } catch (error) {
          if (attempt === 20) throw error
          await sleep(500)
        }
      }
    }
    const replicas = [await start(0)]
    for (let index = 1; index < options.replicas; index += 1) replicas.push(await start(index))
    const key = await createTenantKey(replicas[0]?.url ?? '')
    log(`${replicas.length} replicas are ready`)

    const random = randomFrom(options.seed)
    const endsAt = performance.now() + seconds * 1_000
    const outcomes: Record<string, number> = {}
    const kills = { replicas: 0, postgres: 0 }
    const crowd = Array.from({ length: options.clients }, () =>
      runClient({ replicas, key, endsAt, random: randomFrom(Math.floor(random() * 1e9)), outcomes }),
    )
    for (let round = 0; performance.now() < endsAt - 8_000; round += 1) {
      await sleep(3_000 + random() * 3_000)
      if (round % 3 === 2) {
        const pid = await postgres.pid()
        log(`killing Postgres (${pid})`)
        if (pid !== undefined) process.kill(pid, 'SIGKILL')
        kills.postgres += 1
      } else {
        const index = Math.floor(random() * replicas.length)
        log(`killing replica ${index}`)
        replicas[index]?.child.kill('SIGKILL')
        kills.replicas += 1
        await sleep(random() * 500)
        replicas[index] = await start(index)
      }
    }
    await Promise.all(crowd)
    log('the crowd is gone; ending in order')
    // what a provider makes for nobody it makes to the end
    await sleep(2_000)
    for (const { child } of replicas) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    const truth = (await (await fetch(upstream)).json()) as Record<string, Truth>
    return await compare(postgres.url, truth, options, { outcomes, kills })
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Replica {
  readonly child: ChildProcess
  readonly url: string
}

interface Truth {
  readonly input: number
  readonly output: number
  readonly calls: number
}

function configuration(upstream: string, budgetUsd: number): string {
  return `
providers:
  honest: { kind: openai-compatible, baseUrl: "${upstream}/v1" }
services:
  drill:
    timeoutMs: 5000
    retries: { attempts: 2, budgetPercent: 50 }
    releases: { v1: { target: { provider: honest, model: honest-1, timeouts: { firstTokenMs: 1000 } } } }
tenants:
  crowd:
    limits: [{ requests: 1000000, per: hour }, { tokens: 1000000000, per: day }]
    budgets: [{ usd: ${budgetUsd}, per: month, kind: hard }]
prices:
  - { provider: honest, from: 2026-01-01, usdPerMillionTokens: { input: 1.25, output: 10 } }
`
}

async function startUpstream(children: Set<ChildProcess>, seed: number): Promise<string> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'honest-upstream.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, SEED: String(seed) },
  })
  children.add(child)
  for await (const line of createInterface({ input: child.stdout })) {
    return `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`
  }
  throw new Error('the upstream did not start')
}

async function startReplica(
  children: Set<ChildProcess>,
  options: { folder: string; configFile: string; databaseUrl: string; index: number },
): Promise<Replica> {
  const child = spawn(process.execPath, [path.join(root, 'src/main.ts')], {
    cwd: root,
    stdio: ['ignore', 'pipe', process.env['DRILL_DEBUG'] ? 'inherit' : 'ignore'],
    env: {
      ...process.env,
      BUN_CONFIG_MAX_HTTP_REQUESTS: '65336',
      SLIPWAY_PORT: '0',
      // the same folder each time: what a killed replica left there is found again
      SLIPWAY_DATA: path.join(options.folder, `replica-${options.index}`),
      SLIPWAY_CONFIG: options.configFile,
      SLIPWAY_ADMIN_KEY: adminKey,
      DATABASE_URL: options.databaseUrl,
      SLIPWAY_OBJECT_STORE: path.join(options.folder, 'objects'),
      SLIPWAY_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    },
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  const lines = createInterface({ input: child.stdout })
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', line => {
      const { msg, url: found } = JSON.parse(line) as { msg?: string; url?: string }
      if (msg === 'ready' && found) resolve(found)
    })
    child.once('exit', status => reject(new Error(`a replica ended with ${status} before it was ready`)))
  })
  return { child, url }
}

async function createTenantKey(url: string): Promise<string> {
  const response = await fetch(`${url}/api/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'crowd', role: 'service', tenant: 'crowd' }),
  })
  if (!response.ok) throw new Error(`no key: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { secret: string }).secret
}

/** Asks one thing after the other of whichever replica, streamed or not, and leaves in the middle now and then. */
async function runClient(options: {
  readonly replicas: readonly Replica[]
  readonly key: string
  readonly endsAt: number
  readonly random: () => number
  readonly outcomes: Record<string, number>
}): Promise<void> {
  const { replicas, key, endsAt, random, outcomes } = options
  const count = (outcome: string): void => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  while (performance.now() < endsAt) {
    const { url = '' } = replicas[Math.floor(random() * replicas.length)] ?? {}
    const abort = new AbortController()
    const timer = random() < 0.15 ? setTimeout(() => abort.abort(), random() * 200) : undefined
    const isStream = random() < 0.6
    try {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'x-request-id': crypto.randomUUID(),
        },
        body: JSON.stringify({
          model: 'drill',
          stream: isStream,
          max_completion_tokens: mostTokens,
          messages: [{ role: 'user', content: 'How much is it? '.repeat(1 + Math.floor(random() * 20)) }],
        }),
        signal: abort.signal,
      })
      const text = await response.text()
      const code = /"code":"(\w+)"/.exec(text)?.[1]
      count(
        response.ok
          ? code === undefined
            ? 'ok'
            : 'broken stream'
          : `${response.status} ${code ?? ''}`.trim(),
      )
      // the budget is used up: a client that goes on all the same asks less often
      if (response.status >= 400) await sleep(code === 'insufficient_quota' ? 100 + random() * 400 : 20)
    } catch {
      count(abort.signal.aborted ? 'client left' : 'connection lost')
      await sleep(50)
    }
    clearTimeout(timer)
  }
}

async function compare(
  databaseUrl: string,
  truth: Readonly<Record<string, Truth>>,
  options: DrillOptions,
  seen: Pick<DrillResult, 'outcomes' | 'kills'>,
): Promise<DrillResult> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  const { rows } = await client.query<{
    request_id: string
    cost: string | null
    is_estimate: boolean
    is_interrupted: boolean
  }>('SELECT request_id, cost_nano_usd AS cost, is_estimate, is_interrupted FROM ledger_entries')
  const { rows: windows } = await client.query<{ spent: string }>(
    `SELECT spent FROM admission_windows WHERE name LIKE 'tenant:crowd/usd/%'`,
  )
  await client.end()

  const costOf = ({ input, output }: Truth): number => input * inputNanoUsd + output * outputNanoUsd
  const byRequest = new Map<string, { cost: number; isEstimate: boolean; isInterrupted: boolean }>()
  for (const row of rows) {
    const before = byRequest.get(row.request_id)
    byRequest.set(row.request_id, {
      cost: (before?.cost ?? 0) + Number(row.cost ?? 0),
      isEstimate: (before?.isEstimate ?? false) || row.is_estimate,
      isInterrupted: (before?.isInterrupted ?? false) || row.is_interrupted,
    })
  }
  const sums = { exact: 0, exactTruth: 0, estimated: 0, estimatedTruth: 0, truth: 0 }
  let [exactEntries, wrongEntries, estimates, interrupted, underestimates] = [0, 0, 0, 0, 0]
  for (const [id, entry] of byRequest) {
    const owed = truth[id] ? costOf(truth[id]) : 0
    if (entry.isEstimate) {
      estimates += 1
      if (entry.isInterrupted) interrupted += 1
      if (entry.cost < owed) underestimates += 1
      sums.estimated += entry.cost
      sums.estimatedTruth += owed
    } else {
      exactEntries += 1
      if (entry.cost !== owed) wrongEntries += 1
      sums.exact += entry.cost
      sums.exactTruth += owed
    }
  }
  let missingRequests = 0
  for (const [id, owed] of Object.entries(truth)) {
    sums.truth += costOf(owed)
    if (!byRequest.has(id)) missingRequests += 1
  }
  const { log: _, ...given } = options
  const budgetNanoUsd = Math.round(options.budgetUsd * 1e9)
  return {
    options: given,
    requests: Object.values(seen.outcomes).reduce((sum, count) => sum + count, 0),
    ...seen,
    exactEntries,
    wrongEntries,
    missingRequests,
    exactNanoUsd: sums.exact,
    exactTruthNanoUsd: sums.exactTruth,
    estimates,
    interrupted,
    estimatedNanoUsd: sums.estimated,
    estimatedTruthNanoUsd: sums.estimatedTruth,
    underestimates,
    budgetNanoUsd,
    spentNanoUsd: windows.reduce((sum, { spent }) => sum + Number(spent), 0),
    truthNanoUsd: sums.truth,
    overspentNanoUsd: Math.max(0, sums.truth - budgetNanoUsd),
    refusedForBudget: Object.entries(seen.outcomes)
      .filter(([outcome]) => outcome.includes('insufficient_quota'))
      .reduce((sum, [, count]) => sum + count, 0),
  }
}

function randomFrom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}
