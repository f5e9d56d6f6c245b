// Builds the console's bundle unless it is up to date; a process of its own, so that the server stays small.
import path from 'node:path'
import { buildConsole } from '../console/build.ts'

const { isNew, tookMs } = await buildConsole({
  outDirectory: path.join(import.meta.dirname, '../console/dist'),
  isDevelopment: process.argv.includes('--development'),
})
if (isNew) process.stderr.write(`Built the console in ${(tookMs / 1_000).toFixed(1)} s.\n`)
