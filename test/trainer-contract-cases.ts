import { expect, it } from 'bun:test'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Trainer } from '../src/improve/training/trainers/trainer.ts'
import { isAlive } from './is-alive.ts'
import { layOutTask, runTask, type WatchedRun } from './trainer-contract.ts'
import { until } from './until.ts'

let number = 0

/** Runs a script of the shell as a trainer; `$0` is its folder. */
export async function runScript(
  trainer: Pick<Trainer, 'run'>,
  { stopAt, prepare }: { stopAt?: number; prepare?: (folder: string) => Promise<void> } = {},
): Promise<WatchedRun & { readonly folder: string }> {
  number += 1
  const job = `ftjob-${number}`
  const folder = await mkdtemp(path.join(tmpdir(), 'slipway-task-'))
  const spec = await layOutTask(folder, [['a', 'b']], { job })
  await prepare?.(folder)
  const how = stopAt === undefined ? {} : { stopAt }
  return { ...(await runTask(trainer, folder, spec, how)), folder }
}

export const stepLine = (at: number): string =>
  `echo '{"kind":"step","step":${at},"steps":9,"loss":1.5}' >> $0/metrics.jsonl`
export const artifact = `mkdir -p $0/artifacts; echo '{"format":"gguf"}' > $0/artifacts/artifact.json`
export const checkpoint = (at: number): string =>
  `mkdir -p $0/checkpoints/step-${at}.part && echo ${at} > $0/checkpoints/step-${at}.part/state && mv $0/checkpoints/step-${at}.part $0/checkpoints/step-${at}`

/** What docs/extend/trainer.md promises, wherever a trainer runs. `make` gives one that runs a script with `GIVEN=yes`. */
export function holdTrainerToItsContract(make: (script: string) => Pick<Trainer, 'run'>): void {
  it('is told by its exit code and what it has left', async () => {
    const scripts = [
      `${artifact}; exit 0`,
      'exit 0',
      'exit 75',
      'kill -KILL $$',
      'exit 3',
      `echo '{"message":"No such layer.","param":"options.layer"}' > $0/error.json; exit 64`,
    ]
    const ends = await Promise.all(scripts.map(async script => (await runScript(make(script))).end))
    expect(ends).toMatchObject([
      { kind: 'done', artifact: { format: 'gguf' } },
      { kind: 'failed', message: expect.stringContaining('artifact.json') as string },
      { kind: 'again' },
      { kind: 'again' },
      { kind: 'failed', code: 'trainer_failed', message: expect.stringContaining('exit code 3') as string },
      {
        kind: 'failed',
        code: 'invalid_training_spec',
        message: 'No such layer.',
        param: 'options.layer',
      },
    ])
  })

  it('tells steps and checkpoints, lines that are none, and its log', async () => {
    const told = await runScript(
      make(
        `echo hello; ${stepLine(1)}; ${stepLine(2)}; echo nonsense >> $0/metrics.jsonl; ${checkpoint(2)}; ${artifact}`,
      ),
    )
    expect(told.end.kind).toBe('done')
    expect([...told.steps.keys()]).toEqual([1, 2])
    expect(told.checkpoints).toEqual([2])
    expect(told.notes.join()).toContain('not as the contract has them')
    expect(await readFile(path.join(told.folder, 'checkpoints/step-2/state'), 'utf8')).toBe('2\n')
    expect(await readFile(path.join(told.folder, 'log.txt'), 'utf8')).toContain('hello')
  })

  it('gets what the configuration gives and nothing else of the server', async () => {
    process.env['SECRET_OF_THE_SERVER'] = 'hidden'
    const { folder } = await runScript(
      make(`mkdir -p $0/artifacts; env > $0/artifacts/environment; ${artifact}`),
    )
    delete process.env['SECRET_OF_THE_SERVER']
    const names = (await readFile(path.join(folder, 'artifacts/environment'), 'utf8'))
      .split('\n')
      .map(line => line.split('=')[0])
    expect(names).toContain('GIVEN')
    expect(names).not.toContain('SECRET_OF_THE_SERVER')
  })

  it('goes on from the highest checkpoint of an earlier try', async () => {
    const { end, folder } = await runScript(
      make(`mkdir -p $0/artifacts; cat $0/checkpoints/step-7/state > $0/artifacts/begun; ${artifact}`),
      {
        prepare: async folder => {
          await mkdir(path.join(folder, 'checkpoints/step-7'), { recursive: true })
          await writeFile(path.join(folder, 'checkpoints/step-7/state'), 'seven')
        },
      },
    )
    expect(end.kind).toBe('done')
    expect(await readFile(path.join(folder, 'artifacts/begun'), 'utf8')).toBe('seven')
  })

  it('is asked to stop, writes a checkpoint, and is ended with all that it has started', async () => {
    const marks = await mkdtemp(path.join(tmpdir(), 'slipway-marks-'))
    const script = `sleep 600 & echo $! > ${marks}/child; trap '${checkpoint(1)}; exit 0' TERM; ${stepLine(1)}; while :; do sleep 0.05; done`
    const stopped = await runScript(make(script), { stopAt: 1 })
    expect(stopped.end).toEqual({ kind: 'stopped' })
    expect(stopped.checkpoints).toEqual([1])
    const child = Number(await readFile(path.join(marks, 'child'), 'utf8'))
    await until(() => !isAlive(child))
  })
}
