import { afterAll, describe, expect, it } from 'bun:test'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isAlive } from '../../../../../test/is-alive.ts'
import { layOutTask, runTask, type WatchedRun } from '../../../../../test/trainer-contract.ts'
import { until } from '../../../../../test/until.ts'
import { createProcessTrainer } from './process-trainer.ts'

const root = await mkdtemp(path.join(tmpdir(), 'slipway-process-'))
afterAll(() => rm(root, { recursive: true, force: true }))

let number = 0
const folderOf = (): string => path.join(root, String((number += 1)))

/** Runs a script of the shell as a trainer; `$0` is its folder. */
async function run(script: string, how: { folder?: string; stopAt?: number } = {}): Promise<WatchedRun> {
  const { folder = folderOf(), ...rest } = how
  const trainer = createProcessTrainer('script', {
    command: ['/bin/sh', '-c', script],
    environment: { GIVEN: 'yes' },
    models: { base: '/models/base' },
    methods: ['supervised'],
    hasAdapters: false,
    canContinue: true,
    attempts: 3,
    timeoutMinutes: 5,
    graceSeconds: 20,
  })
  return await runTask(trainer, folder, await layOutTask(folder, [['a', 'b']], {}), rest)
}
const step = (at: number): string =>
  `echo '{"kind":"step","step":${at},"steps":9,"loss":1.5}' >> $0/metrics.jsonl`
const artifact = `mkdir -p $0/artifacts; echo '{"format":"gguf"}' > $0/artifacts/artifact.json`

describe('a trainer of the configuration', () => {
  it('is told by its exit code and what it has left', async () => {
    expect((await run(`${artifact}; exit 0`)).end).toMatchObject({
      kind: 'done',
      artifact: { format: 'gguf' },
    })
    expect((await run('exit 0')).end).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('artifact.json') as string,
    })
    expect((await run('exit 75')).end).toMatchObject({ kind: 'again' })
    expect((await run('kill -KILL $$')).end).toMatchObject({ kind: 'again' })
    expect((await run('exit 3')).end).toMatchObject({
      kind: 'failed',
      code: 'trainer_failed',
      message: expect.stringContaining('exit code 3') as string,
    })
    const refused = `echo '{"message":"No such layer.","param":"options.layer"}' > $0/error.json; exit 64`
    expect((await run(refused)).end).toEqual({
      kind: 'failed',
      code: 'invalid_training_spec',
      message: 'No such layer.',
      param: 'options.layer',
    })
  })

  it('tells steps and checkpoints, and lines that are none', async () => {
    const checkpoint =
      'mkdir -p $0/checkpoints/step-2.part && mv $0/checkpoints/step-2.part $0/checkpoints/step-2'
    const told = await run(
      `${step(1)}; ${step(2)}; echo nonsense >> $0/metrics.jsonl; ${checkpoint}; ${artifact}`,
    )
    expect([...told.steps.keys()]).toEqual([1, 2])
    expect(told.checkpoints).toEqual([2])
    expect(told.notes.join()).toContain('not as the contract has them')
  })

  it('gets what the configuration gives and nothing else of the server', async () => {
    const folder = folderOf()
    process.env['SECRET_OF_THE_SERVER'] = 'hidden'
    await run('env > $0/environment; exit 3', { folder })
    delete process.env['SECRET_OF_THE_SERVER']
    const names = (await readFile(path.join(folder, 'environment'), 'utf8'))
      .split('\n')
      .map(line => line.split('=')[0])
    expect(names).toContain('GIVEN')
    expect(names).not.toContain('SECRET_OF_THE_SERVER')
  })

  it('is asked to stop, and ended with all that it has started', async () => {
    const folder = folderOf()
    const script = `sleep 600 & echo $! > $0/child; trap 'touch $0/asked; exit 0' TERM; ${step(1)}; while :; do sleep 0.05; done`
    const stopped = await run(script, { folder, stopAt: 1 })
    expect(stopped.end).toEqual({ kind: 'stopped' })
    expect(await readFile(path.join(folder, 'asked'), 'utf8')).toBe('')
    const child = Number(await readFile(path.join(folder, 'child'), 'utf8'))
    await until(() => !isAlive(child))
  })
})
