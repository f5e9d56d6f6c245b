import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { readdir } from 'node:fs/promises'
import { isAlive } from '../../../test/is-alive.ts'
import { createTestPipelines, type TestPipelines } from '../../../test/pipelines.ts'
import { until } from '../../../test/until.ts'

setDefaultTimeout(120_000)

let pipelines: TestPipelines

beforeAll(async () => {
  pipelines = await createTestPipelines({ secrets: { HUB_TOKEN: 'very-secret-word' } })
})

afterAll(async () => {
  await pipelines[Symbol.asyncDispose]()
})

const sh = (script: string): string => `command: [sh, -c, ${JSON.stringify(script)}]`

describe('a run', () => {
  const text = `pipeline: words
parameters:
  word: { type: string, default: one }
  count: { type: integer, default: 2 }
stages:
  make:
    use: command
    with:
      ${sh('printf %s "$WORD" > outputs/text; mkdir outputs/all; echo x > outputs/all/a.txt; echo "{\\"step\\": 1, \\"loss\\": 0.5}" >> metrics.jsonl; echo "{\\"length\\": 3}" > outputs/facts.json; echo the token is $HUB_TOKEN')}
      environment: { WORD: '\${parameters.word}' }
      outputs: { text: file, all: folder, facts: value }
    secrets: [HUB_TOKEN]
  each:
    use: command
    matrix: { size: [small, large] }
    inputs: { text: make.text }
    with:
      ${sh('printf "\\"%s %s\\"" "$SIZE" "$(cat inputs/text)" > outputs/said.json')}
      environment: { SIZE: '\${matrix.size}' }
      outputs: { said: value }
  join:
    use: command
    inputs: { said: each.said, all: make.all }
    with:
      ${sh('cat inputs/all/a.txt >&2; cat spec.json > outputs/spec.json')}
      outputs: { spec: value }
  seldom:
    use: command
    needs: [make]
    when: parameters.count > 2 && stages.make.outputs.facts.length == 3.0
    with: { ${sh('true')} }
  after_seldom:
    use: command
    needs: [seldom]
    with: { ${sh('true')} }
`

  it('hands on what stages leave, over matrices and conditions, and masks secrets', async () => {
    const id = await pipelines.begin(text)
    const { state, stages } = await pipelines.end(id)
    expect([state, Object.values(stages).map(({ name, state: of }) => `${name} ${of}`)]).toEqual([
      'succeeded',
      [
        'make succeeded',
        'each[small] succeeded',
        'each[large] succeeded',
        'join succeeded',
        'seldom skipped',
        'after_seldom skipped',
      ],
    ])
    expect(await pipelines.value(id, 'each[large]', 'said')).toBe('large one')
    expect(await pipelines.value(id, 'join', 'spec')).toMatchObject({
      run: id,
      stage: 'join',
      inputs: { said: { each: { small: { type: 'value', value: 'small one' } } }, all: { type: 'folder' } },
    })
    const log = await pipelines.log(id)
    expect(log).toContain('the token is [secret]')
    expect(log).not.toContain('very-secret-word')
  })

  it('takes all from the earlier run where nothing changed, and runs again what depends on what did', async () => {
    const again = await pipelines.end(await pipelines.begin(text))
    expect(Object.values(again.stages).flatMap(({ cache }) => cache ?? [])).toEqual([
      'hit',
      'hit',
      'hit',
      'hit',
    ])
    const changed = await pipelines.end(await pipelines.begin(text, { word: 'two' }))
    const caches = Object.fromEntries(Object.values(changed.stages).map(({ name, cache }) => [name, cache]))
    expect(caches).toMatchObject({ make: 'run', 'each[small]': 'run', 'each[large]': 'run', join: 'run' })
    expect(changed.stages['make']?.cacheWhy).toContain(
      '`with.environment` is {"WORD":"two"} and was {"WORD":"one"}',
    )
    expect(changed.stages['each[small]']?.cacheWhy).toContain('`inputs.text` is file')
    // what a stage leaves decides, not that it was run again
    const other = text.replace('echo the token', 'echo  the token')
    const rewritten = await pipelines.end(await pipelines.begin(other))
    expect([rewritten.stages['make']?.cache, rewritten.stages['each[small]']?.cache]).toEqual(['run', 'hit'])
  })

  it('keeps each content once', async () => {
    const rows = await pipelines.test.database.query('SELECT digest FROM pipeline_objects')
    const files = await readdir(`${pipelines.folder}/objects/pipelines/default`, {
      recursive: true,
      withFileTypes: true,
    })
    // `one`, `two` and the folder
    expect([rows.length, files.filter(file => file.isFile()).length]).toEqual([3, 3])
  })
})

