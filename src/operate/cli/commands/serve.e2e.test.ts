import { afterEach, beforeEach, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { createTestDatabase } from '../../../../test/database.ts'
import { isAlive } from '../../../../test/is-alive.ts'

// Each step is a process of its own, on a machine that may be busy.
setDefaultTimeout(120_000)

const main = new URL('../main.ts', import.meta.url).pathname
let folder: string
let test: Awaited<ReturnType<typeof createTestDatabase>>
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-serve-'))
  await writeFile(join(folder, 'slipway.yaml'), 'services: {}\n')
  test = await createTestDatabase()
})
afterEach(async () => {
  await test[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

describe('slipway serve', () => {
  it('runs the server, hands SIGTERM on, and ends as it ends', async () => {
    const { command, pid, url, exited } = await serve()
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    command.kill('SIGTERM')
    expect(await exited).toBe(0)
    expect(isAlive(pid)).toBe(false)
  })

  it('leaves no server behind when it is killed', async () => {
    const { command, pid, exited } = await serve()
    command.kill('SIGKILL')
    await exited
    for (let attempt = 0; attempt < 800 && isAlive(pid); attempt += 1) await Bun.sleep(50)
    expect(isAlive(pid)).toBe(false)
  })

  it('ends with the code of a server that cannot start', async () => {
    await writeFile(join(folder, 'slipway.yaml'), 'servces: {}\n')
    const command = start()
    let complaint = ''
    command.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text))
    expect(await new Promise(resolve => command.once('close', resolve))).toBe(78)
    expect(complaint).toContain('Did you mean `services`?')
  })
})

function start(): ChildProcess {
  const words = [
    'serve',
    '--port',
    '0',
    '--data',
    join(folder, 'data'),
    '--config',
    join(folder, 'slipway.yaml'),
  ]
  return spawn(process.execPath, [main, ...words], {
    env: { ...process.env, DATABASE_URL: test.url, SLIPWAY_ADMIN_KEY: 'sk-slip-test-serve-admin-key' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function serve() {
  const command = start()
  command.stderr?.resume()
  const exited = new Promise<number | null>(resolve => command.once('exit', resolve))
  const ready = new Promise<{ pid: number; url: string }>((resolve, reject) => {
    void exited.then(code => reject(new Error(`It ended with ${code} before it was ready.`)))
    createInterface({ input: command.stdout! }).on('line', line => {
      if (!line.startsWith('{')) return
      const entry = JSON.parse(line) as { msg?: string; pid: number; url: string }
      if (entry.msg === 'ready') resolve(entry)
    })
  })
  return { command, exited, ...(await ready) }
}
