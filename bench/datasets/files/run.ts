/**
 * Many small files and a large one beside DVC:
 * `bun bench/datasets/files/run.ts --files 100000 --large-megabytes 300 --python venv/bin/python --json results.json`
 */
import { execFile, spawn } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { startProduct } from '../../../test/product.ts'
import { changeFiles, generateFiles, generateLarge } from './generate.ts'

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '100000' },
    'large-megabytes': { type: 'string', default: '300' },
    python: { type: 'string' },
    json: { type: 'string' },
  },
})
const count = Number(values.files)
const largeBytes = Number(values['large-megabytes']) * 1_000_000
const insertedBytes = 1_000
const folder = await mkdtemp(path.join(tmpdir(), 'slipway-bench-files-'))
const source = path.join(folder, 'source')
const main = path.join(import.meta.dirname, '../../../src/operate/cli/main.ts')
const contentBytes = generateFiles(source, count)
const product = await startProduct({ config: 'services: {}\n', database: 'embedded' })

interface Process {
  readonly parent: number
  readonly name: string
  readonly rssMb: number
  readonly cpuS: number
}

/** All processes below one, Postgres left out: it is another's program. */
function treeOf(root: number): Process[] {
  const all = new Map<number, Process>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const text = readFileSync(`/proc/${entry}/stat`, 'utf8')
      const fields = text
        .slice(text.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number)
      const at = (place: number): number => fields[place] ?? 0
      all.set(Number(entry), {
        name: text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')),
        parent: at(1),
        cpuS: (at(11) + at(12) + at(13) + at(14)) / 100,
        rssMb: (at(21) * 4_096) / 1024 ** 2,
      })
    } catch {
      // it has ended meanwhile
    }
  }
  const isOurs = (pid: number): boolean =>
    pid === root || (pid > 1 && all.has(pid) && isOurs(all.get(pid)?.parent ?? 0))
  return [...all].flatMap(([pid, found]) => (found.name !== 'postgres' && isOurs(pid) ? [found] : []))
}

let serverPeakMb = 0
let commandPeakMb = 0
let commandPid: number | undefined
const watching = setInterval(() => {
  const sum = (found: readonly Process[]): number => found.reduce((mb, { rssMb }) => mb + rssMb, 0)
  serverPeakMb = Math.max(serverPeakMb, sum(treeOf(product.pid)))
  if (commandPid !== undefined) commandPeakMb = Math.max(commandPeakMb, sum(treeOf(commandPid)))
}, 200)

const serverCpuS = (): number => treeOf(product.pid).reduce((all, { cpuS }) => all + cpuS, 0)

function storedIn(place: string): { files: number; bytes: number } {
  const names = readdirSync(place, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return {
    files: names.length,
    bytes: names.reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0),
  }
}
const objects = path.join(product.dataDirectory, 'objects')
const stored = (): { files: number; bytes: number } => {
  try {
    return storedIn(path.join(objects, 'datasets'))
  } catch {
    return { files: 0, bytes: 0 }
  }
}

interface Step {
  readonly s: number
  readonly cpuS: number
  readonly addedBytes: number
  readonly objects: number
}

async function slipway(...words: string[]): Promise<Step> {
  const before = stored()
  const cpuBefore = serverCpuS()
  const startedAt = performance.now()
  const child = spawn(process.execPath, [main, '--json', ...words], {
    env: { ...process.env, SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  commandPid = child.pid
  let commandCpuS = 0
  const looking = setInterval(() => {
    if (child.pid === undefined) return
    const now = treeOf(child.pid).reduce((all, { cpuS }) => all + cpuS, 0)
    commandCpuS = Math.max(commandCpuS, now)
  }, 100)
  const code = await new Promise(resolve => child.on('close', resolve))
  const s = (performance.now() - startedAt) / 1000
  clearInterval(looking)
  commandPid = undefined
  if (code !== 0) throw new Error(`slipway ${words.join(' ')} ended with ${String(code)}`)
  const after = stored()
  return {
    s: round(s),
    cpuS: round(serverCpuS() - cpuBefore + commandCpuS),
    addedBytes: after.bytes - before.bytes,
    objects: after.files,
  }
}

const round = (value: number): number => Math.round(value * 100) / 100

interface Peer {
  readonly s: number
  readonly cpuS: number
  readonly addedBytes: number
  readonly peakMb: number
}

async function dvc(step: string, given = source): Promise<Peer | undefined> {
  if (values.python === undefined) return undefined
  const { stdout } = await promisify(execFile)(values.python, [
    path.join(import.meta.dirname, 'peers.py'),
    step,
    given,
    path.join(folder, 'dvc'),
  ])
  return JSON.parse(stdout) as Peer
}

try {
  const results: Record<string, unknown> = { files: count, contentBytes, largeBytes, insertedBytes }
  const step = async (name: string, ours: () => Promise<Step>, theirs: () => Promise<Peer | undefined>) => {
    results[name] = { slipway: await ours(), dvc: await theirs() }
    process.stderr.write(`${name} ${JSON.stringify(results[name])}\n`)
  }
  await step(
    'first',
    () => slipway('dataset', 'import', 'many', source),
    () => dvc('first'),
  )
  await step(
    'again',
    () => slipway('dataset', 'import', 'many', source),
    () => dvc('again'),
  )
  results['changedBytes'] = changeFiles(source, count)
  await step(
    'changed',
    () => slipway('dataset', 'import', 'many', source),
    () => dvc('changed'),
  )
  await step(
    'export',
    () => slipway('dataset', 'export', 'many', '--to', path.join(folder, 'out')),
    () => dvc('checkout'),
  )
  rmSync(path.join(folder, 'out'), { recursive: true })
  const large = path.join(folder, 'large', 'large.bin')
  generateLarge(large, largeBytes, 0)
  await step(
    'large',
    () => slipway('dataset', 'import', 'large', path.dirname(large)),
    () => dvc('large-first', large),
  )
  generateLarge(large, largeBytes, insertedBytes)
  await step(
    'largeChanged',
    () => slipway('dataset', 'import', 'large', path.dirname(large)),
    () => dvc('large-second', large),
  )
  results['peakMb'] = { server: Math.round(serverPeakMb), command: Math.round(commandPeakMb) }
  const text = `${JSON.stringify(results, null, 2)}\n`
  process.stdout.write(text)
  if (values.json !== undefined) await writeFile(values.json, text)
} finally {
  clearInterval(watching)
  await product.stop()
  rmSync(folder, { recursive: true, force: true })
}
