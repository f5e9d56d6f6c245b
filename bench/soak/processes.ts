import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'

export interface Started<Line> {
  readonly child: ChildProcess
  readonly line: Line
}

export interface Replica {
  readonly child: ChildProcess
  readonly url: string
  readonly pid: number
  /** Lines of its log that tell of a bug or of a fault, most recent last. */
  readonly faults: readonly string[]
}

export const adminKey = 'sk-slip-soak-admin-key-of-this-run'
const root = path.join(import.meta.dirname, '../..')

export async function startUpstream(): Promise<Started<{ steady: string; moody: string }>> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'upstream.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, line: JSON.parse(line) as { steady: string; moody: string } }
  }
  throw new Error('the upstream did not start')
}

export async function startReplica(options: {
  readonly dataDirectory: string
  readonly configFile: string
  readonly databaseUrl: string
}): Promise<Replica> {
  const child = spawn(process.execPath, [path.join(root, 'src/main.ts')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      BUN_CONFIG_MAX_HTTP_REQUESTS: '65336',
      SLIPWAY_PORT: '0',
      SLIPWAY_DATA: options.dataDirectory,
      // replicas of one database keep their objects in one place
      SLIPWAY_OBJECT_STORE: path.join(options.dataDirectory, '../objects'),
      SLIPWAY_CONFIG: options.configFile,
      SLIPWAY_ADMIN_KEY: adminKey,
      SLIPWAY_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      DATABASE_URL: options.databaseUrl,
    },
  })
  const faults: string[] = []
  const lines = createInterface({ input: child.stdout })
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', line => {
      const { msg, url: found, level } = JSON.parse(line) as { msg?: string; url?: string; level?: unknown }
      if (msg === 'ready' && found) resolve(found)
      if (level === 'error' || level === 'fatal' || Number(level) >= 50) faults.push(line)
      if (faults.length > 100) faults.shift()
    })
    child.once('exit', status => reject(new Error(`a replica ended with ${status} before it was ready`)))
  })
  return { child, url, pid: child.pid ?? -1, faults }
}

export async function createTenantKey(url: string, tenant: string): Promise<string> {
  const response = await fetch(`${url}/api/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: tenant, role: 'service', tenant }),
  })
  if (!response.ok) throw new Error(`no key: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { secret: string }).secret
}

/** Ends a process in order; by force where that takes longer than half a minute. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000)
  await ended
  clearTimeout(timer)
}
