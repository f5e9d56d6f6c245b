import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import path from 'node:path'
import { openTestCluster, type TestCluster } from '../../../../../test/kubernetes/open-test-cluster.ts'
import { layOutTask, runTask } from '../../../../../test/trainer-contract.ts'
import {
  artifact,
  checkpoint,
  holdTrainerToItsContract,
  runScript,
  stepLine,
} from '../../../../../test/trainer-contract-cases.ts'
import { until } from '../../../../../test/until.ts'
import type { Trainer } from '../trainer.ts'
import { createKubernetesTrainer, type DeclaredKubernetes } from './kubernetes-trainer.ts'

let test: TestCluster

beforeAll(async () => {
  test = await openTestCluster()
}, 60_000)
afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
}, 60_000)

function make(script: string, more: Partial<DeclaredKubernetes> = {}): Trainer {
  return createKubernetesTrainer(
    'cluster',
    {
      place: test.place,
      runtime: { kind: 'job' },
      image: 'trainer:1',
      command: ['/bin/sh', '-c', script],
      resources: { cpu: '1', memory: '1Gi', gpuResource: 'nvidia.com/gpu', more: {} },
      environment: { GIVEN: 'yes' },
      secrets: { TOKEN: 'only-for-the-trainer' },
      models: { base: '/models/base' },
      methods: ['supervised'],
      hasAdapters: false,
      canContinue: true,
      timeoutMinutes: 5,
      attempts: 3,
      ...more,
    },
    test.cluster,
  )
}
const podOf = async (image: string): Promise<string> => {
  let name = ''
  await until(() => {
    const pod = test.fake
      .pods()
      .find(
        ({ spec, status }) =>
          spec.containers[0].image === image && status.containerStatuses?.[0]?.state.running,
      )
    name = pod?.metadata.name ?? ''
    return pod !== undefined
  })
  return name
}

