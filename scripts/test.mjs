// Runs every test but drills and ends with one line: N passed, N failed. Arguments narrow it down: npm test -- src/serve
// `npm run drills` runs those that take minutes each, every night and before a release.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { bun, ensureInstalled, root } from './install.mjs'

const folders = ['src', 'console', 'test', 'bench', 'scripts', 'examples']
/** How many processes test at a time: two for a core, since tests of the whole product wait for processes a third of the time. */
const lanes = Math.min(2 * availableParallelism(), 6)
const testMs = 120_000
/** Of files of the whole product: some 40 seconds of CPU. */
const wholeBatchSize = 8 * 40_000
const batchMs = 15 * 60_000
/** Each takes minutes of a processor, and the parts that it goes through have tests of their own. */
const drills = [
  'test/e2e/tour.e2e.test.ts',
  'test/e2e/retrain.e2e.test.ts',
  'test/e2e/distillation.e2e.test.ts',
  'test/e2e/stages-cut-off.e2e.test.ts',
  'test/e2e/registry-kill.e2e.test.ts',
  'test/e2e/rollout-kill.e2e.test.ts',
  'test/e2e/soak.e2e.test.ts',
  'bench/pipelines/chaos.test.ts',
]
/** Take longer than their texts are long. */
const long = new Set([
  ...drills,
  'test/e2e/conformance-matrix.e2e.test.ts',
  'test/e2e/mlflow.e2e.test.ts',
  'test/e2e/money.e2e.test.ts',
  'test/e2e/python-sdks.e2e.test.ts',
])

ensureInstalled({ withTools: true })
const chosen = process.argv[2] === '--drills' ? drills : process.argv.slice(2)
const reports = mkdtempSync(path.join(tmpdir(), 'slipway-report-'))
const total = { passed: 0, failed: 0, skipped: 0 }
/** What each failed test printed, its name last: told once more at the end, where it is looked for. */
const failures = []
const failureLines = 60
let isInterrupted = false
const running = new Set()

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    isInterrupted = true
    for (const child of running) child.kill(signal)
  })
}

const database = await startDatabase()
const found = await findTests(chosen.length > 0 ? chosen : [''])
const batches = intoBatches(chosen.length > 0 ? found : found.filter(file => !drills.includes(file)))
await Promise.all(Array.from({ length: lanes }, runLane))
await database.end()
rmSync(reports, { recursive: true, force: true })

