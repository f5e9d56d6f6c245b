import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger, startEmbeddedPostgres } from '../../src/foundation/platform/index.ts'
import { type MemoryReport, reportMemory, type Sample } from './report-memory.ts'

export interface DrillOptions {
  readonly lines: number
  /** How long the upstream takes. */
  readonly delayMs: number
  /** How often the server is killed, evenly over the lines. */
  readonly kills: number
  readonly log: (text: string) => void
}

export interface DrillResult {
  readonly options: Omit<DrillOptions, 'log'>
  readonly inputBytes: number
  readonly status: string
  readonly uploadSeconds: number
  /** From the making of the batch until its end, restarts included. */
  readonly seconds: number
  readonly linesPerSecond: number
  readonly outputLines: number
  readonly errorLines: number
  readonly missingLines: number
  readonly repeatedLines: number
  readonly unknownLines: number
  /** What the upstream counted. */
  readonly upstream: { readonly requests: number; readonly askedTwice: number; readonly calls: number }
  /** One report for each life of the server. */
  readonly memory: readonly MemoryReport[]
}

interface Batch {
  readonly id: string
  readonly status: string
  readonly output_file_id: string | null
  readonly error_file_id: string | null
  readonly request_counts: { readonly completed: number; readonly failed: number }
}

interface Server {
  readonly child: ChildProcess
  readonly url: string
  readonly samples: Sample[]
  readonly sampling: ReturnType<typeof setInterval>
}

const root = path.join(import.meta.dirname, '../..')
const adminKey = 'sk-slip-batches-bench-admin-key'
const headers = { authorization: `Bearer ${adminKey}` }
const limitMs = 900_000

export async function drill(options: DrillOptions): Promise<DrillResult> {
  const { lines, kills, log } = options
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-batches-'))
  const children = new Set<ChildProcess>()
  const postgres = await startEmbeddedPostgres({
    dataDirectory: path.join(folder, 'postgres'),
    logger: createLogger({ level: 'silent' }),
  })
  const servers: Server[] = []
  try {
    const upstream = await startUpstream(children, options.delayMs)
    writeFileSync(path.join(folder, 'slipway.yaml'), configuration(upstream))
    const start = async (): Promise<Server> => {
      const server = await startServer(children, folder, postgres.url)
      servers.push(server)
      return server
    }
    let server = await start()

    const input = Array.from({ length: lines }, (_, index) => lineOf(index)).join('\n')
    const uploadedFrom = performance.now()
    const file = await upload(server.url, input)
    const uploadSeconds = (performance.now() - uploadedFrom) / 1_000
    const from = performance.now()
    let batch = await call<Batch>(server.url, '/v1/batches', {
      input_file_id: file,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })
    let killed = 0
    while (!['completed', 'failed', 'expired', 'cancelled'].includes(batch.status)) {
      if (performance.now() - from > limitMs) throw new Error(`the batch is still ${batch.status}`)
      await sleep(250)
      batch = await call<Batch>(server.url, `/v1/batches/${batch.id}`)
      const done = batch.request_counts.completed + batch.request_counts.failed
      if (killed < kills && done >= (lines * (killed + 1)) / (kills + 1)) {
        killed += 1
        log(`killing the server at ${done} lines`)
        clearInterval(server.sampling)
        server.child.kill('SIGKILL')
        await once(server.child, 'exit')
        server = await start()
      }
    }
    const seconds = (performance.now() - from) / 1_000
    // what it keeps when there is nothing to do
    await sleep(3_000)
    const output = await customIdsOf(server.url, batch.output_file_id)
    const errors = await customIdsOf(server.url, batch.error_file_id)
    const seen = new Set([...output, ...errors])
    const counted = await (await fetch(`${upstream}/calls`)).json()
    clearInterval(server.sampling)
    server.child.kill('SIGTERM')
    await once(server.child, 'exit')
    const known = Array.from({ length: lines }, (_, index) => `line-${index}`)
    const { log: _, ...given } = options
    return {
      options: given,
      inputBytes: Buffer.byteLength(input),
      status: batch.status,
      uploadSeconds,
      seconds,
      linesPerSecond: lines / seconds,
      outputLines: output.length,
      errorLines: errors.length,
      missingLines: known.filter(id => !seen.has(id)).length,
      repeatedLines: output.length + errors.length - seen.size,
      unknownLines: seen.size - known.filter(id => seen.has(id)).length,
      upstream: counted as DrillResult['upstream'],
      memory: servers.map(({ samples }) => reportMemory(samples)),
    }
  } finally {
    for (const { sampling } of servers) clearInterval(sampling)
    for (const child of children) child.kill('SIGKILL')
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Every hundredth line is one that the upstream refuses. */
function lineOf(index: number): string {
  const content = `${index % 100 === 7 ? 'Please refuse me. ' : ''}${'Where is my order? '.repeat(10)}${index}`
  return JSON.stringify({
    custom_id: `line-${index}`,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'counted', messages: [{ role: 'user', content }] },
  })
}

function configuration(upstream: string): string {
  return `
providers:
  counting: { kind: openai-compatible, baseUrl: "${upstream}/v1" }
batches: { maxLines: 1000000, maxInputMegabytes: 1000 }
services:
  counted: { releases: { v1: { target: { provider: counting, model: counted-1 } } } }
`
}

async function startUpstream(children: Set<ChildProcess>, delayMs: number): Promise<string> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'counting-upstream.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, DELAY_MS: String(delayMs) },
  })
  children.add(child)
  for await (const line of createInterface({ input: child.stdout })) {
    return `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`
  }
  throw new Error('the upstream did not start')
}

async function startServer(
  children: Set<ChildProcess>,
  folder: string,
  databaseUrl: string,
): Promise<Server> {
  const child = spawn(process.execPath, [path.join(root, 'src/main.ts')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      SLIPWAY_PORT: '0',
      SLIPWAY_DATA: path.join(folder, 'data'),
      SLIPWAY_CONFIG: path.join(folder, 'slipway.yaml'),
      SLIPWAY_ADMIN_KEY: adminKey,
      DATABASE_URL: databaseUrl,
    },
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', line => {
      if (!line.startsWith('{')) return
      const { msg, url: found } = JSON.parse(line) as { msg?: string; url?: string }
      if (msg === 'ready' && found) resolve(found)
    })
    child.once('exit', status => reject(new Error(`the server ended with ${status} before it was ready`)))
  })
  const samples: Sample[] = []
  const began = performance.now()
  const sampling = setInterval(() => {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]
    if (kilobytes === undefined) return
    samples.push({ second: (performance.now() - began) / 1_000, megabytes: Number(kilobytes) / 1_024 })
  }, 1_000)
  return { child, url, samples, sampling }
}

async function upload(url: string, text: string): Promise<string> {
  const form = new FormData()
  form.set('purpose', 'batch')
  form.set('file', new File([text], 'in.jsonl'))
  const response = await fetch(`${url}/v1/files`, { method: 'POST', headers, body: form })
  if (!response.ok) throw new Error(`no upload: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { id: string }).id
}

async function call<Answer>(url: string, address: string, body?: object): Promise<Answer> {
  const response = await fetch(`${url}${address}`, {
    headers: { ...headers, 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Answer
}

async function customIdsOf(url: string, file: string | null): Promise<string[]> {
  if (file === null) return []
  const response = await fetch(`${url}/v1/files/${file}/content`, { headers })
  const text = await response.text()
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => (JSON.parse(line) as { custom_id: string }).custom_id)
}