describe('a trainer in a cluster', () => {
  holdTrainerToItsContract(make)

  it('trains as a TrainJob of Kubeflow too', async () => {
    const runtime = { kind: 'trainjob', runtime: 'slipway', runtimeKind: 'ClusterTrainingRuntime' } as const
    const { end } = await runScript(make(`echo $TOKEN > $0/metrics.jsonl; ${artifact}`, { runtime }))
    expect(end.kind).toBe('done')
  })

  it('goes on over an API server that is away, cuts streams, forgets, and asks to slow down', async () => {
    test.fake.faults.refuse = { count: 2, status: 429, retryAfter: 0 }
    const script = `i=1; while [ ! -e ${test.folder}/go-on ]; do ${stepLine(1)}; sleep 0.05; done; ${stepLine(2)}; ${artifact}`
    const running = runScript(make(script, { image: 'patient:1' }))
    await podOf('patient:1')
    test.fake.cutStreams()
    test.fake.compact()
    test.fake.faults.isAway = true
    await Bun.sleep(300)
    test.fake.faults.isAway = false
    test.fake.faults.refuse = { count: 3, status: 500 }
    test.fake.cutStreams()
    await Bun.write(path.join(test.folder, 'go-on'), '')
    const { end, steps } = await running
    expect(end.kind).toBe('done')
    expect([...steps.keys()]).toEqual([1, 2])
  })

  it('is cut off, not failed, where its pod is evicted, and has its checkpoints for the next try', async () => {
    const script = `if [ -e $0/checkpoints/step-3/state ]; then ${artifact}; exit 0; fi; ${checkpoint(3)}; while :; do sleep 0.05; done`
    const trainer = make(script, { image: 'evicted:1' })
    const folder = path.join(test.folder, 'evicted')
    const spec = await layOutTask(folder, [['a', 'b']], { job: 'ftjob-evicted' })
    const running = runTask(trainer, folder, spec)
    const pod = await podOf('evicted:1')
    await until(async () => await Bun.file(path.join(folder, 'checkpoints/step-3/state')).exists())
    test.fake.evict(pod)
    expect((await running).end).toMatchObject({
      kind: 'again',
      message: expect.stringContaining('evicted') as string,
    })
    expect((await runTask(trainer, folder, spec)).end.kind).toBe('done')
  })

  it('says what holds it up, and fails where memory or an image is wanting', async () => {
    test.fake.faults.isFull = true
    const waiting = runScript(make(artifact, { image: 'waits:1' }))
    await until(() => test.fake.pods().some(({ status }) => status.conditions[0]?.reason === 'Unschedulable'))
    await Bun.sleep(600)
    test.fake.faults.isFull = false
    const { end, notes } = await waiting
    expect(end.kind).toBe('done')
    expect(notes.join('\n')).toContain('No node takes the pod (Unschedulable): 0/3 nodes are available')

    const greedy = runScript(make('while :; do sleep 0.05; done', { image: 'greedy:1' }))
    test.fake.oomKill(await podOf('greedy:1'))
    expect((await greedy).end).toMatchObject({ kind: 'failed', code: 'over_memory' })

    test.fake.faults.missingImages.add('missing:1')
    const place = { ...test.place, imageWaitMinutes: 1 / 60 }
    const missing = await runScript(make(artifact, { image: 'missing:1', place }))
    expect(missing.end).toMatchObject({
      kind: 'failed',
      code: 'cluster_refused',
      message: expect.stringContaining('ImagePullBackOff') as string,
    })
  })

  it('waits for the queue that admits it', async () => {
    const waiting = runScript(make(artifact, { place: { ...test.place, queue: 'fair' } }))
    let job: string | undefined
    await until(() => {
      job = test.fake.jobs().find(({ spec }) => spec.suspend === true)?.metadata.name
      return job !== undefined
    })
    await Bun.sleep(600)
    test.fake.admit(job ?? '')
    const { end, notes } = await waiting
    expect(end.kind).toBe('done')
    expect(notes).toContain('The Job waits to be admitted by the queue fair.')
  })

  it('says which rule of RBAC is wanting', async () => {
    test.fake.faults.denied.add('create jobs')
    const { end } = await runScript(make(artifact))
    test.fake.faults.denied.clear()
    expect(end).toMatchObject({
      kind: 'failed',
      code: 'cluster_refused',
      message: expect.stringContaining(
        '{apiGroups: ["batch"], resources: ["jobs"], verbs: ["create"]}',
      ) as string,
    })
  })

  it.each(['list jobs', 'create secrets', 'watch pods'])(
    'leaves no Job behind that it may not watch: %s',
    async right => {
      const before = test.fake.jobsMade()
      const names = new Set(test.fake.jobs().map(({ metadata }) => metadata.name))
      test.fake.faults.denied.add(right)
      const { end } = await runScript(make('while :; do sleep 0.05; done'))
      test.fake.faults.denied.clear()
      expect(end).toMatchObject({ kind: 'failed', code: 'cluster_refused' })
      expect(test.fake.jobsMade()).toBe(before + 1)
      await until(() => test.fake.jobs().every(({ metadata }) => names.has(metadata.name)))
    },
  )

  it('is found again by who comes after a server that was killed, and made once', async () => {
    const before = test.fake.jobsMade()
    const script = `${stepLine(1)}; while [ ! -e ${test.folder}/found ]; do sleep 0.05; done; ${stepLine(2)}; ${artifact}`
    const trainer = make(script, { image: 'found:1' })
    const first = new AbortController()
    const folders = ['one', 'two'].map(name => path.join(test.folder, name))
    const [spec] = await Promise.all(
      folders.map(folder => layOutTask(folder, [['a', 'b']], { job: 'ftjob-found' })),
    )
    const watch = {
      stop: first.signal,
      lost: first.signal,
      metrics: async () => undefined,
      checkpoint: async () => undefined,
      say: async () => undefined,
      keepHandle: async () => undefined,
    }
    const task = { job: 'ftjob-found', tenant: 'test', suffix: 'test', spec: spec!, handle: null }
    const left = trainer.run({ ...task, folder: folders[0]! }, watch)
    await podOf('found:1')
    first.abort('lost')
    expect(await left).toEqual({ kind: 'stopped' })
    await Bun.write(path.join(test.folder, 'found'), '')
    const { end, steps, notes } = await runTask(trainer, folders[1]!, spec!)
    expect(end.kind).toBe('done')
    expect([...steps.keys()]).toEqual([1, 2])
    expect(notes.join('\n')).toContain('was found again')
    // who was killed before it wrote that down is told the same once more
    expect((await runTask(trainer, folders[0]!, spec!)).end.kind).toBe('done')
    expect(test.fake.jobsMade()).toBe(before + 1)
  })

  it('ends a job that is cancelled while nobody watches it, with its pods and its Secret', async () => {
    const trainer = make('while :; do sleep 0.05; done', { image: 'forgotten:1' })
    const folder = path.join(test.folder, 'forgotten')
    const spec = await layOutTask(folder, [['a', 'b']], { job: 'ftjob-forgotten' })
    const lost = new AbortController()
    const left = trainer.run(
      { job: spec.job, tenant: 'test', suffix: 'test', spec, folder, handle: null },
      {
        stop: lost.signal,
        lost: lost.signal,
        metrics: async () => undefined,
        checkpoint: async () => undefined,
        say: async () => undefined,
        keepHandle: async () => undefined,
      },
    )
    const pod = await podOf('forgotten:1')
    lost.abort('shutdown')
    await left
    await trainer.cancel?.({ job: spec.job, handle: {} })
    await until(() => test.fake.pods().every(({ metadata }) => metadata.name !== pod))
    await until(() => test.fake.jobs().every(({ metadata }) => !pod.startsWith(metadata.name)))
  })

  it('gives its token to no other job, and to nobody once it has ended', async () => {
    const asked = {
      tenant: 'test',
      mayLeave: { growing: [], folders: [], empty: [], atEnd: ['artifacts'] },
      mostBytes: 1,
      place: {
        namespace: test.place.namespace,
        kubeconfig: undefined,
        context: undefined,
        isTrainJob: false,
      },
    }
    const job = await test.cluster.exchange.open({ ...asked, work: 'one' })
    const token = await test.cluster.exchange.grant(job)
    await test.cluster.exchange.keep(job)
    await runScript(make(artifact))
    const rows = await test.database.database.query<{ id: string; token_hashes: string[] }>(
      'SELECT id, token_hashes FROM cluster_jobs WHERE concluded_at IS NULL AND ended_at IS NOT NULL',
    )
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.every(row => row.token_hashes.length === 0)).toBe(true)
    const ask = async (id: string | undefined): Promise<number> =>
      (
        await fetch(`${test.url}/exchange/${id}/files`, {
          headers: { authorization: `Bearer ${token}` },
        })
      ).status
    expect(await ask(rows[0]?.id)).toBe(409)
    expect(await ask(job.id)).toBe(200)
    const other = await test.cluster.exchange.open({ ...asked, work: 'another' })
    expect(await ask(other.id)).toBe(401)
    const put = async (place: string): Promise<number> =>
      (
        await fetch(`${test.url}/exchange/${job.id}/files/${place}`, {
          method: 'PUT',
          body: 'x',
          headers: { authorization: `Bearer ${token}`, 'x-file-bytes': '1' },
        })
      ).status
    expect(await put('artifacts/model')).toBe(200)
    expect(await put('spec.json')).toBe(403)
    expect(await put('artifacts/..%2f..%2fx')).toBe(403)
    expect(await put('artifacts/more')).toBe(413)
  })
})
