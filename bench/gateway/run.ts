/**
 * Slipway beside a bare proxy on the same runtime and beside Portkey's gateway, all in one run, in shuffled rounds.
 *
 *   bun bench/gateway/run.ts [--rounds 3] [--seconds 6] [--json results.json]
 *
 * Everything is a process of its own: mock upstream, gateway, load generator. CPU is what the kernel accounted to
 * the gateway's process (for Slipway the server; Postgres is listed beside it), divided by the requests sent.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { cpus, tmpdir, totalmem } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { LoadResult } from './load-generator.ts'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
    json: { type: 'string' },
  },
})
const rounds = Number(options.rounds)
const seconds = Number(options.seconds)
const here = import.meta.dirname
const root = path.join(here, '../..')
const bun = process.execPath
const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK']).stdout.toString()) || 100
const children: ChildProcess[] = []
const data = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'))

interface Contender {
  readonly name: string
  readonly url: string
  readonly pid: number
  readonly headers: Record<string, string>
}

interface Load {
  readonly name: string
  readonly isStream: boolean
  /** Requests a second, low enough that the slowest contender keeps up. */
  readonly rate: number
  readonly body: string
}

interface Measurement extends LoadResult {
  readonly contender: string
  readonly load: string
  readonly round: number
  readonly cpuMicrosecondsPerRequest: number
  readonly residentMb: number
}

const message = (bytes: number): object[] => [
  { role: 'user', content: 'My lamp arrived broken. '.repeat(Math.ceil(bytes / 24)) },
]
const json = (bytes: number): string => JSON.stringify({ model: 'bench', messages: message(bytes) })
const loads: readonly Load[] = [
  { name: 'JSON, 1 KB prompt', isStream: false, rate: 300, body: json(1_000) },
  { name: 'JSON, 100 KB prompt', isStream: false, rate: 60, body: json(100_000) },
  {
    name: 'stream of 64 frames',
    isStream: true,
    rate: 40,
    body: JSON.stringify({ model: 'bench', stream: true, messages: message(1_000) }),
  },
]

try {
  const mock = await startBun('mock-upstream.ts')
  const contenders = [
    { name: 'direct', url: mock.url, pid: mock.pid, headers: {} },
    await startBareProxy(mock.url),
    await startSlipway(mock.url),
    ...(await startPortkey(mock.url)),
  ]
  const idle = Object.fromEntries(contenders.map(({ name, pid }) => [name, residentMb(pid)]))
  for (const contender of contenders)
    for (const load of loads) await measure(contender, { ...load, rate: load.rate / 2 }, 2)

  const measurements: Measurement[] = []
  for (let round = 1; round <= rounds; round += 1) {
    for (const load of shuffle(loads)) {
      for (const contender of shuffle(contenders)) {
        process.stderr.write(`round ${round}/${rounds}: ${contender.name}, ${load.name} …\n`)
        measurements.push({ ...(await measure(contender, load, seconds)), round })
      }
    }
  }
  const capacity: Record<string, Capacity> = {}
  for (const contender of contenders.slice(1)) capacity[contender.name] = await findCapacity(contender)
  report(measurements, idle, capacity)
  if (options.json) {
    const machine = {
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 1e9),
      bun: Bun.version,
    }
    writeFileSync(
      options.json,
      `${JSON.stringify({ machine, seconds, rounds, idle, capacity, measurements }, null, 1)}\n`,
    )
  }
} finally {
  for (const child of children) child.kill('SIGTERM')
  for (const child of children) {
    if (child.exitCode === null) await new Promise(resolve => child.once('exit', resolve))
  }
  rmSync(data, { recursive: true, force: true })
}

async function measure(
  contender: Contender,
  load: Load,
  forSeconds: number,
): Promise<Omit<Measurement, 'round'>> {
  const before = cpuSeconds(contender.pid)
  const result = await generate(contender, load, forSeconds)
  const cpu = cpuSeconds(contender.pid) - before
  return {
    ...result,
    contender: contender.name,
    load: load.name,
    cpuMicrosecondsPerRequest: Math.round((cpu * 1e6) / result.sent),
    residentMb: residentMb(contender.pid),
  }
}

