import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { type OpenAI, toFile } from 'openai'
import type { FineTuningJob } from 'openai/resources/fine-tuning/jobs'
import { apiErrorOf, callControl, createOpenAi } from '../clients.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { startFakeProvider, type FakeProvider } from '../fake-provider/index.ts'
import { startProduct, type Product } from '../product.ts'
import { until } from '../until.ts'

const key = 'sk-fake-key-of-the-provider'
const wrongKey = 'sk-wrong-0123456789'
const remoteKey = 'sk-slip-key-of-the-other-slipway'
const base = 'gpt-4.1-mini-2025-04-14'

let database: TestDatabase
let provider: FakeProvider
/** Another Slipway, to which ours is a client like any other. */
let other: Product
let product: Product
let openai: OpenAI

const configOf = (mayTrain: string): string => `
providers:
  hosted: { kind: openai, baseUrl: '${provider.url}/v1', apiKey: { env: HOSTED_KEY } }
  wrong: { kind: openai, baseUrl: '${provider.url}/v1', apiKey: { env: WRONG_KEY } }
  other: { kind: openai-compatible, baseUrl: '${other.url}/v1', apiKey: { env: OTHER_KEY } }
services:
  mine: { releases: { v1: { target: { provider: hosted, model: '${base}' } } } }
tenants: { default: { ${mayTrain} } }
training:
  concurrency: 3
  trainers:
    hosted: { kind: provider, provider: hosted, models: ['${base}'], pollSeconds: 0.1 }
    wrong: { kind: provider, provider: wrong, models: [any], pollSeconds: 0.1 }
    other: { kind: provider, provider: other, models: [builtin/new], pollSeconds: 0.1 }
`
const environment = { HOSTED_KEY: key, OTHER_KEY: remoteKey, WRONG_KEY: wrongKey }

const start = async (mayTrain = 'useForTraining: true', dataDirectory?: string): Promise<void> => {
  product = await startProduct({
    config: configOf(mayTrain),
    databaseUrl: database.url,
    environment,
    ...(dataDirectory !== undefined && { dataDirectory }),
  })
  openai = createOpenAi(product, product.adminKey)
}

beforeAll(async () => {
  database = await createTestDatabase()
  provider = await startFakeProvider({ apiKey: key })
  other = await startProduct({
    config: 'services: {}\n',
    environment: { SLIPWAY_ADMIN_KEY: remoteKey },
  })
  await start('')
}, 60_000)

afterAll(async () => {
  await product?.stop()
  await other?.stop()
  await provider?.stop()
  await database?.[Symbol.asyncDispose]()
}, 60_000)

const letters = Array.from('abcdefghijkl')
const lines = letters
  .map((letter, index) =>
    JSON.stringify({
      messages: [
        { role: 'user', content: letter },
        { role: 'assistant', content: letters[(index + 1) % letters.length] },
      ],
    }),
  )
  .join('\n')

const upload = async (text = lines): Promise<string> =>
  (await openai.files.create({ file: await toFile(Buffer.from(text), 'lines.jsonl'), purpose: 'fine-tune' }))
    .id

const create = async (body: object): Promise<FineTuningJob> =>
  await openai.fineTuning.jobs.create(body as Parameters<typeof openai.fineTuning.jobs.create>[0])

async function ended(id: string): Promise<FineTuningJob> {
  let job = await openai.fineTuning.jobs.retrieve(id)
  await until(
    async () => {
      job = await openai.fineTuning.jobs.retrieve(id)
      return ['succeeded', 'failed', 'cancelled'].includes(job.status)
    },
    { limitMs: 90_000, everyMs: 100 },
  )
  return job
}

interface ControlJob {
  readonly fine_tuned_model: string | null
  readonly remote_model: string | null
}
interface Point {
  readonly kind: string
  readonly step: number
  readonly loss: number
}
const control = async <Body>(method: string, path: string): Promise<Body> =>
  await callControl<Body>(product, method, path)

