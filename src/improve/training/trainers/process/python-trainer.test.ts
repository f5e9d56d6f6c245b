import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { layOutTask, runTask } from '../../../../../test/trainer-contract.ts'
import type { TrainerSpec } from '../contract.ts'
import { createProcessTrainer } from './process-trainer.ts'

/** An interpreter that has what trainers/python/requirements.txt names; without it nothing is tested here. */
const python = process.env['SLIPWAY_TRAINER_PYTHON'] ?? ''
const source = path.join(import.meta.dirname, '../../../../../trainers/python')
const root = await mkdtemp(path.join(tmpdir(), 'slipway-python-'))
const [model, teacher] = [path.join(root, 'model'), path.join(root, 'teacher')]
const timeoutMs = 300_000

const trainer = createProcessTrainer('torch', {
  command: [python, '-m', 'slipway_trainer'],
  environment: { PYTHONPATH: source, HF_HUB_OFFLINE: '1', OMP_NUM_THREADS: '1' },
  models: { tiny: model },
  methods: ['supervised', 'dpo', 'distillation'],
  hasAdapters: true,
  canContinue: true,
  attempts: 3,
  timeoutMinutes: 10,
  graceSeconds: 60,
})
const letters = Array.from('abcdefgh')
const pairs = letters.map((letter, index) => [letter, letters[(index + 1) % 8] ?? ''] as const)
const usual: Partial<TrainerSpec> = {
  base: { name: 'torch/tiny', path: model },
  hyperparameters: {
    epochs: null,
    steps: 60,
    batch_size: 8,
    learning_rate: 1e-2,
    learning_rate_multiplier: 1,
    beta: null,
  },
  checkpoint_every_steps: 10,
  evaluate_every_steps: 30,
}
const run = async (name: string, given: Partial<TrainerSpec>, how: Parameters<typeof runTask>[3] = {}) => {
  const folder = path.join(root, name)
  return await runTask(trainer, folder, await layOutTask(folder, pairs, { ...usual, ...given }), how)
}
const weightsOf = (name: string): Promise<Buffer> =>
  readFile(path.join(root, name, 'artifacts/model.safetensors'))

describe.skipIf(python === '')('the trainer in Python', () => {
  beforeAll(() => {
    for (const [folder, seed] of [
      [model, '1'],
      [teacher, '2'],
    ] as const)
      execFileSync(python, ['-m', 'slipway_trainer.tiny', folder, seed], {
        env: { ...process.env, PYTHONPATH: source },
        stdio: 'ignore',
      })
  }, timeoutMs)
  afterAll(() => rm(root, { recursive: true, force: true }))

  it(
    'lowers the loss of a toy task, and leaves a model, checkpoints and what it measured',
    async () => {
      const whole = await run('whole', {})
      expect(whole.end).toMatchObject({ kind: 'done', artifact: { format: 'safetensors', step: 60 } })
      expect([...whole.steps.keys()]).toEqual(Array.from({ length: 60 }, (_, index) => index + 1))
      expect(whole.steps.get(60)!.loss).toBeLessThan(whole.steps.get(1)!.loss / 4)
      expect([...whole.evaluations.keys()]).toEqual([30, 60])
      expect(whole.checkpoints.at(-1)).toBe(60)
    },
    timeoutMs,
  )

  it(
    'goes on exactly where it was when it is asked to stop',
    async () => {
      const first = await run(
        'stopped',
        { hyperparameters: { ...usual.hyperparameters!, steps: 200 } },
        { stopAt: 12 },
      )
      expect(first.end).toEqual({ kind: 'stopped' })
      const rest = await run('stopped', { hyperparameters: { ...usual.hyperparameters!, steps: 200 } })
      const alone = await run('alone', { hyperparameters: { ...usual.hyperparameters!, steps: 200 } })
      expect([...rest.steps.keys()]).toEqual([...alone.steps.keys()])
      expect((await weightsOf('stopped')).equals(await weightsOf('alone'))).toBe(true)
    },
    timeoutMs,
  )

  it(
    'trains adapters, learns a teacher’s logits, and prefers what is preferred',
    async () => {
      const adapter = await run('adapter', { adapter: { rank: 8 } })
      expect(adapter.end).toMatchObject({ kind: 'done' })
      expect(adapter.steps.get(60)!.loss).toBeLessThan(adapter.steps.get(1)!.loss)
      const distilled = await run('distilled', {
        method: 'distillation',
        distillation: { teacher, temperature: 2, alpha: 1 },
      })
      expect(distilled.end).toMatchObject({ kind: 'done' })
      expect(distilled.steps.get(60)!.loss).toBeLessThan(distilled.steps.get(1)!.loss / 2)
      const folder = path.join(root, 'preferences')
      const spec = await layOutTask(folder, pairs, {
        ...usual,
        method: 'dpo',
        data: {
          ...usual.data!,
          format: 'preference',
          train: 'data/train.jsonl',
          validation: null,
          train_examples: 8,
          validation_examples: 0,
        },
      })
      const answer = (content: string) => [{ role: 'assistant', content }]
      await writeFile(
        path.join(folder, 'data/train.jsonl'),
        pairs
          .map(([ask, say]) =>
            JSON.stringify({
              input: { messages: [{ role: 'user', content: ask }] },
              preferred_output: answer(say),
              non_preferred_output: answer('z'),
            }),
          )
          .join('\n'),
      )
      const preferred = await runTask(trainer, folder, spec)
      expect(preferred.steps.get(1)!.loss).toBeCloseTo(Math.log(2), 3)
      expect(preferred.steps.get(60)!.loss).toBeLessThan(0.3)
      expect(preferred.steps.get(60)!.accuracy).toBe(1)
    },
    timeoutMs,
  )

  it(
    'says which part of a spec is wrong',
    async () => {
      const faults: [Partial<TrainerSpec>, string][] = [
        [{ options: { widht: 1 } }, 'slipway.options.widht'],
        [{ hyperparameters: { ...usual.hyperparameters!, batch_size: 0 } }, 'hyperparameters.batch_size'],
        [{ base: { name: 'torch/none', path: path.join(root, 'none') } }, 'model'],
        [{ options: { max_length: 2 } }, 'training_file'],
      ]
      for (const [index, [given, param]] of faults.entries())
        expect((await run(`bad-${index}`, given)).end).toMatchObject({
          kind: 'failed',
          code: 'invalid_training_spec',
          param,
        })
    },
    timeoutMs,
  )
})
