/**
 * One worker beside two on the same cores: what a second process gives, and what it costs.
 *
 *   bun bench/scale/run.ts [--rounds 3] [--seconds 4] [--json results.json]
 *
 * Mock upstream and load generator are those of `bench/gateway`, each a process of its own on the same cores. CPU is what
 * the kernel accounted to all processes of the server, its Postgres left out, divided by the requests answered.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import type { LoadResult } from '../gateway/load-generator.ts'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    json: { type: 'string' },
  },
})
const root = path.join(import.meta.dirname, '../..')
const gatewayBench = path.join(root, 'bench/gateway')
const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK']).stdout.toString()) || 100
const adminKey = 'sk-slip-bench-of-scale-admin-key'
const rates = [500, 1_000, 1_500, 2_000, 3_000, 4_000]
const body = JSON.stringify({
  model: 'bench',
  messages: [{ role: 'user', content: 'My lamp arrived broken. '.repeat(42) }],
})
const data = mkdtempSync(path.join(tmpdir(), 'slipway-scale-'))
const children: ChildProcess[] = []

interface Server {
  readonly workers: number
  readonly url: string
  readonly pids: readonly number[]
}

interface Measurement extends LoadResult {
  readonly workers: number
  readonly rate: number
  readonly round: number
  readonly answeredPerSecond: number
  readonly cpuMicrosecondsPerRequest: number
  readonly residentMb: number
}

try {
  const mock = await startMock()
  const servers = [await startServer(1, mock), await startServer(2, mock)]
  for (const server of servers) await measure(server, 300, 3, 0)
  const measurements: Measurement[] = []
  for (let round = 1; round <= Number(options.rounds); round += 1) {
    for (const rate of rates) {
      for (const server of Math.random() < 0.5 ? servers : servers.toReversed())
        measurements.push(await measure(server, rate, Number(options.seconds), round))
    }
  }
  report(measurements)
  if (options.json) {
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, bun: Bun.version }
    const text = JSON.stringify({ machine, seconds: Number(options.seconds), measurements }, null, 1)
    writeFileSync(options.json, `${text}\n`)
  }
} finally {
  for (const child of children) child.kill('SIGTERM')
  for (const child of children)
    if (child.exitCode === null) await new Promise(resolve => child.once('exit', resolve))
  rmSync(data, { recursive: true, force: true })
}

async function startMock(): Promise<string> {
  const child = spawn(process.execPath, [path.join(gatewayBench, 'mock-upstream.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const { port } = await firstLine<{ port: number }>(child, () => true)
  return `http://127.0.0.1:${port}`
}

async function startServer(workers: number, mock: string): Promise<Server> {
  const folder = mkdtempSync(path.join(data, 'server-'))
  const config = path.join(folder, 'slipway.yaml')
  writeFileSync(
    config,
    `providers: { mock: { kind: openai, baseUrl: '${mock}/v1' } }
services: { bench: { releases: { v1: { target: { provider: mock, model: mock-1 } } } } }
`,
  )
  const child = spawn(process.execPath, [path.join(root, 'src/main.ts')], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      ...process.env,
      BUN_CONFIG_MAX_HTTP_REQUESTS: '65336',
      DATABASE_URL: '',
      SLIPWAY_PORT: '0',
      SLIPWAY_DATA: folder,
      SLIPWAY_CONFIG: config,
      SLIPWAY_ADMIN_KEY: adminKey,
      SLIPWAY_WORKERS: String(workers),
    },
  })
  children.push(child)
  const { url } = await firstLine<{ url: string }>(child, line => line.includes('"msg":"ready"'))
  const headers = { authorization: `Bearer ${adminKey}` }
  const system = (await (await fetch(`${url}/api/system`, { headers })).json()) as {
    processes: { pid: number }[]
  }
  return { workers, url, pids: system.processes.map(({ pid }) => pid) }
}

async function firstLine<Line>(child: ChildProcess, isWanted: (line: string) => boolean): Promise<Line> {
  if (!child.stdout) throw new Error('the process has no output')
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{') || !isWanted(line)) continue
    // what comes later is not read, and must not fill the pipe
    child.stdout.resume()
    return JSON.parse(line) as Line
  }
  throw new Error('the process ended before it was ready')
}

async function measure(server: Server, rate: number, seconds: number, round: number): Promise<Measurement> {
  const before = cpuSeconds(server.pids)
  const plan = {
    url: `${server.url}/v1/chat/completions`,
    headers: { authorization: `Bearer ${adminKey}` },
    body,
    rate,
    seconds,
  }
  const generator = spawn(
    process.execPath,
    [path.join(gatewayBench, 'load-generator.ts'), JSON.stringify(plan)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const result = await firstLine<LoadResult>(generator, () => true)
  const spent = cpuSeconds(server.pids) - before
  return {
    ...result,
    workers: server.workers,
    rate,
    round,
    answeredPerSecond: result.ok / seconds,
    cpuMicrosecondsPerRequest: (spent / Math.max(1, result.ok)) * 1e6,
    residentMb: server.pids.reduce((sum, pid) => sum + residentMb(pid), 0),
  }
}

function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return sum + (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  }, 0)
}

function residentMb(pid: number): number {
  const match = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Math.round(Number(match?.[1] ?? 0) / 1024)
}

function report(measurements: readonly Measurement[]): void {
  const median = (values: readonly number[]): number =>
    values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN
  process.stdout.write(
    '| requests/s | workers | answered/s | p50 ms | p99 ms | CPU µs a request | resident MB |\n|---|---|---|---|---|---|---|\n',
  )
  for (const rate of rates) {
    for (const workers of [1, 2]) {
      const own = measurements.filter(one => one.rate === rate && one.workers === workers)
      const of = (value: (one: Measurement) => number): string => median(own.map(value)).toFixed(1)
      process.stdout.write(
        `| ${rate} | ${workers} | ${of(one => one.answeredPerSecond)} | ${of(one => one.latencyMs.p50)} | ${of(one => one.latencyMs.p99)} | ${of(one => one.cpuMicrosecondsPerRequest)} | ${of(one => one.residentMb)} |\n`,
      )
    }
  }
}
