import { describe, expect, it } from 'bun:test'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

const limitMs = 120_000
const script = path.join(import.meta.dirname, 'start.mjs')

async function until<Found>(find: () => Found | undefined | Promise<Found | undefined>): Promise<Found> {
  const endsAtMs = performance.now() + 60_000
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    if (performance.now() > endsAtMs) throw new Error('waited too long')
    await Bun.sleep(25)
  }
}

/** The launcher as `npm start` runs it, on a folder of its own, with a Postgres of its own and nothing to serve. */
async function launch(environment: Record<string, string> = {}) {
  const directory = await mkdtemp(path.join(tmpdir(), 'slipway-start-'))
  await writeFile(path.join(directory, 'slipway.yaml'), 'services: {}\n')
  const launcher = spawn('node', [script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DATABASE_URL: '',
      SLIPWAY_PORT: '0',
      SLIPWAY_DATA: path.join(directory, 'data'),
      SLIPWAY_CONFIG: path.join(directory, 'slipway.yaml'),
      ...environment,
    },
  })
  const ended = new Promise<number | string>(resolve =>
    launcher.once('close', (status, signal) => resolve(status ?? signal ?? '')),
  )
  let said = ''
  for (const stream of [launcher.stdout, launcher.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  const servers = () => [...said.matchAll(/"url":"([^"]+)","pid":(\d+),"msg":"ready"/g)]
  return {
    launcher,
    ended,
    said: () => said,
    /** The server that answers after `restarts` earlier ones. */
    server: async (restarts: number) => {
      const [, url = '', pid = ''] = await until(() => servers()[restarts])
      return { url, pid: Number(pid) }
    },
    postgresPid: async () =>
      Number.parseInt(await readFile(path.join(directory, 'data', 'postgres', 'postmaster.pid'), 'utf8'), 10),
    async [Symbol.asyncDispose]() {
      launcher.kill('SIGTERM')
      await ended
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function isGone(pid: number): true | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === '' ? true : undefined
  } catch {
    // it went while it was looked at
    return true
  }
}

describe('npm start', () => {
  it.if(existsSync('/proc/self/cmdline'))(
    'starts a killed server again, and leaves nothing behind when it is killed itself',
    async () => {
      await using started = await launch()
      const first = await started.server(0)
      expect((await fetch(`${first.url}/healthz`)).status).toBe(200)
      process.kill(first.pid, 'SIGKILL')
      const second = await started.server(1)
      expect(second.pid).not.toBe(first.pid)
      expect((await fetch(`${second.url}/healthz`)).status).toBe(200)

      const postgresPid = await started.postgresPid()
      started.launcher.kill('SIGKILL')
      await until(() => isGone(second.pid))
      await until(() => isGone(postgresPid))
    },
    limitMs,
  )

  it(
    'ends with status 0 when it is told to, and everything with it',
    async () => {
      await using started = await launch()
      const { url } = await started.server(0)
      started.launcher.kill('SIGTERM')
      expect(await started.ended).toBe(0)
      expect(started.said()).toContain('"msg":"stopped"')
      expect(fetch(`${url}/healthz`)).rejects.toThrow()
    },
    limitMs,
  )

  it(
    'does not try again what its environment forbids, and tells all of it',
    async () => {
      await using started = await launch({ SLIPWAY_PORT: 'many', SLIPWAY_LOG_LEVEL: 'loud' })
      expect(await started.ended).toBe(78)
      expect(started.said()).toContain('SLIPWAY_PORT must be a whole number')
      expect(started.said()).toContain('SLIPWAY_LOG_LEVEL must be one of')
      expect(started.said()).not.toContain('starts again')
    },
    limitMs,
  )
})