describe('a trainer at a provider', () => {
  it('gets nothing of a tenant that does not allow it', async () => {
    const error = await apiErrorOf(create({ model: base, training_file: await upload() }))
    expect({ status: error.status, param: error.param }).toEqual({ status: 403, param: 'training_file' })
    expect(error.message).toContain('tenants.default.useForTraining: true')
    expect(provider.fineTuning.uploads).toEqual([])
    const { data } = await control<{ data: { name: string; is_elsewhere: boolean }[] }>(
      'GET',
      '/api/training/trainers',
    )
    expect(data.filter(trainer => trainer.is_elsewhere).map(({ name }) => name)).toEqual([
      'hosted',
      'wrong',
      'other',
    ])
    const hash = async () => (await control<{ hash: string }>('GET', '/api/configuration')).hash
    const before = await hash()
    await writeFile(product.configFile, configOf('useForTraining: true'))
    await until(async () => (await hash()) !== before)
  }, 60_000)

  it('has a job done there, mirrors it, and ends in a model that a service can name', async () => {
    const file = await upload()
    const made = await create({
      model: base,
      training_file: file,
      validation_file: file,
      suffix: 'letters',
      seed: 7,
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 2 } } },
    })
    const job = await ended(made.id)
    const [there] = provider.fineTuning.jobs
    expect(there?.wanted).toMatchObject({
      model: base,
      suffix: 'letters',
      seed: 7,
      metadata: { slipway_job: job.id },
      method: {
        supervised: {
          hyperparameters: { n_epochs: 2, batch_size: 'auto', learning_rate_multiplier: 'auto' },
        },
      },
    })
    expect(provider.fineTuning.uploads.map(({ text }) => text.trim())).toEqual([lines, lines])
    const model = `ft:${base}:fake-org:letters:${there!.id}`
    expect(job).toMatchObject({ status: 'succeeded', fine_tuned_model: model, trained_tokens: 4_321 })
    expect(await control<ControlJob>('GET', `/api/training/jobs/${job.id}`)).toMatchObject({
      fine_tuned_model: 'gpt-4.1-mini-2025-04-14-letters@1',
      remote_model: model,
    })
    const { data: points } = await control<{ data: Point[] }>('GET', `/api/training/jobs/${job.id}/points`)
    expect(points.filter(({ kind }) => kind === 'step').map(({ loss }) => loss)).toEqual(
      Array.from({ length: 6 }, (_, index) => 2 / (index + 1)),
    )
    expect(points.filter(({ kind }) => kind === 'evaluation').map(({ step }) => step)).toEqual([3, 6])
    const checkpoints = await openai.fineTuning.jobs.checkpoints.list(job.id)
    expect(checkpoints.data.map(one => one.fine_tuned_model_checkpoint)).toEqual([
      `${model}:ckpt-step-6`,
      `${model}:ckpt-step-3`,
    ])
    const told = (await openai.fineTuning.jobs.listEvents(job.id, { limit: 100 })).data
    expect(told.map(({ message }) => message)).toContain('hosted: Fine-tuning job started')
    // nothing of the data stays there
    expect([...provider.fineTuning.files.values()].map(({ purpose }) => purpose)).toEqual([
      'fine-tune-results',
    ])
    const next = await create({ model: job.id, training_file: file })
    expect(next.model).toBe(job.id)
    expect(await ended(next.id)).toMatchObject({ status: 'succeeded' })
    expect(provider.fineTuning.jobs.at(-1)?.wanted.model).toBe(model)
  }, 120_000)

  it('says what the provider refuses, and waits where it is busy', async () => {
    const few = await create({
      model: base,
      training_file: await upload(lines.split('\n').slice(2, 5).join('\n')),
    })
    const job = await ended(few.id)
    expect(job).toMatchObject({
      status: 'failed',
      error: { code: 'invalid_training_file', param: 'training_file' },
    })
    expect(job.error?.message).toMatch(/`hosted` says: .*at least 10 examples/)
    const refusals: [object, string][] = [
      [{ slipway: { steps: 5 } }, 'slipway.steps'],
      [{ slipway: { options: { model: 'gpt-5' } } }, 'slipway.options.model'],
      [{ method: { type: 'dpo' } }, 'method.type'],
      [{ slipway: { adapter: { rank: 2 } } }, 'slipway.adapter'],
    ]
    for (const [body, param] of refusals)
      expect((await apiErrorOf(create({ model: base, training_file: await upload(), ...body }))).param).toBe(
        param,
      )
    const wrong = await create({ model: 'wrong/any', training_file: await upload() })
    const refused = (await ended(wrong.id)).error
    expect(refused).toMatchObject({ code: 'provider_refused' })
    expect(refused?.message).toContain('Incorrect API key provided')
    expect(refused?.message).toContain('Look at `providers.wrong.apiKey`')
    expect(refused?.message).not.toContain(wrongKey)
    provider.behave({ status: 503 })
    const waiting = await create({ model: base, training_file: await upload() })
    await until(async () =>
      (await openai.fineTuning.jobs.listEvents(waiting.id)).data.some(({ message }) =>
        message.includes('overloaded'),
      ),
    )
    provider.behave('answer')
    expect(await ended(waiting.id)).toMatchObject({ status: 'succeeded' })
  }, 120_000)

  it('pauses, goes on and ends there what is paused, goes on and is ended here', async () => {
    provider.fineTuning.holdAtStep = 3
    const { id } = await create({ model: base, training_file: await upload() })
    const there = () => provider.fineTuning.jobs.find(({ wanted }) => wanted.metadata?.['slipway_job'] === id)
    await until(() => there()?.step === 2, { limitMs: 60_000 })
    await openai.fineTuning.jobs.pause(id)
    await until(() => there()?.status === 'paused')
    await openai.fineTuning.jobs.resume(id)
    await until(() => there()?.status === 'running', { limitMs: 60_000 })
    await openai.fineTuning.jobs.cancel(id)
    await until(() => there()?.status === 'cancelled', { limitMs: 60_000 })
    await until(() => [...provider.fineTuning.files.values()].every(({ purpose }) => purpose !== 'fine-tune'))
    provider.fineTuning.holdAtStep = undefined
  }, 120_000)

  it('makes one job there, also where the server is killed before it hears of it', async () => {
    const before = provider.fineTuning.jobs.length
    provider.fineTuning.keepsSilentAboutJobs = true
    const { id } = await create({ model: base, training_file: await upload() })
    await until(() => provider.fineTuning.jobs.length === before + 1, { limitMs: 60_000 })
    const { dataDirectory } = product
    process.kill(product.pid, 'SIGKILL')
    await product.exited
    provider.fineTuning.keepsSilentAboutJobs = false
    await start(undefined, dataDirectory)
    const job = await ended(id)
    expect(job.fine_tuned_model).toContain(provider.fineTuning.jobs.at(-1)!.id)
    expect(provider.fineTuning.jobs).toHaveLength(before + 1)
  }, 120_000)

  it('is another Slipway as well', async () => {
    const { id } = await create({
      model: 'other/builtin/new',
      training_file: await upload(),
      suffix: 'far',
      slipway: {
        options: {
          slipway: {
            steps: 6,
            learning_rate: 1e-2,
            checkpoint_every_steps: 3,
            options: {
              shape: { width: 16, layers: 1, heads: 2, keyValueHeads: 1, hiddenWidth: 32, contextLength: 32 },
              merges: 4,
              rowLengths: [16],
              warmupSteps: 2,
            },
          },
        },
      },
    })
    const job = await ended(id)
    expect(job).toMatchObject({ status: 'succeeded', fine_tuned_model: 'new-far@1' })
    expect(
      await callControl<{ source: object }>(
        { url: other.url, adminKey: remoteKey },
        'GET',
        '/api/models/new-far/versions/1',
      ),
    ).toBeDefined()
    const { data: points } = await control<{ data: Point[] }>('GET', `/api/training/jobs/${id}/points`)
    expect(points.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6])
    const checkpoints = await openai.fineTuning.jobs.checkpoints.list(id)
    expect(checkpoints.data.map(({ step_number }) => step_number)).toEqual([6, 3])
  }, 120_000)
})
