import { spawn } from 'node:child_process'
import path from 'node:path'
import type { Logger } from '../foundation/platform/index.ts'

/**
 * Makes sure that the console's bundle is there and up to date. Without it everything but the pages works, so a
 * failure is logged and nothing more.
 */
export async function ensureConsole(root: string, logger: Logger): Promise<void> {
  const child = spawn(process.execPath, [path.join(root, 'scripts/build-console.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const status = await new Promise<number | null>(resolve => {
    child.once('error', () => resolve(null))
    child.once('exit', resolve)
  })
  if (status !== 0) logger.error({ status }, 'The console could not be built; its pages are not served.')
}
