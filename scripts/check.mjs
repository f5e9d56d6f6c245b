// Everything that can be said of the code without running it: types, lint, format, dead code, doors, generated files.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { generate, generators } from './generate.mjs'
import { bun, ensureInstalled, root } from './install.mjs'

ensureInstalled({ withTools: true })
const tool = name => path.join(root, 'node_modules', '.bin', name)

const checks = [
  ['types', tool('tsc'), ['--noEmit', '-p', '.']],
  ['lint', tool('oxlint'), ['--type-aware', '--deny-warnings']],
  ['format', tool('oxfmt'), ['--check']],
  ['dead code', tool('knip'), ['--no-progress']],
  ['lock file', process.execPath, [path.join(root, 'scripts/complete-lock.mjs'), '--check']],
  ['doors', bun, ['test', './src/architecture.test.ts']],
]

const results = []
const waiting = checks.map(
  ([name, program, args]) =>
    () =>
      run(name, program, args),
)
waiting.push(async () => {
  const startedAt = Date.now()
  report('generated files', checkGenerated(), startedAt)
})
// two at a time: each of them uses more than one core already
await Promise.all([work(), work()])
const failed = results.filter(({ isOk }) => !isOk).map(({ name }) => name)
process.stdout.write(failed.length > 0 ? `check failed: ${failed.join(', ')}\n` : 'check passed\n')
process.exitCode = failed.length > 0 ? 1 : 0

async function work() {
  for (let next = waiting.shift(); next; next = waiting.shift()) await next()
}

async function run(name, program, args) {
  const startedAt = Date.now()
  let said = ''
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      said += text
    })
  }
  const status = await new Promise(resolve => {
    child.on('error', error => resolve(error.message))
    child.on('close', (code, signal) => resolve(code ?? signal))
  })
  report(name, status === 0 ? undefined : `${said.trim()}\n(${status})`, startedAt)
}

function report(name, problem, startedAt) {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  process.stdout.write(
    problem === undefined ? `✓ ${name} (${seconds} s)\n` : `✗ ${name} (${seconds} s)\n${problem}\n\n`,
  )
  results.push({ name, isOk: problem === undefined })
}

/** Generates again, compares, and puts back what was there: a check changes nothing. */
function checkGenerated() {
  const problems = []
  for (const generator of generators) {
    const before = generator.files.map(file => [file, read(file)])
    const problem = generate(generator)
    if (problem) problems.push(problem)
    for (const [file, text] of before) {
      if (read(file) === text) continue
      problems.push(`${file} is out of date: npm run generate`)
      if (text !== undefined) writeFileSync(path.join(root, file), text)
    }
  }
  return problems.length > 0 ? problems.join('\n') : undefined
}

function read(file) {
  const place = path.join(root, file)
  return existsSync(place) ? readFileSync(place, 'utf8') : undefined
}