async function generate(contender: Contender, load: Load, forSeconds: number): Promise<LoadResult> {
  const plan = {
    url: `${contender.url}/v1/chat/completions`,
    headers: contender.headers,
    body: load.body,
    rate: load.rate,
    seconds: forSeconds,
  }
  const child = spawn(bun, [path.join(here, 'load-generator.ts'), JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(await text(child)) as LoadResult
}

interface Capacity {
  readonly requestsPerSecond: number
  readonly cpuMicrosecondsPerRequest: number
}

/** The highest of these rates of small JSON requests at which p99 stays under 50 ms and nothing fails. */
async function findCapacity(contender: Contender): Promise<Capacity> {
  const load = loads[0] as Load
  let capacity: Capacity = { requestsPerSecond: 0, cpuMicrosecondsPerRequest: 0 }
  for (const rate of [100, 200, 300, 500, 1_000, 1_500, 2_000, 3_000, 4_000]) {
    const result = await measure(contender, { ...load, rate }, 3)
    if (result.failed + result.unanswered > 0 || result.latencyMs.p99 >= 50) break
    capacity = { requestsPerSecond: rate, cpuMicrosecondsPerRequest: result.cpuMicrosecondsPerRequest }
    await Bun.sleep(500)
  }
  return capacity
}

function report(
  measurements: readonly Measurement[],
  idle: Record<string, number>,
  capacity: Record<string, Capacity>,
): void {
  const names = Object.keys(idle)
  const median = (values: number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
  for (const load of loads) {
    const of = (name: string, pick: (one: Measurement) => number): number =>
      median(measurements.filter(one => one.contender === name && one.load === load.name).map(pick))
    const direct = {
      p50: of('direct', one => one.latencyMs.p50),
      p99: of('direct', one => one.latencyMs.p99),
    }
    const first = {
      p50: of('direct', one => one.firstByteMs.p50),
      p99: of('direct', one => one.firstByteMs.p99),
    }
    process.stdout.write(`\n${load.name}, ${load.rate}/s, medians of ${rounds} rounds\n`)
    process.stdout.write(
      'gateway       CPU µs/req  added p50 ms  added p99 ms  added TTFT p50  added TTFT p99  failed   RSS MB\n',
    )
    for (const name of names.slice(1)) {
      const cells = [
        of(name, one => one.cpuMicrosecondsPerRequest)
          .toFixed(0)
          .padStart(11),
        (of(name, one => one.latencyMs.p50) - direct.p50).toFixed(2).padStart(13),
        (of(name, one => one.latencyMs.p99) - direct.p99).toFixed(2).padStart(13),
        (of(name, one => one.firstByteMs.p50) - first.p50).toFixed(2).padStart(15),
        (of(name, one => one.firstByteMs.p99) - first.p99).toFixed(2).padStart(15),
        of(name, one => one.failed + one.unanswered)
          .toFixed(0)
          .padStart(7),
        of(name, one => one.residentMb)
          .toFixed(0)
          .padStart(8),
      ]
      process.stdout.write(`${name.padEnd(13)}${cells.join(' ')}\n`)
    }
    const ours = of('slipway', one => one.cpuMicrosecondsPerRequest)
    const ratios = names
      .filter(name => name !== 'direct' && name !== 'slipway')
      .map(name => `${name} ${(of(name, one => one.cpuMicrosecondsPerRequest) / ours).toFixed(1)}×`)
    process.stdout.write(`requests per CPU second of slipway against: ${ratios.join(', ')}\n`)
  }
  process.stdout.write(`\nresident MB before any load: ${JSON.stringify(idle)}\n`)
  process.stdout.write("\nJSON, 1 KB prompt, at each one's own limit (p99 < 50 ms, no failure)\n")
  for (const [name, { requestsPerSecond, cpuMicrosecondsPerRequest }] of Object.entries(capacity)) {
    process.stdout.write(
      `${name.padEnd(13)}${requestsPerSecond}/s at ${cpuMicrosecondsPerRequest} CPU µs a request\n`,
    )
  }
}

async function startBun(file: string, ...args: string[]): Promise<{ url: string; pid: number }> {
  const child = keep(spawn(bun, [path.join(here, file), ...args], { stdio: ['ignore', 'pipe', 'inherit'] }))
  const port = await new Promise<number>(resolve =>
    child.stdout?.once('data', (bytes: Buffer) =>
      resolve((JSON.parse(bytes.toString()) as { port: number }).port),
    ),
  )
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0 }
}

async function startBareProxy(upstream: string): Promise<Contender> {
  return { name: 'bare proxy', ...(await startBun('bare-proxy.ts', upstream)), headers: {} }
}

/** The product as it is: key check, metrics and traces into its own Postgres. */
async function startSlipway(upstream: string): Promise<Contender> {
  const config = path.join(data, 'slipway.yaml')
  writeFileSync(
    config,
    `providers: { mock: { kind: openai-compatible, baseUrl: '${upstream}/v1' } }
services: { bench: { releases: { v1: { target: { provider: mock, model: mock-1 } } } } }
prices: [{ provider: mock, from: 2026-01-01, usdPerMillionTokens: { input: 0.15, output: 0.6 } }]
`,
  )
  const port = await freePort()
  const key = 'sk-slip-bench-key-bench-key'
  const child = keep(
    spawn(bun, [path.join(root, 'src/main.ts')], {
      cwd: root,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: {
        ...process.env,
        BUN_CONFIG_MAX_HTTP_REQUESTS: '65336',
        DATABASE_URL: '',
        SLIPWAY_PORT: String(port),
        SLIPWAY_DATA: path.join(data, 'slipway'),
        SLIPWAY_CONFIG: config,
        SLIPWAY_ADMIN_KEY: key,
        SLIPWAY_LOG_LEVEL: 'warn',
      },
    }),
  )
  const url = `http://127.0.0.1:${port}`
  await answers(`${url}/readyz`)
  return { name: 'slipway', url, pid: child.pid ?? 0, headers: { authorization: `Bearer ${key}` } }
}

async function startPortkey(upstream: string): Promise<Contender[]> {
  const peers = path.join(here, 'peers')
  const entry = path.join(peers, 'node_modules/@portkey-ai/gateway/build/start-server.js')
  if (!existsSync(entry)) {
    process.stderr.write('Installing the peers to measure beside …\n')
    spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
      cwd: peers,
      stdio: ['ignore', 2, 2],
    })
  }
  if (!existsSync(entry)) return []
  const port = await freePort()
  const child = keep(
    spawn('node', [entry, `--port=${port}`, '--headless'], {
      cwd: peers,
      stdio: 'ignore',
      env: { ...process.env, NODE_ENV: 'production' },
    }),
  )
  const url = `http://127.0.0.1:${port}`
  await answers(url)
  const headers = {
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `${upstream}/v1`,
    authorization: 'Bearer x',
  }
  return [{ name: 'portkey', url, pid: child.pid ?? 0, headers }]
}

async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const response = await fetch(url).catch(() => undefined)
    if (response?.ok) return
    await Bun.sleep(100)
  }
  throw new Error(`${url} does not answer`)
}

function keep(child: ChildProcess): ChildProcess {
  children.push(child)
  return child
}

async function text(child: ChildProcess): Promise<string> {
  let all = ''
  child.stdout?.on('data', (bytes: Buffer) => (all += bytes.toString()))
  await new Promise(resolve => child.once('close', resolve))
  return all
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

function residentMb(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
  return Math.round(Number(kilobytes) / 1_024)
}

function shuffle<T>(items: readonly T[]): T[] {
  return items
    .map(item => ({ item, order: Math.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
