import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { createTestDatabase } from './database.ts'

export interface Product extends AsyncDisposable {
  readonly url: string
  readonly adminKey: string
  readonly dataDirectory: string
  readonly configFile: string
  /** The server process; only it, never a group. */
  readonly pid: number
  /** Every line the server has logged so far. */
  readonly lines: readonly string[]
  /** Resolves when the server process has ended, with its exit code or signal. */
  readonly exited: Promise<number | string>
  stop(): Promise<void>
}

export interface ProductOptions {
  /** The text of slipway.yaml; the one in the repository by default. */
  readonly config?: string
  readonly environment?: Record<string, string>
  /** `shared` clones a database of the test run's Postgres; `embedded` starts the product's own. */
  readonly database?: 'shared' | 'embedded'
  /** Reuses a data folder, to start the product again on what an earlier one left. */
  readonly dataDirectory?: string
  readonly databaseUrl?: string
}

const root = path.join(import.meta.dirname, '..')

/** Starts the real server as a process of its own on a free port, with a fresh data folder and admin key. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(path.join(tmpdir(), 'slipway-test-')))
  const configFile = path.join(dataDirectory, 'slipway.yaml')
  if (options.config !== undefined) await writeFile(configFile, options.config)
  const adminKey = options.environment?.['SLIPWAY_ADMIN_KEY'] ?? 'sk-slip-test-admin-key-of-this-run'
  const testDatabase =
    options.database === 'embedded' || options.databaseUrl ? undefined : await createTestDatabase()
  const databaseUrl = options.databaseUrl ?? testDatabase?.url

  const child = spawn(process.execPath, [path.join(root, 'src/main.ts')], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...process.env,
      BUN_CONFIG_MAX_HTTP_REQUESTS: '65336',
      SLIPWAY_PORT: '0',
      SLIPWAY_DATA: dataDirectory,
      SLIPWAY_CONFIG: options.config === undefined ? path.join(root, 'slipway.yaml') : configFile,
      SLIPWAY_ADMIN_KEY: adminKey,
      // servers that share a database share it
      SLIPWAY_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      ...(databaseUrl === undefined ? { DATABASE_URL: '' } : { DATABASE_URL: databaseUrl }),
      ...options.environment,
    },
  })
  const output = createInterface({ input: child.stdout })
  const isRead = new Promise(resolve => output.once('close', resolve))
  const exited = new Promise<number | string>(resolve =>
    // `close` rather than `exit`, and the end of the lines after it: only then has all of its log been read
    child.once('close', (code, signal) => void isRead.then(() => resolve(code ?? signal ?? 'unknown'))),
  )
  const lines: string[] = []
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
    process.stderr.write(text)
  })
  const url = await readyUrl(output, lines, exited, () => complaint)

  async function stop(): Promise<void> {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
    await exited
    clearTimeout(timer)
    await testDatabase?.[Symbol.asyncDispose]()
    if (options.dataDirectory === undefined) await rm(dataDirectory, { recursive: true, force: true })
  }

  return {
    url,
    adminKey,
    dataDirectory,
    configFile,
    pid: child.pid ?? -1,
    lines,
    exited,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Waits for the line that says where the server listens; fails with its log and what it complained of where it ends before. */
async function readyUrl(
  output: Interface,
  lines: string[],
  exited: Promise<number | string>,
  complaint: () => string,
): Promise<string> {
  const ready = new Promise<string>(resolve => {
    let isReady = false
    output.on('line', line => {
      lines.push(line)
      // readline ends lines at U+2028 too, where the log does not
      if (isReady || !line.startsWith('{')) return
      const entry = JSON.parse(line) as { msg?: string; url?: string }
      if (entry.msg !== 'ready' || !entry.url) return
      isReady = true
      resolve(entry.url)
    })
  })
  const failed = exited.then(code => {
    throw new Error(`The server ended (${code}) before it was ready:\n${lines.join('\n')}\n${complaint()}`)
  })
  failed.catch(() => undefined)
  return await Promise.race([ready, failed])
}
