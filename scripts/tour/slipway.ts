import { spawn } from 'node:child_process'
import path from 'node:path'

const main = path.join(import.meta.dirname, '../../src/operate/cli/main.ts')

/** Runs `slipway …` as anybody would, in the folder. What it prints comes back; where it fails, an error with what it said. */
export async function runSlipway(
  words: readonly string[],
  where: {
    readonly url: string
    readonly key: string
    readonly folder: string
    readonly signal: AbortSignal
  },
): Promise<string> {
  const command = spawn(process.execPath, ['--no-env-file', main, ...words], {
    cwd: where.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SLIPWAY_URL: where.url, SLIPWAY_KEY: where.key, NO_COLOR: '1' },
    signal: where.signal,
  })
  const said = { out: '', error: '' }
  command.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text))
  command.stderr.setEncoding('utf8').on('data', (text: string) => (said.error += text))
  const status = await new Promise<number | string>((resolve, reject) => {
    command.once('error', reject)
    command.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  if (status !== 0) throw new Error(`slipway ${words.join(' ')} (${status}):\n${said.error}${said.out}`)
  return said.out
}
