// Runs every test and ends with one line: N passed, N failed. Arguments narrow it down: npm test -- src/serve
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { bun, ensureInstalled, root } from './install.mjs'

const folders = ['src', 'console', 'test', 'bench', 'scripts', 'examples']
/** One process each, one after the other, so that the memory of one is given back before the next. */
const groups = ['src/serve', 'src/improve', 'src', 'console', 'test', '']
const testMs = 60_000
const groupMs = 10 * 60_000

ensureInstalled({ withTools: true })
const chosen = process.argv.slice(2)
const reports = mkdtempSync(path.join(tmpdir(), 'slipway-report-'))
const total = { passed: 0, failed: 0, skipped: 0 }
let isInterrupted = false
let current

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    isInterrupted = true
    current?.kill(signal)
  })
}

const files = await findTests(chosen.length > 0 ? chosen : [''])
for (const group of groups) {
  const members = files.filter(file => file.startsWith(group))
  for (const member of members) files.splice(files.indexOf(member), 1)
  if (members.length === 0 || isInterrupted) continue
  const result = await runTests(group === '' ? 'others' : group, members)
  for (const kind of Object.keys(total)) total[kind] += result[kind]
}
rmSync(reports, { recursive: true, force: true })

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
if (total.failed > 0 || total.passed === 0 || isInterrupted) process.exitCode = 1
process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`)

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

/** Streams what bun says and counts from its report; a run that breaks off counts as one failure. */
async function runTests(name, members) {
  const report = path.join(reports, `${name.replaceAll('/', '-')}.xml`)
  const options = [`--timeout=${testMs}`, '--reporter=junit', `--reporter-outfile=${report}`]
  const startedAt = Date.now()
  current = spawn(bun, ['test', ...options, ...members.map(file => `./${file}`)], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_ENV: 'test' },
  })
  const timer = setTimeout(() => {
    process.stderr.write(`The tests of ${name} took more than ${groupMs / 60_000} minutes and are ended.\n`)
    current.kill('SIGKILL')
  }, groupMs)
  const status = await new Promise(resolve => {
    current.on('error', error => resolve(error.message))
    current.on('exit', (code, signal) => resolve(code ?? signal))
  })
  clearTimeout(timer)
  const counts = existsSync(report)
    ? count(readFileSync(report, 'utf8'))
    : { passed: 0, failed: 0, skipped: 0 }
  // an error outside of any test, or a crash of the runtime itself
  if (status !== 0 && counts.failed === 0) {
    process.stderr.write(`The tests of ${name} ended with ${status}: an error outside of the tests.\n`)
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
