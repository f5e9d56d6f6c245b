import { readFile } from 'node:fs/promises'
import { z } from 'zod'

import { createProgram } from './program.ts'
import { reportError } from './report-error.ts'

/** `slipway` on the command line. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader has seen enough, as `head` has.
  if (error.code === 'EPIPE') process.exit(0)
})

const packageFile = new URL('../../../package.json', import.meta.url)
const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readFile(packageFile, 'utf8')))

try {
  await createProgram(version).parseAsync()
} catch (error) {
  process.exitCode = reportError(error, process.argv.includes('--json'))
}
