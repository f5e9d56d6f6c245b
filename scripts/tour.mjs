// The tour: installs what is missing, then plays the whole story on a Slipway of its own: `npm run tour`.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import path from 'node:path'
import { bun, ensureInstalled, root } from './install.mjs'

ensureInstalled({ withTools: false })
const tour = spawn(bun, [path.join(root, 'scripts/tour/main.ts'), ...process.argv.slice(2)], {
  stdio: ['pipe', 'inherit', 'inherit'],
})
tour.on('error', error => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
tour.on('exit', (status, signal) => {
  process.exit(status ?? 128 + (constants.signals[signal] ?? 0))
})
// the terminal sends Ctrl-C to both; a signal to this process alone is passed on, and if it is killed its end of the pipe says so
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => tour.kill(signal))
