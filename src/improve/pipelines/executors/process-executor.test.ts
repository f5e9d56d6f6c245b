import { expect, it } from 'bun:test'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { workVariable } from './executor.ts'
import { createProcessExecutor } from './process-executor.ts'

it('ends what an earlier attempt of the same work has left before it begins', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'slipway-executor-'))
  const work = crypto.randomUUID()
  const left = (of: string) =>
    spawn('sleep', ['60'], { env: { ...process.env, [workVariable]: of }, stdio: 'ignore' })
  const [same, other] = [left(work), left(`${work}-2`)]
  const ended = new Promise<NodeJS.Signals | null>(resolve =>
    same.once('exit', (_, signal) => resolve(signal)),
  )
  try {
    const end = await createProcessExecutor().run({
      work,
      tenant: 'default',
      about: {},
      image: undefined,
      id: crypto.randomUUID(),
      command: ['true'],
      environment: { PATH: process.env['PATH'] ?? '' },
      secrets: {},
      folder,
      limits: {
        timeoutMs: 30_000,
        memoryBytes: undefined,
        cpuSeconds: undefined,
        cpu: undefined,
        diskBytes: undefined,
        gpus: undefined,
      },
      onNote: () => undefined,
      onOutput: () => undefined,
      signal: new AbortController().signal,
    })
    expect(end).toEqual({ kind: 'exited', code: 0 })
    expect(await ended).toBe('SIGKILL')
    expect(other.exitCode).toBeNull()
  } finally {
    other.kill()
    same.kill()
    await rm(folder, { recursive: true })
  }
})
