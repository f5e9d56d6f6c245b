// Installs what is missing, then keeps the server running: `npm start`, and `npm run dev` with --watch.
import { spawn } from 'node:child_process'
import { statSync, watch } from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import { bun, ensureInstalled, root } from './install.mjs'

/** How the server says that a restart would not help: its environment, its configuration, a folder in use. */
const refusedStatus = 78
const steadySeconds = 10
const longestPauseMs = 10_000
/** Streams in flight get SLIPWAY_SHUTDOWN_SECONDS; what is closed after them, this much more. */
const closingSeconds = 15

/** Bun lets 256 calls out at once where this is not set before it starts; admission is ours to decide. */
const upstreamCalls = { BUN_CONFIG_MAX_HTTP_REQUESTS: '65336' }

const isWatching = process.argv.includes('--watch')
const args = process.argv.slice(2).filter(arg => arg !== '--watch')
const workers = readWorkers(args)
ensureInstalled({ withTools: isWatching })

let server
let startedAt = Date.now()
let isStopping = false
let isReloading = false
let failures = 0
let pause

function start() {
  startedAt = Date.now()
  // its standard input is how it learns that we are gone, even if killed; a group of its own keeps the terminal's
  // Ctrl-C to us, who pass it on once
  server = spawn(bun, [path.join(root, 'src', 'main.ts'), 'serve', ...args], {
    stdio: ['pipe', 'inherit', 'inherit'],
    detached: process.platform !== 'win32',
    env: {
      ...upstreamCalls,
      ...process.env,
      SLIPWAY_SUPERVISED: '1',
      ...(workers !== undefined && { SLIPWAY_WORKERS: workers }),
      ...(isWatching && { SLIPWAY_SHUTDOWN_SECONDS: '1' }),
    },
  })
  server.stdin.on('error', () => {})
  server.on('error', error => end(1, `The server cannot be started: ${error.message}`))
  server.on('exit', (status, signal) => ended(status, signal, (Date.now() - startedAt) / 1000))
}

function ended(status, signal, seconds) {
  server = undefined
  if (isStopping) return end(status ?? 128 + (constants.signals[signal] ?? 0))
  if (isReloading) {
    isReloading = false
    return start()
  }
  if (isWatching && signal === null) return say('The server ended; it starts again with the next change.')
  if (status === 0 || status === refusedStatus) return end(status)
  const wasSteady = seconds > steadySeconds
  failures = wasSteady ? 1 : failures + 1
  // what fails at once on the very first start will fail again
  if (signal === null && !wasSteady && failures === 1 && !hasBeenSteady) return end(status)
  hasBeenSteady ||= wasSteady || signal !== null
  const pauseMs = Math.min(100 * 2 ** (failures - 1), longestPauseMs)
  say(`The server ended (${signal ?? `status ${status}`}) and starts again in ${pauseMs / 1000} s.`)
  pause = setTimeout(start, pauseMs)
}
let hasBeenSteady = false

function stop(signal) {
  if (isStopping) {
    // asked twice: at once
    server?.kill('SIGKILL')
    return
  }
  isStopping = true
  clearTimeout(pause)
  if (!server) return end(0)
  server.kill(signal)
  const given = Number(process.env.SLIPWAY_SHUTDOWN_SECONDS)
  const seconds = Number.isFinite(given) && process.env.SLIPWAY_SHUTDOWN_SECONDS ? given : 30
  setTimeout(
    () => {
      say('The server does not end and is killed.')
      server?.kill('SIGKILL')
    },
    (seconds + closingSeconds) * 1000,
  )
}

function reload() {
  if (isStopping || isReloading) return
  failures = 0
  clearTimeout(pause)
  if (!server) return start()
  isReloading = true
  say('A file changed; the server starts again.')
  server.kill('SIGTERM')
}

/** The one thing that may be given in words here, as `npm start -- --workers 2`; the server checks the number. */
function readWorkers(words) {
  const at = words.findIndex(word => word === '--workers' || word.startsWith('--workers='))
  if (at < 0) return undefined
  const [, given] = words[at].split('=')
  return given ?? words[at + 1] ?? '?'
}

function say(message) {
  process.stderr.write(`${message}\n`)
}

function end(status, message) {
  if (message) say(message)
  process.exit(status)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => stop(signal === 'SIGHUP' ? 'SIGTERM' : signal))
}

// npm does not always pass a signal on before it ends
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent && !isStopping) stop('SIGTERM')
  }, 1000).unref()
}

if (isWatching) {
  let settle
  for (const folder of ['src', 'console', 'migrations']) {
    watch(path.join(root, folder), { recursive: true }, (_, name) => {
      if (!name || /(^|\/)(dist|\.[^/]*)(\/|$)|~$|\.test\.tsx?$/.test(name.replaceAll('\\', '/'))) return
      // Node also reports files that were only looked at, and all of them once in the beginning
      const changedAt = statSync(path.join(root, folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0
      if (changedAt < startedAt) return
      clearTimeout(settle)
      settle = setTimeout(reload, 150)
    })
  }
}

start()
