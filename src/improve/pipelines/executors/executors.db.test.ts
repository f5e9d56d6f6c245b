import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { openTestCluster, type TestCluster } from '../../../../test/kubernetes/open-test-cluster.ts'
import { createTestPipelines, type TestPipelines } from '../../../../test/pipelines.ts'
import { until } from '../../../../test/until.ts'

let cluster: TestCluster
let pipelines: TestPipelines
const digest = `app@sha256:${'a'.repeat(64)}`

beforeAll(async () => {
  cluster = await openTestCluster()
  pipelines = await createTestPipelines({
    cluster: cluster.cluster,
    executors: { cluster: { kind: 'kubernetes', ...cluster.place, image: digest, images: ['app*'] } },
    secrets: { HUB_TOKEN: 'hub-token-of-this-test' },
  })
}, 60_000)
afterAll(async () => {
  await pipelines?.[Symbol.asyncDispose]()
  await cluster?.[Symbol.asyncDispose]()
}, 60_000)

let number = 0
const stages = (text: string): string => `pipeline: executors-${(number += 1)}\nstages:\n${text}`
const sh = (script: string, executor: string, more = ''): string =>
  `with: { executor: ${executor}, command: [sh, -c, '${script}'], ${more} }`

/** What docs/extend/stage.md promises, wherever a command runs. */
describe.each(['process', 'cluster'])('a command under the executor %s', executor => {
  it('gets inputs and secrets, and leaves outputs, metrics and a log', async () => {
    const id = await pipelines.begin(
      stages(`
  make: { use: command, ${sh('echo seven > outputs/word; mkdir -p outputs/box/deep; echo x > outputs/box/deep/file', executor, 'outputs: { word: file, box: folder }')} }
  take:
    use: command
    inputs: { word: make.word, box: make.box }
    secrets: [HUB_TOKEN]
    ${sh(
      'cd "$SLIPWAY_STAGE_FOLDER"; test -n "$HUB_TOKEN"; grep -q idempotency_key "$SLIPWAY_STAGE_SPEC"; cat inputs/box/deep/file; echo "{\\"step\\":1,\\"loss\\":0.5,\\"progress\\":0.9}" >> metrics.jsonl; echo "token $HUB_TOKEN"; echo "\\"$(cat inputs/word)\\"" > outputs/said.json',
      executor,
      'outputs: { said: value }',
    )}
`),
    )
    const { state, stages: ended } = await pipelines.end(id)
    expect([state, ended['take']?.error]).toEqual(['succeeded', undefined])
    expect(await pipelines.value(id, 'take', 'said')).toBe('seven')
    const log = await pipelines.log(id)
    expect(log).toContain('token ')
    expect(log).not.toContain('hub-token-of-this-test')
  })

  it('is told by its exit code', async () => {
    const id = await pipelines.begin(
      stages(`
  again: { use: command, retries: { most: 1, firstPause: 1s }, ${sh('exit 3', executor)} }
  never: { use: command, retries: { most: 3 }, ${sh('exit 64', executor)} }
  nothing: { use: command, ${sh('true', executor, 'outputs: { word: file }')} }
`),
    )
    const { stages: ended } = await pipelines.end(id)
    expect(ended['again']).toMatchObject({ state: 'failed', attempts: 2, error: { code: 'exit_code' } })
    expect(ended['never']).toMatchObject({ state: 'failed', attempts: 1 })
    expect(ended['nothing']?.error?.message).toContain('outputs/word')
  })

  it('is ended where it takes too long', async () => {
    const id = await pipelines.begin(
      stages(`
  slow: { use: command, timeout: 3s, ${sh('while :; do sleep 0.05; done', executor)} }
`),
    )
    const { stages: ended } = await pipelines.end(id)
    expect(ended['slow']).toMatchObject({ state: 'failed', error: { code: 'timeout' } })
    await until(() => cluster.fake.pods().every(({ status }) => status.phase !== 'Running'))
  })
})

describe('a command in a cluster', () => {
  const limits = `
  bounded:
    use: command
    resources: { memory: 512MB, cpu: 500m, gpus: 1, disk: 64MB }
    timeout: 2m
    ${sh('echo done', 'cluster')}
`
  it('has its bounds as requests and limits of its pod', async () => {
    const id = await pipelines.begin(stages(limits))
    expect((await pipelines.end(id)).state).toBe('succeeded')
    const job = cluster.fake.jobs().at(-1)
    expect(job?.spec.activeDeadlineSeconds).toBe(180)
    expect(job?.spec.template.spec.containers[0].resources.limits).toEqual({
      cpu: '500m',
      memory: '512Mi',
      'ephemeral-storage': '64Mi',
      'nvidia.com/gpu': '1',
    })
  })

  it('is reused by the digest of its image, and never by a tag', async () => {
    const run = async (image: string): Promise<string> => {
      const text = `pipeline: by-image\nstages:\n  one: { use: command, ${sh('echo 1', 'cluster', `image: "${image}"`)} }\n`
      const { stages: ended } = await pipelines.end(await pipelines.begin(text))
      return `${ended['one']?.cache} ${ended['one']?.cacheWhy}`
    }
    await run(digest)
    expect(await run(digest)).toStartWith('hit')
    const other = await run(`app@sha256:${'b'.repeat(64)}`)
    expect(other).toStartWith('run')
    expect(other).toContain('`image` is')
    await run('app:1')
    expect(await run('app:1')).toContain('named by a tag')
  })

  it('runs no image and no executor that the configuration does not allow', async () => {
    const refused = await pipelines
      .begin(
        stages(`
  image: { use: command, ${sh('true', 'cluster', 'image: other:1')} }
  executor: { use: command, ${sh('true', 'clustre')} }
`),
      )
      .catch((error: Error) => error.message)
    expect(refused).toMatch(/:\d+:\d+ stages\.image\.with\.image: .*it may be app\*/)
    expect(refused).toMatch(/:\d+:\d+ stages\.executor\.with\.executor: .*`cluster`/)
  })

  it('is begun again where its pod is evicted, and that is no failure', async () => {
    const id = await pipelines.begin(
      stages(`
  gone: { use: command, ${sh(`[ -e ${cluster.folder}/second ] || sleep 60`, 'cluster')} }
`),
    )
    let pod = ''
    await until(() => {
      const found = cluster.fake.pods().find(({ status }) => status.containerStatuses?.[0]?.state.running)
      pod = found?.metadata.name ?? ''
      return found !== undefined
    })
    await Bun.write(`${cluster.folder}/second`, '')
    cluster.fake.evict(pod)
    const { state, stages: ended } = await pipelines.end(id)
    expect(state).toBe('succeeded')
    expect(ended['gone']).toMatchObject({ attempts: 2, interruptions: 1, failures: 0 })
  })
})
