import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { type OpenAI, toFile } from 'openai'
import type { FineTuningJob } from 'openai/resources/fine-tuning/jobs'
import { apiErrorOf, callControl, createOpenAi } from '../clients.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { startProduct, type Product } from '../product.ts'
import { until } from '../until.ts'

let database: TestDatabase
let product: Product
let openai: OpenAI

const config = 'services: {}\ntraining: { concurrency: 2 }\n'
const letters = Array.from('abcdefghij')
const line = (question: string, answer: string): string =>
  JSON.stringify({
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
  })
const lines = letters.map((letter, index) => line(letter, letters[(index + 1) % 10]!)).join('\n')
/** A model of a few thousand parameters: what is tested is the way, not the weights. */
const tiny = {
  learning_rate: 1e-2,
  options: {
    shape: { width: 16, layers: 1, heads: 2, keyValueHeads: 1, hiddenWidth: 32, contextLength: 32 },
    merges: 4,
    rowLengths: [16],
    warmupSteps: 2,
  },
}

beforeAll(async () => {
  database = await createTestDatabase()
  product = await startProduct({ config, databaseUrl: database.url })
  openai = createOpenAi(product, product.adminKey)
}, 60_000)

afterAll(async () => {
  await product?.stop()
  await database?.[Symbol.asyncDispose]()
}, 60_000)

const upload = async (text: string, purpose: 'fine-tune' | 'batch' = 'fine-tune'): Promise<string> =>
  (await openai.files.create({ file: await toFile(Buffer.from(text), 'lines.jsonl'), purpose })).id

/** What OpenAI's client sends, with what its types do not know. */
const create = async (body: object): Promise<FineTuningJob> =>
  await openai.fineTuning.jobs.create({ model: 'builtin/new', ...body } as Parameters<
    typeof openai.fineTuning.jobs.create
  >[0])

async function ended(id: string): Promise<FineTuningJob> {
  let job = await openai.fineTuning.jobs.retrieve(id)
  await until(
    async () => {
      job = await openai.fineTuning.jobs.retrieve(id)
      return ['succeeded', 'failed', 'cancelled'].includes(job.status)
    },
    { limitMs: 60_000, everyMs: 100 },
  )
  return job
}

interface Version {
  readonly files: readonly { readonly path: string; readonly sha256: string }[]
  readonly lineage: {
    readonly datasets: readonly unknown[]
    readonly runs: readonly { readonly id: string }[]
  }
}

async function weightsOf(fineTuned: string | null): Promise<string> {
  const [model, number] = (fineTuned ?? '').split('@')
  const version = await callControl<Version>(product, 'GET', `/api/models/${model}/versions/${number}`)
  return version.files.find(({ path }) => path === 'model.gguf')?.sha256 ?? 'no file'
}

