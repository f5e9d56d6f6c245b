#!/usr/bin/env node
// The command line: installs what is missing, then runs it where the user stands.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import path from 'node:path'
import { bun, ensureInstalled, root } from './install.mjs'

ensureInstalled({ withTools: false })
const command = spawn(bun, [path.join(root, 'src/operate/cli/main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
})
command.on('error', error => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
command.on('exit', (status, signal) => {
  process.exitCode = status ?? 128 + (constants.signals[signal] ?? 0)
})
// the terminal sends Ctrl-C to both; a signal to this process alone is passed on
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => command.kill(signal))
