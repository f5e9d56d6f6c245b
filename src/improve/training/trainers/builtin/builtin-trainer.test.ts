import { afterAll, describe, expect, it } from 'bun:test'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { layOutTask, runTask } from '../../../../../test/trainer-contract.ts'
import { readModelFile } from '../../gguf/model-file.ts'
import type { TrainerSpec } from '../contract.ts'
import { createBuiltinTrainer } from './builtin-trainer.ts'

const root = await mkdtemp(path.join(tmpdir(), 'slipway-builtin-'))
afterAll(() => rm(root, { recursive: true, force: true }))

const timeoutMs = 120_000
const trainer = createBuiltinTrainer(() => 10)
const letters = Array.from('abcdefghij')
const pairs = letters.map((letter, index) => [letter, letters[(index + 1) % 10] ?? ''] as const)
const tiny = {
  shape: { width: 16, layers: 1, heads: 2, keyValueHeads: 1, hiddenWidth: 32, contextLength: 32 },
  merges: 4,
  rowLengths: [16],
  warmupSteps: 2,
}
const fresh: Partial<TrainerSpec> = {
  hyperparameters: {
    epochs: null,
    steps: 120,
    batch_size: 2,
    learning_rate: 1e-2,
    learning_rate_multiplier: 1,
    beta: null,
  },
  options: tiny,
  checkpoint_every_steps: 25,
  evaluate_every_steps: 60,
}

const modelOf = (name: string): Promise<Buffer> => readFile(path.join(root, name, 'artifacts/model.gguf'))
const run = async (name: string, given: Partial<TrainerSpec>, how: Parameters<typeof runTask>[3] = {}) => {
  const folder = path.join(root, name)
  return await runTask(trainer, folder, await layOutTask(folder, pairs, { ...fresh, ...given }), how)
}

describe('the built-in trainer', () => {
  it(
    'lowers the loss and leaves a model, checkpoints and what it measured',
    async () => {
      const whole = await run('whole', {})
      expect(whole.end).toMatchObject({
        kind: 'done',
        artifact: { format: 'gguf', step: 120, stopped_early: false },
      })
      expect([...whole.steps.keys()]).toEqual(Array.from({ length: 120 }, (_, index) => index + 1))
      expect(whole.steps.get(120)!.loss).toBeLessThan(whole.steps.get(1)!.loss / 1.5)
      expect(whole.checkpoints.at(-1)).toBe(120)
      expect([...whole.evaluations.keys()]).toEqual([60, 120])
      expect(readModelFile(await modelOf('whole')).shape.width).toBe(16)
    },
    timeoutMs,
  )

  it(
    'goes on exactly where it was when it is stopped, and when it is killed',
    async () => {
      expect((await run('stopped', {}, { stopAt: 20 })).end).toEqual({ kind: 'stopped' })
      const killed = await run('stopped', {}, { killAt: 60 })
      expect(killed.end).toMatchObject({ kind: 'again' })
      const rest = await run('stopped', {})
      expect(rest.end).toMatchObject({ kind: 'done' })
      // the first is what was written before it was taken up; what was redone is told anew, once
      expect([...rest.steps.keys()]).toEqual(Array.from({ length: 120 }, (_, index) => index + 1))
      expect((await modelOf('stopped')).equals(await modelOf('whole'))).toBe(true)
    },
    timeoutMs,
  )

  it(
    'corrects a model with an adapter that is merged, and gives other weights for another seed',
    async () => {
      const base = { name: 'whole', path: path.join(root, 'whole/artifacts/model.gguf') }
      const adapter = { rank: 8, alpha: 16 }
      const hyperparameters = { ...fresh.hyperparameters!, steps: 100, learning_rate: 0.02 }
      const first = await run('adapter', { base, adapter, hyperparameters })
      expect(first.end).toMatchObject({ kind: 'done' })
      const losses = [...first.steps.values()].map(({ loss }) => loss)
      const mean = (some: readonly number[]): number =>
        some.reduce((sum, loss) => sum + loss, 0) / some.length
      expect(mean(losses.slice(-10))).toBeLessThan(mean(losses.slice(0, 10)))
      const [before, after] = [readModelFile(await modelOf('whole')), readModelFile(await modelOf('adapter'))]
      // embeddings and norms stay, the matrices of attention do not
      expect(after.weights[0]).toEqual(before.weights[0])
      expect(after.weights[2]).not.toEqual(before.weights[2])
      await run('other-seed', { base, adapter, hyperparameters, seed: 8 })
      expect((await modelOf('other-seed')).equals(await modelOf('adapter'))).toBe(false)
    },
    timeoutMs,
  )

  it(
    'stops early with the weights of the best evaluation',
    async () => {
      const early = await run('early', {
        hyperparameters: { ...fresh.hyperparameters!, steps: 60, learning_rate: 0.3 },
        evaluate_every_steps: 2,
        early_stopping: { patience: 2, min_delta: 0 },
      })
      const losses = [...early.evaluations.values()].map(line => (line.kind === 'evaluation' ? line.loss : 0))
      const best = losses.indexOf(Math.min(...losses))
      expect(losses.length).toBe(best + 3)
      expect(early.end).toMatchObject({
        kind: 'done',
        artifact: { stopped_early: true, step: 2 * (best + 1) },
      })
      expect(early.notes.join()).toContain('falls no more')
    },
    timeoutMs,
  )

  it(
    'says which part of a spec is wrong',
    async () => {
      const bad = await run('bad', { hyperparameters: { ...fresh.hyperparameters!, batch_size: -1 } })
      expect(bad.end).toMatchObject({
        kind: 'failed',
        code: 'invalid_training_spec',
        param: 'hyperparameters.batch_size',
      })
    },
    timeoutMs,
  )
})
