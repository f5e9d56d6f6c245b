import { afterAll, beforeAll, expect, it } from 'bun:test'
import { toFile } from 'openai'
import { callControl, createOpenAi } from '../clients.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { type FakeCluster, namespace, startFakeCluster } from '../kubernetes/fake-cluster.ts'
import { type Product, startProduct } from '../product.ts'
import { freePort, until } from '../until.ts'

let fake: FakeCluster
let database: TestDatabase
let first: Product
let second: Product | undefined

beforeAll(async () => {
  fake = await startFakeCluster()
  database = await createTestDatabase()
}, 60_000)
afterAll(async () => {
  await second?.stop()
  await first?.stop()
  await fake?.[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
}, 60_000)

it('finds its Jobs again after kill -9, and makes none twice', async () => {
  const port = await freePort()
  const gate = `${fake.kubeconfig}.go-on`
  const wait = `while [ ! -e ${gate} ]; do sleep 0.05; done`
  const place = `kind: kubernetes, kubeconfig: ${fake.kubeconfig}, namespace: ${namespace}, serverUrl: 'http://127.0.0.1:${port}'`
  const train = `echo '{"kind":"step","step":1,"steps":2,"loss":2}' >> $0/metrics.jsonl; ${wait}; echo '{"kind":"step","step":2,"steps":2,"loss":1}' >> $0/metrics.jsonl; mkdir -p $0/artifacts; echo weights > $0/artifacts/model.safetensors; echo '{"format":"safetensors","trained_tokens":5}' > $0/artifacts/artifact.json`
  const config = `services: {}
training:
  trainers:
    cluster: { ${place}, image: trainer:1, command: [/bin/sh, -c, ${JSON.stringify(train)}], models: { small: /models/small } }
pipelines:
  commands: { allow: true, process: false }
  executors: { cluster: { ${place}, image: app:1 } }
`
  const settings = { config, databaseUrl: database.url, environment: { SLIPWAY_PORT: String(port) } }
  first = await startProduct(settings)
  const openai = createOpenAi(first, first.adminKey)
  const line = JSON.stringify({
    messages: [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ],
  })
  const file = await openai.files.create({
    file: await toFile(Buffer.from(line), 'a.jsonl'),
    purpose: 'fine-tune',
  })
  const job = await openai.fineTuning.jobs.create({ model: 'cluster/small', training_file: file.id })
  const text = `pipeline: far\nstages:\n  one: { use: command, with: { executor: cluster, command: [sh, -c, '${wait}; echo 1 > outputs/n'], outputs: { n: file } } }\n`
  await callControl(first, 'PUT', '/api/pipelines', { text })
  const run = await callControl<{ id: string }>(first, 'POST', '/api/pipeline-runs', { pipeline: 'far' })
  await until(
    () => fake.pods().filter(({ status }) => status.containerStatuses?.[0]?.state.running).length === 2,
  )
  process.kill(first.pid, 'SIGKILL')
  await first.exited
  await Bun.write(gate, '')
  second = await startProduct({ ...settings, dataDirectory: first.dataDirectory })
  const again = createOpenAi(second, second.adminKey)
  await until(
    async () =>
      ['succeeded', 'failed'].includes((await again.fineTuning.jobs.retrieve(job.id)).status) &&
      (await callControl<{ state: string }>(second!, 'GET', `/api/pipeline-runs/${run.id}`)).state !==
        'running',
    { limitMs: 90_000, everyMs: 200 },
  )
  expect(await again.fineTuning.jobs.retrieve(job.id)).toMatchObject({
    status: 'succeeded',
    trained_tokens: 5,
    fine_tuned_model: 'small-ft@1',
  })
  expect(await callControl(second, 'GET', `/api/pipeline-runs/${run.id}`)).toMatchObject({
    state: 'succeeded',
  })
  expect(fake.jobsMade()).toBe(2)
}, 180_000)
