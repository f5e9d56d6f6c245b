/**
 * Versions of many rows beside DVC, pandas and Great Expectations:
 * `bun bench/datasets/versions/run.ts --rows 1000000 --python venv/bin/python --json results.json`
 */
import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { startProduct } from '../../../test/product.ts'
import { generateRows } from './generate.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    python: { type: 'string' },
    json: { type: 'string' },
  },
})
const rows = Number(values.rows)
const folder = await mkdtemp(path.join(tmpdir(), 'slipway-bench-datasets-'))
const [first, second, patch] = ['first.jsonl', 'second.jsonl', 'patch.jsonl'].map(name =>
  path.join(folder, name),
) as [string, string, string]

await generateRows(first, { rows })
await generateRows(second, { rows, changed: 0.01 })
await generateRows(patch, { rows, changed: 0.01, onlyChanged: true })

const definition = `key: id
columns:
  id: { type: string, unique: true, nullable: false, pattern: '^ex-\\d{7}$' }
  messages: { type: json, nullable: false, role: input }
  label: { type: string, role: label, values: [refund, delivery, login, other] }
  language: { type: string, values: [en, de, fr] }
  score: { type: number, min: 0, max: 1 }
  tokens: { type: integer, min: 0, max: 400 }
`
const product = await startProduct({ database: 'embedded' })

/** The server and its data workers, what they hold and what they took; Postgres is another's program. */
async function readProcesses(): Promise<{ readonly mb: number; readonly cpuS: number }> {
  const sizes = new Map<number, { parent: number; kb: number; name: string; ticks: number }>()
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const text = await readFile(`/proc/${entry}/status`, 'utf8').catch(() => '')
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '')
    const field = (name: string): string => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(text)?.[1] ?? '0'
    sizes.set(Number(entry), {
      parent: Number(field('PPid')),
      kb: Number(field('VmRSS')),
      name: field('Name'),
      // its own time, and that of children that have ended
      ticks: stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .slice(11, 15)
        .reduce((sum, each) => sum + Number(each), 0),
    })
  }
  const ours = (pid: number): boolean =>
    pid === product.pid || (sizes.has(pid) && pid > 1 && ours(sizes.get(pid)?.parent ?? 0))
  let [kb, ticks] = [0, 0]
  for (const [pid, { kb: own, name, ticks: took }] of sizes)
    if (name !== 'postgres' && ours(pid)) {
      kb += own
      ticks += took
    }
  return { mb: kb / 1024, cpuS: ticks / 100 }
}
let peakMb = 0
const watching = setInterval(
  () => void readProcesses().then(({ mb }) => (peakMb = Math.max(peakMb, mb))),
  200,
)

async function call(method: string, place: string, body?: unknown): Promise<Record<string, unknown>> {
  const isBytes = body instanceof Blob
  const response = await fetch(`${product.url}${place}`, {
    method,
    headers: {
      authorization: `Bearer ${product.adminKey}`,
      ...(!isBytes && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: isBytes ? body : JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}

interface Import {
  readonly sendS: number
  readonly taskS: number
  /** Of server and data workers together; a reading of a file that is sent by this process is not in it. */
  readonly cpuS: number
  readonly storedBytes: number
}

async function importFile(file: string, options: Record<string, unknown>): Promise<Import> {
  const before = await readProcesses()
  const started = performance.now()
  const content = await openAsBlob(file)
  const upload = createHash('sha256').update(`${file}${started}`).digest('hex')
  const part = 32 * 1024 * 1024
  for (let at = 0; at < content.size; at += part)
    await call(
      'PUT',
      `/api/dataset-uploads/${upload}?offset=${at}`,
      content.slice(at, Math.min(content.size, at + part)),
    )
  const sent = performance.now()
  let task = await call('POST', '/api/datasets/rows/imports', {
    upload,
    file: path.basename(file),
    ...options,
  })
  while (task['ended_at'] === null) {
    await Bun.sleep(50)
    task = await call('GET', `/api/dataset-tasks/${String(task['id'])}`)
  }
  if (task['state'] !== 'done') throw new Error(JSON.stringify(task['error']))
  const { published } = task['result'] as { published: { stored_bytes: number } }
  return {
    sendS: seconds(started, sent),
    taskS: seconds(sent, performance.now()),
    cpuS: Math.round(((await readProcesses()).cpuS - before.cpuS) * 100) / 100,
    storedBytes: published.stored_bytes,
  }
}

const seconds = (from: number, to: number): number => Math.round((to - from) / 10) / 100

/** What the data workers say they took, since the last question. */
let said = new Map<string, number>()
async function workerSeconds(): Promise<Record<string, number>> {
  const response = await fetch(`${product.url}/metrics`, {
    headers: { authorization: `Bearer ${product.adminKey}` },
  })
  const now = new Map(
    [
      ...(await response.text()).matchAll(
        /^slipway_data_task_seconds_sum\{task="([^"]+)",outcome="done"[^}]*\} (\S+)/gm,
      ),
    ].map(([, task = '', sum]) => [task, Number(sum)]),
  )
  const since = Object.fromEntries(
    [...now]
      .map(([task, sum]) => [task, Math.round((sum - (said.get(task) ?? 0)) * 100) / 100])
      .filter(([, sum]) => Number(sum) > 0),
  )
  said = now
  return since
}

const ours: Record<string, unknown> = {}
try {
  ours['first'] = { ...(await importFile(first, { definition })), workers: await workerSeconds() }
  ours['upsert'] = {
    ...(await importFile(patch, { mode: 'upsert', branch: 'main' })),
    workers: await workerSeconds(),
  }
  await call('POST', '/api/datasets/rows/refs', { name: 'other', kind: 'branch', at: '1' })
  ours['again'] = { ...(await importFile(second, { branch: 'other' })), workers: await workerSeconds() }
  const from = performance.now()
  const diff = await call('GET', '/api/datasets/rows/diff?from=1&to=2')
  ours['diffS'] = seconds(from, performance.now())
  ours['diff'] = { ...(diff['counts'] as object | undefined) }
  ours['peakMb'] = Math.round(peakMb)
} finally {
  clearInterval(watching)
  await product.stop()
  await product[Symbol.asyncDispose]()
}
const bytes = (await stat(first)).size
let peers: unknown
if (values.python !== undefined) {
  const { stdout } = await promisify(execFile)(
    path.resolve(values.python),
    [path.join(import.meta.dirname, 'peers.py'), first, second, path.join(folder, 'peers')],
    { maxBuffer: 10_000_000 },
  )
  peers = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}')
}
const report = { rows, bytes, cores: execFileSync('nproc').toString().trim(), ours, peers }
console.log(JSON.stringify(report, undefined, 2))
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, undefined, 2)}\n`)
await rm(folder, { recursive: true, force: true })
