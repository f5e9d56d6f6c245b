import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'

export interface RunningProduct {
  readonly url: string
  readonly adminKey: string
  /** Resolves when the server is gone, however. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

const root = path.join(import.meta.dirname, '../..')
const slowestStopMs = 30_000

/** Nothing of what the user has set for a Slipway of their own. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('SLIPWAY_') && name !== 'DATABASE_URL'),
  )
}

/** Starts the server with what lies in the folder: `slipway.yaml` and, made by it, `data` and `server.log`. */
export async function startProduct(folder: string, port: number): Promise<RunningProduct> {
  const server = spawn(process.execPath, ['--no-env-file', path.join(root, 'src/main.ts'), 'serve'], {
    // its standard input is how it learns that we are gone, even if killed
    stdio: ['pipe', 'pipe', 'pipe'],
    // a group of its own: the terminal's Ctrl-C comes to us, who end it in order
    detached: process.platform !== 'win32',
    cwd: root,
    env: {
      ...ownEnvironment(),
      BUN_CONFIG_MAX_HTTP_REQUESTS: '65336',
      DATABASE_URL: '',
      SLIPWAY_SUPERVISED: '1',
      SLIPWAY_HOST: '127.0.0.1',
      SLIPWAY_PORT: String(port),
      SLIPWAY_DATA: path.join(folder, 'data'),
      SLIPWAY_CONFIG: path.join(folder, 'slipway.yaml'),
      SLIPWAY_SHUTDOWN_SECONDS: '3',
    },
  })
  server.stdin.on('error', () => undefined)
  const log = createWriteStream(path.join(folder, 'server.log'))
  server.stderr.pipe(log, { end: false })
  const lines = createInterface({ input: server.stdout })
  const ended = new Promise<void>(resolve => {
    server.once('error', () => resolve())
    server.once('close', () => resolve())
  })
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', line => {
      log.write(`${line}\n`)
      if (!line.includes('"msg":"ready"')) return
      resolve((JSON.parse(line) as { url: string }).url)
    })
    void ended.then(() =>
      reject(new Error(`The server ended before it was ready; ${path.join(folder, 'server.log')} says why.`)),
    )
  })
  return {
    url,
    adminKey: (await readFile(path.join(folder, 'data/admin.key'), 'utf8')).trim(),
    ended,
    async stop() {
      server.kill('SIGTERM')
      const timer = setTimeout(() => server.kill('SIGKILL'), slowestStopMs)
      await ended
      clearTimeout(timer)
      log.end()
    },
  }
}