if (failures.length > 0) process.stderr.write(`What failed:\n\n${failures.join('\n\n')}\n\n`)
if (total.skipped > 0) process.stderr.write(`${total.skipped} skipped, for want of what this machine lacks\n`)
if (total.failed > 0 || total.passed === 0 || isInterrupted) process.exitCode = 1
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`)

/** One Postgres for all, with a migrated database to clone; a process of its own that ends when its input does. */
async function startDatabase() {
  const child = spawn(bun, [path.join(root, 'test/database-owner.ts')], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said = await new Promise(resolve => {
    createInterface({ input: child.stdout }).once('line', line => resolve(JSON.parse(line)))
    child.once('exit', () => resolve(undefined))
  })
  const ended = new Promise(resolve => child.once('exit', resolve))
  return {
    // where it does not start, each process of tests tries for itself and says why not
    environment: said ? { SLIPWAY_TEST_DATABASE_URL: said.url, SLIPWAY_TEST_TEMPLATE: said.template } : {},
    async end() {
      child.stdin.end()
      await ended
    },
  }
}

async function runLane() {
  for (let batch = batches.shift(); batch && !isInterrupted; batch = batches.shift()) {
    const result = await runTests(batch.name, batch.files)
    for (const kind of Object.keys(total)) total[kind] += result[kind]
  }
}

/**
 * What one process tests: all files of a domain, or some of the whole product's, since each process loads a second of CPU before it begins. How
 * long a file is tells how long it takes, near enough: a second of CPU per 1,000 characters where it starts the product, an eighth of that where
 * not. The longest come first, so that no lane is busy for long when the others have nothing left.
 */
function intoBatches(files) {
  const groups = new Map()
  for (const file of files) {
    const isWhole = file.includes('.e2e.')
    const name = long.has(file) ? file : isWhole ? path.dirname(file) : file.split('/').slice(0, 3).join('/')
    const size = long.has(file) ? Infinity : statSync(path.join(root, file)).size * (isWhole ? 8 : 1)
    const group = groups.get(name) ?? []
    groups.set(name, group)
    group.push({ file, size, isWhole })
  }
  return [...groups].flatMap(([name, members]) => deal(name, members)).sort(longestFirst)
}

/** Files of the whole product in batches of about the same size; those of a domain stay together. */
function deal(name, members) {
  const isWhole = members.some(member => member.isWhole)
  const total = members.reduce((sum, { size }) => sum + size, 0)
  const count = isWhole && total < Infinity ? Math.ceil(total / wholeBatchSize) : 1
  const batches = Array.from({ length: count }, (_, index) => ({
    name: count === 1 ? name : `${name} ${index + 1}`,
    files: [],
    size: 0,
  }))
  for (const { file, size } of members.sort(longestFirst)) {
    const smallest = batches.reduce((least, batch) => (batch.size < least.size ? batch : least))
    smallest.files.push(file)
    smallest.size += size
  }
  return batches
}

function longestFirst(one, other) {
  return one.size === other.size ? 0 : other.size - one.size
}

/** Every test file below the given folders or files, as paths from the root. */
async function findTests(places) {
  const found = await Promise.all(
    folders.map(async folder => {
      const names = await readdir(path.join(root, folder), { recursive: true }).catch(() => [])
      return names.map(name => `${folder}/${name.replaceAll('\\', '/')}`)
    }),
  )
  return found
    .flat()
    .filter(
      file => /\.test\.tsx?$/.test(file) && !/(^|\/)(node_modules|data|dist|peers|\.[^/]*)\//.test(file),
    )
    .filter(file => places.some(place => file.startsWith(place.replace(/^\.\//, ''))))
    .sort()
}

/** Streams what bun says, each line with its group, and counts from bun's report; a run that breaks off counts as one failure. */
async function runTests(name, members) {
  const report = path.join(reports, `${name.replaceAll(/[/ ]/g, '-')}.xml`)
  const options = [`--timeout=${testMs}`, '--reporter=junit', `--reporter-outfile=${report}`]
  const startedAt = Date.now()
  const child = spawn(bun, ['test', ...options, ...members.map(file => `./${file}`)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...database.environment, NODE_ENV: 'test' },
  })
  running.add(child)
  let sinceLastTest = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', line => {
      process.stderr.write(`${name} │ ${line}\n`)
      sinceLastTest.push(`${name} │ ${line}`)
      if (line.startsWith('(fail) ')) failures.push(sinceLastTest.slice(-failureLines).join('\n'))
      if (/^\((pass|fail|skip)\) /.test(line)) sinceLastTest = []
    })
  }
  const timer = setTimeout(() => {
    process.stderr.write(`The tests of ${name} took more than ${batchMs / 60_000} minutes and are ended.\n`)
    child.kill('SIGKILL')
  }, batchMs)
  const status = await new Promise(resolve => {
    child.on('error', error => resolve(error.message))
    child.on('close', (code, signal) => resolve(code ?? signal))
    // a process that a test left behind may hold the pipes open
    child.on('exit', (code, signal) => setTimeout(resolve, 2_000, code ?? signal))
  })
  running.delete(child)
  clearTimeout(timer)
  const counts = existsSync(report)
    ? count(readFileSync(report, 'utf8'))
    : { passed: 0, failed: 0, skipped: 0 }
  // an error outside of any test, or a crash of the runtime itself
  if (status !== 0 && counts.failed === 0) {
    failures.push(
      `${sinceLastTest.slice(-failureLines).join('\n')}\nThe tests of ${name} ended with ${status}: an error outside of the tests.`,
    )
    counts.failed = 1
  }
  process.stderr.write(
    `${name}: ${counts.passed} passed in ${Math.round((Date.now() - startedAt) / 1000)} s\n\n`,
  )
  return counts
}

function count(xml) {
  const attributes = /<testsuites([^>]*)>/.exec(xml)?.[1] ?? ''
  const number = name => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(attributes)?.[1] ?? 0)
  const failed = number('failures') + number('errors')
  const skipped = number('skipped')
  return { passed: number('tests') - failed - skipped, failed, skipped }
}
