import { afterAll, describe, expect, it } from 'bun:test'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readModelFile } from './gguf/model-file.ts'
import type { TrainingEvent } from './loop/training-event.ts'
import { readTrainingMetrics, trainModel, type TrainModelOptions } from './train-model.ts'
import type { TrainingSpecInput } from './training-spec.ts'

const root = await mkdtemp(join(tmpdir(), 'slipway-train-'))
afterAll(() => rm(root, { recursive: true, force: true }))

const timeoutMs = 90_000
const about = { name: 'Toy', description: 'Says what comes next.', license: 'apache-2.0' }
const spec = {
  steps: 30,
  shape: { width: 16, layers: 1, heads: 2, keyValueHeads: 1, hiddenWidth: 32, contextLength: 32 },
  merges: 4,
  rowLengths: [16],
  batchTokens: 128,
  learningRate: 1e-2,
  warmupSteps: 5,
  checkpointEverySteps: 10,
  evaluateEverySteps: 15,
} satisfies TrainingSpecInput

const letters = Array.from('abcdefghij')
const examples = letters.map((letter, index) => ({ input: letter, output: letters[(index + 1) % 10]! }))
const toy = { train: examples, heldOut: examples.slice(0, 4) }

const train = (name: string, options: Partial<TrainModelOptions> = {}, input: TrainingSpecInput = spec) =>
  trainModel(input, toy, { directory: join(root, name), about, ...options })
const lossesOf = async (name: string): Promise<[number, number][]> =>
  (await readTrainingMetrics(join(root, name))).flatMap(event =>
    event.kind === 'step' ? [[event.step, event.loss] as [number, number]] : [],
  )

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  )

describe('trainModel', () => {
  it(
    'lowers the loss, reports each step, and writes a model',
    async () => {
      const events: TrainingEvent[] = []
      const run = await train('whole', { onProgress: event => events.push(event) })
      const losses = await lossesOf('whole')
      expect(losses.map(([step]) => step)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
      expect(losses[0]![1]).toBeGreaterThan(5)
      expect(losses.at(-1)![1]).toBeLessThan(losses[0]![1] / 2)
      expect(run.finalLoss).toBeLessThan(losses[0]![1])
      expect(events.filter(({ kind }) => kind === 'checkpoint')).toHaveLength(3)
      expect(events.filter(({ kind }) => kind === 'evaluation')).toHaveLength(2)
      expect(readModelFile(await readFile(run.modelFile)).shape.width).toBe(16)
    },
    timeoutMs,
  )

  it(
    'goes on from its checkpoint when its process is killed, with the same losses and weights as if it had not been',
    async () => {
      let trainer = 0
      let restarts = 0
      const run = await train('killed', {
        onTrainer: pid => (trainer = pid),
        onProgress: event => {
          if (event.kind === 'restarted') restarts += 1
          if (event.kind === 'step' && event.step === 17 && restarts === 0) process.kill(trainer, 'SIGKILL')
        },
      })
      expect(restarts).toBe(1)
      expect(await lossesOf('killed')).toEqual(await lossesOf('whole'))
      const whole = await readFile(join(root, 'whole', 'model.gguf'))
      expect((await readFile(run.modelFile)).equals(whole)).toBe(true)
    },
    timeoutMs,
  )

  it(
    'stops when aborted, and goes on when called again',
    async () => {
      const controller = new AbortController()
      const stopped = train('stopped', {
        signal: controller.signal,
        onProgress: event => {
          if (event.kind === 'checkpoint' && event.step === 10) controller.abort()
        },
      })
      expect(await failureOf(stopped)).toMatchObject({ code: 'client_closed' })
      await train('stopped')
      expect(await lossesOf('stopped')).toEqual(await lossesOf('whole'))
    },
    timeoutMs,
  )

  it(
    'starts from another model: its sizes, its tokenizer, its knowledge',
    async () => {
      const startFrom = join(root, 'whole', 'model.gguf')
      await train('tuned', { startFrom }, { ...spec, steps: 2, shape: { width: 64 } })
      const [, first] = (await lossesOf('tuned'))[0]!
      const whole = await lossesOf('whole')
      expect(Math.abs(first - whole.at(-1)![1])).toBeLessThan(0.5)
    },
    timeoutMs,
  )

  it('says what is wrong with a spec', async () => {
    const failure = await failureOf(train('bad', {}, { ...spec, steps: 0, shape: { width: 15 } }))
    expect(failure).toMatchObject({ code: 'invalid_configuration' })
    expect(String(failure)).toMatch(/shape: width must be an even multiple.*steps/)
  })

  it('leaves a directory alone that holds another run', async () => {
    const failure = await failureOf(train('whole', {}, { ...spec, seed: 99 }))
    expect(failure).toMatchObject({ code: 'conflict' })
  })

  it(
    'passes on what its process cannot mend, without trying again',
    async () => {
      await writeFile(join(root, 'stopped', 'checkpoint.bin'), 'nonsense')
      let trainers = 0
      const run = train('stopped', { onTrainer: () => (trainers += 1) })
      expect(String(await failureOf(run))).toMatch(/checkpoint.*not of this model/)
      expect(trainers).toBe(1)
    },
    timeoutMs,
  )
})
