/**
 * The product between two tenants and an engine of the model: each mode starts it anew, over HTTP and in real time.
 *
 *   bun bench/fairness/run.ts [--traces FOLDER] [--seconds 60] [--load 0.3] [--shrink 4] [--json FILE]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { startProduct } from '../../test/product.ts'
import { shapes } from './engine-model.ts'
import { percentile } from './percentile.ts'
import { multiplied, paced, readTrace, type TraceRow } from './trace.ts'

const { values: options } = parseArgs({
  options: {
    traces: { type: 'string', default: process.env['SLIPWAY_TRACES'] },
    seconds: { type: 'string', default: '60' },
    load: { type: 'string', default: '0.3' },
    shrink: { type: 'string', default: '4' },
    json: { type: 'string' },
  },
})
// Bun lets 256 requests out at once, and a flood without a queue has more waiting
if (process.env['BUN_CONFIG_MAX_HTTP_REQUESTS'] === undefined) {
  const again = spawn(process.execPath, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: '65336' },
  })
  const [status] = await once(again, 'exit')
  process.exit(Number(status ?? 1))
}
const seconds = Number(options.seconds)
const shape = shapes.small
/** What the model carries of this trace, found by the simulation. */
const unitsPerSecond = 5_154
const load = Number(options.load)
/** Prompts and answers are this many times shorter than in the trace, so that as many more fit into the time. */
const shrink = Number(options.shrink)

interface Outcome {
  readonly tenant: string
  readonly startedAt: number
  firstTokenMs: number | undefined
}

const rows = readTrace('conversation', options.traces).map(row => ({
  ...row,
  inputTokens: Math.ceil(row.inputTokens / shrink),
  outputTokens: Math.ceil(row.outputTokens / shrink),
}))
const middle = Math.floor(rows.length / 2)
const victim = paced(rows.slice(0, middle), unitsPerSecond * load)
const flood = multiplied(
  paced(
    rows.slice(middle).map(row => ({ ...row, atMs: row.atMs - (rows[middle]?.atMs ?? 0) })),
    unitsPerSecond * load,
  ),
  10,
)
const results = []
for (const mode of ['alone', 'off', 'fifo', 'vtc'] as const) {
  process.stderr.write(`${new Date().toISOString()} ${mode} …\n`)
  results.push(await play(mode))
}
for (const result of results) process.stdout.write(`${JSON.stringify(result)}\n`)
if (options.json)
  writeFileSync(options.json, `${JSON.stringify({ seconds, load, shrink, results }, null, 1)}\n`)
process.exit(0)

async function play(mode: 'alone' | 'off' | 'fifo' | 'vtc'): Promise<object> {
  const engine = await startEngine()
  const fairness = mode === 'fifo' ? 'fifo' : 'vtc'
  const capacity =
    mode === 'off'
      ? ''
      : `, capacity: { inFlightRequests: ${shape.slots}, inFlightTokens: ${shape.memoryTokens}, inFlightPromptTokens: ${2 * shape.chunkTokens}, maxQueueMs: 600000, maxQueued: 100000, fairness: ${fairness} }`
  const product = await startProduct({
    database: 'embedded',
    config: `
providers: { engine: { kind: openai-compatible, baseUrl: '${engine.url}/v1'${capacity} } }
services: { chat: { releases: { v1: { target: { provider: engine, model: mock } } } } }
tenants: { victim: {}, flood: {} }
`,
  })
  try {
    const keys = {
      victim: await createKey(product.url, product.adminKey, 'victim'),
      flood: await createKey(product.url, product.adminKey, 'flood'),
    }
    const clients = mode === 'alone' ? { victim } : { victim, flood }
    const outcomes: Outcome[] = []
    const end = new AbortController()
    const startedAt = performance.now()
    const pending = Object.entries(clients)
      .flatMap(([tenant, own]) => own.map(row => ({ tenant: tenant as keyof typeof keys, row })))
      .filter(({ row }) => row.atMs < seconds * 1_000)
      .toSorted((one, other) => one.row.atMs - other.row.atMs)
    for (const { tenant, row } of pending) {
      const waitMs = row.atMs - (performance.now() - startedAt)
      if (waitMs > 0) await Bun.sleep(waitMs)
      const outcome: Outcome = { tenant, startedAt: performance.now(), firstTokenMs: undefined }
      outcomes.push(outcome)
      void call(product.url, keys[tenant], outcome, row, end.signal)
    }
    const restMs = seconds * 1_000 - (performance.now() - startedAt)
    if (restMs > 0) await Bun.sleep(restMs)
    const figures = (await (await fetch(`${engine.url}/figures`)).json()) as Figures
    const queues: unknown = await (
      await fetch(`${product.url}/api/queues`, { headers: { authorization: `Bearer ${product.adminKey}` } })
    ).json()
    const endedAt = performance.now()
    const own = outcomes.filter(({ tenant }) => tenant === 'victim')
    // who had no answer by the end counts with what it had waited
    const mine = own.map(one => one.firstTokenMs ?? endedAt - one.startedAt)
    end.abort()
    return {
      mode,
      victimRequests: mine.length,
      victimUnanswered: own.filter(({ firstTokenMs }) => firstTokenMs === undefined).length,
      firstTokenP50Ms: percentile(mine, 0.5),
      firstTokenP90Ms: percentile(mine, 0.9),
      firstTokenP99Ms: percentile(mine, 0.99),
      engineUnitsPerSecond: Math.round((figures.promptTokens + 2 * figures.outputTokens) / seconds),
      queues: mode === 'vtc' ? queues : undefined,
    }
  } finally {
    await product.stop()
    engine.child.kill('SIGTERM')
  }
}

interface Figures {
  readonly promptTokens: number
  readonly outputTokens: number
}

async function call(
  url: string,
  key: string,
  outcome: Outcome,
  row: TraceRow,
  signal: AbortSignal,
): Promise<void> {
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      signal,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'chat',
        stream: true,
        max_tokens: row.outputTokens,
        messages: [{ role: 'user', content: 'word'.repeat(row.inputTokens) }],
      }),
    })
    if (!response.ok) return
    for await (const _ of response.body ?? []) outcome.firstTokenMs ??= performance.now() - outcome.startedAt
  } catch {
    // aborted at the end
  }
}

async function createKey(url: string, adminKey: string, tenant: string): Promise<string> {
  const response = await fetch(`${url}/api/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: tenant, role: 'service', tenant }),
  })
  if (!response.ok) throw new Error(await response.text())
  return ((await response.json()) as { secret: string }).secret
}

async function startEngine(): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'mock-engine.ts'), 'small'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise<number>(resolve =>
    child.stdout.once('data', (bytes: Buffer) =>
      resolve((JSON.parse(bytes.toString()) as { port: number }).port),
    ),
  )
  return { url: `http://127.0.0.1:${port}`, child }
}