describe('/v1/fine_tuning/jobs', () => {
  it('trains a model from a file, as OpenAI’s client knows it', async () => {
    const file = await upload(lines)
    const made = await create({
      training_file: file,
      validation_file: file,
      method: {
        type: 'supervised',
        supervised: { hyperparameters: { batch_size: 4, learning_rate_multiplier: 1 } },
      },
      seed: 7,
      suffix: 'letters',
      metadata: { team: 'one' },
      slipway: { ...tiny, steps: 40, checkpoint_every_steps: 20, evaluate_every_steps: 20 },
    })
    expect(made).toMatchObject({
      object: 'fine_tuning.job',
      status: 'validating_files',
      model: 'builtin/new',
      seed: 7,
      training_file: file,
      hyperparameters: { n_epochs: 'auto', batch_size: 4, learning_rate_multiplier: 1 },
      fine_tuned_model: null,
      trained_tokens: null,
      error: null,
      metadata: { team: 'one' },
    })
    const job = await ended(made.id)
    expect(job).toMatchObject({ status: 'succeeded', fine_tuned_model: 'new-letters@1' })
    expect(job.trained_tokens).toBeGreaterThan(0)
    expect(job.finished_at).toBeGreaterThanOrEqual(job.created_at)

    const events: string[] = []
    for await (const event of openai.fineTuning.jobs.listEvents(job.id, { limit: 3 }))
      events.push(event.message)
    expect(events.at(-1)).toBe(`Created fine-tuning job: ${job.id}`)
    expect(events[0]).toBe('The job has successfully completed')
    expect(events).toContain('Checkpoint created at step 40')
    expect(new Set(events).size).toBe(events.length)

    const checkpoints = await openai.fineTuning.jobs.checkpoints.list(job.id)
    expect(checkpoints.data.map(({ step_number }) => step_number)).toEqual([40, 20])
    expect(checkpoints.data[0]!.metrics.full_valid_loss).toBeGreaterThan(0)

    const results = await (await openai.files.content(job.result_files[0]!)).text()
    const losses = results
      .trim()
      .split('\n')
      .slice(1)
      .map(row => Number(row.split(',')[1]))
    expect(losses).toHaveLength(40)
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 1.5)

    const listed: string[] = []
    for await (const one of openai.fineTuning.jobs.list({ metadata: { team: 'one' } })) listed.push(one.id)
    expect(listed).toEqual([job.id])
  }, 180_000)

  it('says what is wrong in OpenAI’s form, before anything is trained', async () => {
    const file = await upload(lines)
    const refusals: [object, number, string, RegExp][] = [
      [{ training_file: 'file-none' }, 400, 'training_file', /no file `file-none`/],
      [{ training_file: await upload(lines, 'batch') }, 400, 'training_file', /purpose `batch`/],
      [{ training_file: 'dataset:none@main' }, 400, 'training_file', /no dataset/],
      [{ training_file: file, model: 'builtin/suport' }, 404, 'model', /Did you mean `builtin\/support`/],
      [{ training_file: file, method: { type: 'dpo' } }, 400, 'method.type', /no dpo/],
      [{ training_file: file, epochs: 3 }, 400, 'epochs', /epochs/],
      [
        { training_file: file, slipway: { adapter: { rank: 2 } } },
        400,
        'slipway.adapter',
        /begins with none/,
      ],
      [{ training_file: file, slipway: { options: { widht: 2 } } }, 400, 'slipway.options', /widht/],
      [
        { training_file: file, slipway: { early_stopping: { patience: 2 } } },
        400,
        'slipway.early_stopping',
        /validation_file/,
      ],
    ]
    for (const [body, status, param, message] of refusals) {
      const error = await apiErrorOf(create(body))
      expect({ status: error.status, param: error.param }).toEqual({ status, param })
      expect(error.message).toMatch(message)
    }
    expect((await apiErrorOf(openai.fineTuning.jobs.retrieve('ftjob-none'))).status).toBe(404)
    const broken = await create({ training_file: await upload(`${lines}\n{"messages":[]}`), slipway: tiny })
    expect(await ended(broken.id)).toMatchObject({
      status: 'failed',
      error: { code: 'invalid_training_file', param: 'training_file' },
    })
    expect((await openai.fineTuning.jobs.retrieve(broken.id)).error?.message).toMatch(/^Line 11: .*messages/)
  }, 60_000)

  it('pauses, goes on, cancels, and tells of it live', async () => {
    const file = await upload(lines)
    const { id } = await create({ training_file: file, slipway: { ...tiny, steps: 100_000 } })
    await until(async () => (await openai.fineTuning.jobs.retrieve(id)).estimated_finish !== null, {
      limitMs: 60_000,
    })
    expect(await openai.fineTuning.jobs.pause(id)).toMatchObject({ status: 'paused' as never })
    expect((await apiErrorOf(openai.fineTuning.jobs.pause(id))).message).toContain("status 'paused'")
    expect(await openai.fineTuning.jobs.resume(id)).toMatchObject({ status: 'queued' })
    const live = await fetch(`${product.url}/api/training/jobs/${id}/live`, {
      headers: { authorization: `Bearer ${product.adminKey}` },
    })
    await until(async () => (await openai.fineTuning.jobs.retrieve(id)).status === 'running')
    expect(await openai.fineTuning.jobs.cancel(id)).toMatchObject({ status: 'cancelled' })
    const told = await live.text()
    expect(told).toContain('event: points')
    expect(told.trim().split('\n').at(-1)).toContain('"state":"cancelled"')
  }, 180_000)

  it('learns from a version of a dataset, which the model then names', async () => {
    await callControl(product, 'POST', '/api/datasets', {
      name: 'letters',
      definition: 'key: id\ncolumns: { ask: { role: input }, say: { role: expected } }\n',
    })
    const rows = letters.map((letter, id) => ({ id, ask: letter, say: letters[(id + 1) % 10] }))
    await callControl(product, 'POST', '/api/datasets/letters/commits', { message: 'first', upserts: rows })
    const made = await create({ training_file: 'dataset:letters@1', slipway: { ...tiny, steps: 5 } })
    const job = await ended(made.id)
    expect(job).toMatchObject({ status: 'succeeded', training_file: 'dataset:letters@1' })
    const [model, number] = job.fine_tuned_model!.split('@')
    const version = await callControl<Version>(product, 'GET', `/api/models/${model}/versions/${number}`)
    expect(version.lineage.datasets).toMatchObject([{ name: 'letters', number: 1, role: 'training' }])
    expect(version.lineage.runs).toMatchObject([{ id: job.id }])
  }, 60_000)

  it('goes on after kill -9 of the server, with the weights of a run that was left alone', async () => {
    const file = await upload(lines)
    const body = {
      training_file: file,
      seed: 11,
      slipway: { ...tiny, steps: 120, checkpoint_every_steps: 10, output_model: 'same' },
    }
    const alone = await ended((await create(body)).id)
    const { id } = await create(body)
    await until(async () => (await openai.fineTuning.jobs.checkpoints.list(id)).data.length >= 2, {
      limitMs: 60_000,
    })
    process.kill(product.pid, 'SIGKILL')
    await product.exited
    product = await startProduct({ config, databaseUrl: database.url, dataDirectory: product.dataDirectory })
    openai = createOpenAi(product, product.adminKey)
    const job = await ended(id)
    expect(job.status).toBe('succeeded')
    expect(job.trained_tokens).toBe(alone.trained_tokens)
    expect(await weightsOf(job.fine_tuned_model)).toBe(await weightsOf(alone.fine_tuned_model))
    const { data } = await callControl<{ data: { step: number }[] }>(
      product,
      'GET',
      `/api/training/jobs/${id}/points`,
    )
    expect(data.map(({ step }) => step)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1))
  }, 150_000)
})
