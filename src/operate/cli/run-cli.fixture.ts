import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const root = fileURLToPath(new URL('../../../', import.meta.url))

export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CliOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
  readonly folder?: string
  /** Called with all of standard output so far; may send signals. */
  readonly onOutput?: (stdout: string, kill: (signal: NodeJS.Signals) => void) => void
}

/** Runs `slipway` as a process of its own, with nothing of Slipway's in the environment but what is given. */
export function runCli(words: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('SLIPWAY_') && name !== 'DATABASE_URL' && name !== 'FORCE_COLOR',
  )
  const child = spawn(process.execPath, [main, ...words], {
    cwd: options.folder ?? root,
    env: { ...Object.fromEntries(inherited), ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), 110_000)
  const sent = new Set<NodeJS.Signals>()
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    options.onOutput?.(stdout, signal => {
      // more output may come before it ends; a second Ctrl-C would end it at once
      if (!sent.has(signal)) child.kill(signal)
      sent.add(signal)
    })
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.end(options.input ?? '')
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => {
      clearTimeout(timer)
      resolve({ code, stdout, stderr })
    })
  })
}