describe('stages that end at once', () => {
  it('are begun once each', async () => {
    const stage = (index: number): string =>
      `  s${index}: { use: command, cache: false, ${index < 3 ? '' : `needs: [s${index - 3}], `}with: { ${sh('true')} } }`
    const text = `pipeline: quick\nstages:\n${Array.from({ length: 24 }, (_, index) => stage(index)).join('\n')}\n`
    const ends = await Promise.all(
      [1, 2, 3].map(async () => await pipelines.end(await pipelines.begin(text))),
    )
    const stages = ends.flatMap(one => Object.values(one.stages))
    expect(stages.filter(({ state }) => state === 'succeeded')).toHaveLength(72)
    expect(stages.filter(({ attempts, interruptions }) => attempts - interruptions !== 1)).toEqual([])
  })
})

describe('a stage that fails', () => {
  it('is tried again, and what needs it is skipped but for who asks for its outcome', async () => {
    const id = await pipelines.begin(`pipeline: failing
stages:
  work:
    use: command
    retries: { most: 2, firstPause: 1s }
    with: { ${sh('echo tried >&2; exit 3')} }
  next: { use: command, needs: [work], with: { ${sh('true')} } }
  tidy: { use: command, needs: [work], when: stages.work.outcome == "failed", with: { ${sh('true')} } }
`)
    const { state, stages } = await pipelines.end(id)
    expect([state, stages['work']?.failures, stages['work']?.error?.code]).toEqual(['failed', 3, 'exit_code'])
    expect([stages['next']?.state, stages['tidy']?.state]).toEqual(['skipped', 'succeeded'])
    expect((await pipelines.log(id)).match(/tried/g)?.length).toBeGreaterThanOrEqual(3)
  })

  it('goes on from there when it is resumed', async () => {
    const text = (code: string): string => `pipeline: resumed
stages:
  first: { use: command, cache: false, with: { ${sh('true')} } }
  second: { use: command, needs: [first], with: { ${sh(`test -e ${pipelines.folder}/${code}`)} } }
`
    const id = await pipelines.begin(text('there'))
    expect((await pipelines.end(id)).state).toBe('failed')
    await Bun.write(`${pipelines.folder}/there`, '')
    const caller = { principal: pipelines.principal, tenant: 'default', requestId: 'test' }
    const [run] = await pipelines.test.database.query<never>('SELECT * FROM pipeline_runs WHERE id = $1', [
      id,
    ])
    await pipelines.pipelines.resume(caller, run!)
    const { state, stages } = await pipelines.end(id)
    expect([state, stages['first']?.attempts, stages['second']?.attempts]).toEqual(['succeeded', 1, 2])
  })

  it('is told what it may use, and ended with all that it began', async () => {
    const id = await pipelines.begin(`pipeline: limits
stages:
  late: { use: command, timeout: 1s, with: { ${sh('echo $$ > /proc/self/fd/1; trap "" TERM; sleep 60 & wait')} } }
  cpu: { use: command, resources: { cpuTime: 1s }, with: { ${sh('while :; do :; done')} } }
  disk: { use: command, resources: { disk: 64KB }, with: { ${sh('head -c 1000000 /dev/zero > big')} } }
  memory: { use: command, resources: { memory: 32MB }, with: { command: [sh, -c, 'a=xxxxxxxxxxxxxxxx; while :; do a=$a$a; done'] } }
  absent: { use: command, with: { command: [no-such-program] } }
  silent: { use: command, with: { ${sh('true')}, outputs: { gone: file } } }
`)
    const { stages } = await pipelines.end(id)
    expect(Object.fromEntries(Object.values(stages).map(({ name, error }) => [name, error?.code]))).toEqual({
      late: 'timeout',
      cpu: 'over_cpu',
      disk: 'over_disk',
      memory: expect.stringMatching(/^(over_memory|exit_code)$/),
      absent: 'invalid_request',
      silent: 'invalid_request',
    })
    const pid = Number((await pipelines.log(id)).match(/^\d+$/m)?.[0])
    expect(isAlive(pid)).toBe(false)
  })
})

describe('an approval', () => {
  const text = `pipeline: asking
stages:
  ask: { use: approval, with: { question: Go on?, byAnother: true } }
  go: { use: command, needs: [ask], with: { ${sh('true')} } }
`
  const other = () => ({
    ...pipelines.principal,
    keyId: '0199aaaa-0000-7000-8000-000000000002',
    keyName: 'bob',
  })
  const runOf = async (id: string) =>
    ({
      ...(
        await pipelines.test.database.query<{ key_id: string }>('SELECT * FROM pipeline_runs WHERE id = $1', [
          id,
        ])
      )[0],
      id,
      tenant: 'default',
      keyId: pipelines.principal.keyId,
    }) as never

  it('lets the run go on when another than who began it says so', async () => {
    const id = await pipelines.begin(text)
    await until(async () => (await pipelines.stages(id))['ask']?.state === 'approval')
    const decision = { stage: undefined, outcome: 'approved', reason: 'looks good' } as const
    const own = { principal: pipelines.principal, tenant: 'default', requestId: 'test' }
    const refused = await pipelines.pipelines
      .decide(own, await runOf(id), decision)
      .catch((error: Error) => error.message)
    expect(refused).toContain('another key has to')
    await pipelines.pipelines.decide({ ...own, principal: other() }, await runOf(id), decision)
    const { state } = await pipelines.end(id)
    expect([state, await pipelines.value(id, 'ask', 'decision')]).toEqual([
      'succeeded',
      { outcome: 'approved', by: 'bob', reason: 'looks good' },
    ])
  })

  it('ends it when it is rejected, and when nobody answers in time', async () => {
    const [rejected, expired] = [await pipelines.begin(text), await pipelines.begin(text)]
    for (const id of [rejected, expired])
      await until(async () => (await pipelines.stages(id))['ask']?.state === 'approval')
    await pipelines.pipelines.decide(
      { principal: other(), tenant: 'default', requestId: 'test' },
      await runOf(rejected),
      { stage: 'ask', outcome: 'rejected', reason: 'not yet' },
    )
    // it has been let go until then
    await until(
      async () =>
        (
          await pipelines.test.database.query(
            'SELECT 1 FROM pipeline_runs WHERE id = $1 AND wake_at IS NOT NULL AND lease_owner IS NULL',
            [expired],
          )
        ).length === 1,
    )
    await pipelines.test.database.query(`UPDATE pipeline_stages SET expires_at = now() WHERE run_id = $1`, [
      expired,
    ])
    await pipelines.test.database.query(`UPDATE pipeline_runs SET wake_at = NULL WHERE id = $1`, [expired])
    expect((await pipelines.end(rejected)).stages['ask']?.error).toEqual({
      code: 'rejected',
      message: 'bob rejected it: not yet.',
    })
    expect((await pipelines.end(expired)).stages['ask']?.error?.code).toBe('expired')
  })
})

describe('runs of one group', () => {
  const text = (policy: string): string => `pipeline: ${policy}
concurrency: { policy: ${policy} }
stages:
  wait: { use: command, cache: false, with: { ${sh(`until test -e ${pipelines.folder}/go-${policy}; do sleep 0.05; done`)} } }
`
  const begun = async (policy: string): Promise<[string, string]> => {
    const first = await pipelines.begin(text(policy))
    await until(async () => (await pipelines.stages(first))['wait']?.state === 'running')
    return [first, await pipelines.begin(text(policy))]
  }

  it('come after each other, give way or are left out', async () => {
    const [first, second] = await begun('queue')
    expect(await pipelines.state(second)).toBe('queued')
    const [third, fourth] = await begun('skip')
    expect(await pipelines.state(fourth)).toBe('skipped')
    const [fifth, sixth] = await begun('cancel-previous')
    expect((await pipelines.end(fifth)).state).toBe('cancelled')
    for (const policy of ['queue', 'skip', 'cancel-previous'])
      await Bun.write(`${pipelines.folder}/go-${policy}`, '')
    for (const id of [first, second, third, sixth]) expect((await pipelines.end(id)).state).toBe('succeeded')
  })
})
