import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createTestPipelines, type TestPipelines } from '../../../../test/pipelines.ts'
import { until } from '../../../../test/until.ts'
import { tellEvent } from '../index.ts'

setDefaultTimeout(120_000)

let first: TestPipelines
let second: TestPipelines

beforeAll(async () => {
  // two servers on one database
  // whichever decides, the same prices hold
  const usdPerHour = { process: 3_600_000 }
  first = await createTestPipelines({ usdPerHour })
  second = await createTestPipelines({ beside: first, usdPerHour })
})

afterAll(async () => {
  await second[Symbol.asyncDispose]()
  await first[Symbol.asyncDispose]()
})

const stages = `stages:
  say: { use: command, cache: false, with: { command: [sh, -c, 'sleep 0.05'] } }
`

interface Decided {
  readonly outcome: string
  readonly reason: string
  readonly run_id: string | null
  readonly numbers: Readonly<Record<string, number>>
  readonly message: string
}

const decisions = async (pipeline: string): Promise<Decided[]> =>
  await first.test.database.query<Decided & object>(
    'SELECT outcome, reason, run_id, numbers, message FROM pipeline_trigger_decisions WHERE pipeline = $1 ORDER BY at, id',
    [pipeline],
  )
const said = async (pipeline: string): Promise<string[]> =>
  (await decisions(pipeline)).map(({ outcome, reason }) => `${outcome} ${reason}`)
const runs = async (pipeline: string) =>
  await first.test.database.query<{
    id: string
    trigger: string
    trigger_name: string
    state: string
    parameters: unknown
    event: Record<string, unknown>
  }>('SELECT * FROM pipeline_runs WHERE pipeline = $1 ORDER BY created_at, id', [pipeline])
const decided = async (pipeline: string, count: number): Promise<string[]> => {
  await until(async () => (await decisions(pipeline)).length >= count)
  return await said(pipeline)
}

let published = 0
const publish = async (dataset: string, number: number, facts: { added?: number; changed?: number } = {}) => {
  published += 1
  await first.tell({
    name: 'dataset.published',
    tenant: 'default',
    key: `${dataset} ${published}`,
    facts: {
      dataset,
      branch: 'main',
      version: `v${published}`,
      number,
      rows: 10,
      added: facts.added ?? 1,
      changed: facts.changed ?? 0,
      removed: 0,
    },
  })
}
/** So long ago that every window is over. */
const passTime = async (pipeline: string): Promise<void> => {
  await first.test.database.query(
    `UPDATE pipeline_trigger_decisions SET at = at - interval '2 days' WHERE pipeline = $1`,
    [pipeline],
  )
  await first.test.database.query(
    `UPDATE pipeline_triggers SET due_at = now() WHERE pipeline = $1 AND held IS NOT NULL`,
    [pipeline],
  )
}

describe('events', () => {
  it('are told of once each by two servers, and only where what happened was committed', async () => {
    await first.define(`pipeline: heard
parameters: { number: { type: integer, default: 0 } }
triggers:
  - { event: dataset.published, where: event.dataset == "heard" && event.number < 100, parameters: { number: '\${event.number}' } }
${stages}`)
    const { database } = first.test
    await Promise.all(Array.from({ length: 12 }, (_, index) => publish('heard', index)))
    await publish('heard', 100)
    const event = { name: 'rollout.promoted', tenant: 'default', key: 'no' } as const
    const facts = { rollout: 'r', service: 's', baseline: 'a', candidate: 'b', reason: '' }
    await database
      .transaction(async transaction => {
        await tellEvent(transaction, { ...event, facts })
        throw new Error('what happened is rolled back')
      })
      .catch(() => undefined)
    await until(async () => (await decisions('heard')).length === 13)
    expect((await said('heard')).toSorted()).toEqual([
      ...Array.from({ length: 12 }, () => 'began wanted'),
      'not_wanted where',
    ])
    const names = await database.query<{ name: string }>('SELECT DISTINCT name FROM pipeline_events')
    expect(names).toEqual([{ name: 'dataset.published' }])
    const begun = await runs('heard')
    expect(
      begun.map(({ parameters }) => (parameters as { number: number }).number).toSorted((a, b) => a - b),
    ).toEqual(Array.from({ length: 12 }, (_, index) => index))
    expect(begun[0]).toMatchObject({
      trigger: 'event',
      trigger_name: 'dataset.published',
      event: { name: 'dataset.published', dataset: 'heard', added: 1 },
    })
  })

  it('begin a run once however often they are told, and reach only the tenant that they are of', async () => {
    await first.define(`pipeline: alarmed
triggers:
  - { event: monitor.alarm, where: event.service == "support" }
${stages}`)
    const alarm = (key: string, tenant: string | undefined) => ({
      name: 'monitor.alarm' as const,
      tenant,
      key,
      facts: { monitor: 'm', service: 'support', stream: 'errors', since: '', summary: '', alarm: key },
    })
    await first.tell(alarm('one', undefined))
    await second.tell(alarm('one', undefined))
    await first.tell(alarm('two', 'another'))
    await first.tell(alarm('three', 'default'))
    expect(await decided('alarmed', 2)).toEqual(['began wanted', 'began wanted'])
    const { database } = first.test
    await until(
      async () => (await database.query('SELECT 1 FROM pipeline_events WHERE told_at IS NULL')).length === 0,
    )
    expect((await runs('alarmed')).map(({ event }) => event['alarm'])).toEqual(['one', 'three'])
  })
})

describe('a trigger', () => {
  it('waits for quiet and then begins one run with the newest', async () => {
    await first.define(`pipeline: quiet
parameters: { number: { type: integer, default: 0 } }
triggers:
  - { event: dataset.published, where: event.dataset == "quiet", debounce: 2s, parameters: { number: '\${event.number}' } }
${stages}`)
    for (const number of [1, 2, 3]) await publish('quiet', number)
    await until(async () => (await runs('quiet')).length === 1)
    const all = await decisions('quiet')
    expect(
      all.map(({ outcome, reason }) => `${outcome} ${reason}`).filter(one => one !== 'held older'),
    ).toEqual([
      ...Array.from(
        { length: all.filter(({ reason }) => reason === 'debounce').length },
        () => 'held debounce',
      ),
      'began wanted',
    ])
    const [run] = await runs('quiet')
    expect(run?.parameters).toEqual({ number: 3 })
    // what was held says which run took it up
    expect(all.map(({ run_id: id }) => id)).toEqual(all.map(() => run!.id))
    expect(all.at(-1)?.numbers).toMatchObject({ events: 3 })
  })

  it('keeps what cool-down and limit hold over a new version and a new server, and begins it when they are over', async () => {
    const text = (word: string) => `pipeline: cooled
description: ${word}
triggers:
  - { name: again, event: dataset.published, where: event.dataset == "cooled", cooldown: 1d }
  - { name: seldom, event: dataset.published, where: event.dataset == "cooled", atMost: { runs: 1, per: 1d } }
${stages}`
    await first.define(text('one'))
    await publish('cooled', 1)
    expect((await decided('cooled', 2)).toSorted()).toEqual(['began wanted', 'began wanted'])
    await publish('cooled', 2)
    await publish('cooled', 3)
    expect((await decided('cooled', 6)).slice(2).toSorted()).toEqual([
      'held cooldown',
      'held cooldown',
      'held limit',
      'held limit',
    ])
    expect((await decisions('cooled')).find(({ reason }) => reason === 'limit')).toMatchObject({
      numbers: { runs: 1, at_most: 1, window_seconds: 86_400, held_events: 1 },
      message: '1 of 1 runs in 1d have begun.',
    })
    await first.define(text('two'))
    const third = await createTestPipelines({ beside: first, usdPerHour: { process: 3_600_000 } })
    try {
      await passTime('cooled')
      await until(async () => (await runs('cooled')).length === 4)
      const held = (await decisions('cooled')).filter(({ outcome }) => outcome === 'held')
      expect(held.every(({ run_id: id }) => id !== null)).toBe(true)
      expect((await runs('cooled')).slice(2).map(({ event }) => event['number'])).toEqual([3, 3])
    } finally {
      await third[Symbol.asyncDispose]()
    }
  })

  it('begins no run above its budget, by what runs have cost', async () => {
    // at what an hour of this machine costs here, a command of 50 ms is 50 dollars
    await first.define(`pipeline: costly
triggers:
  - { event: dataset.published, where: event.dataset == "costly", budget: { usd: 1, per: 1d } }
${stages}`)
    await publish('costly', 1)
    await until(async () => (await runs('costly')).length === 1)
    await first.end((await runs('costly'))[0]!.id)
    await publish('costly', 2)
    expect(await decided('costly', 2)).toEqual(['began wanted', 'held budget'])
    const [, held] = await decisions('costly')
    expect(held?.numbers['spent_nano_usd']).toBeGreaterThan(1e9)
    expect(held?.numbers['limit_nano_usd']).toBe(1e9)
    // alone, one run would cost more than all may
    await passTime('costly')
    await until(async () => (await decisions('costly')).length === 3)
    expect((await said('costly'))[2]).toBe('refused budget')
  })

  it('asks a person before the first stage where it says so', async () => {
    await first.define(`pipeline: asked
triggers:
  - { event: dataset.published, where: event.dataset == "asked", approval: { question: 'Learn from number \${event.number}?' } }
${stages}`)
    await publish('asked', 7)
    await until(async () => (await runs('asked')).length === 1)
    const [run] = await runs('asked')
    await until(async () => (await first.stages(run!.id))['_approval']?.state === 'approval')
    const before = await first.stages(run!.id)
    expect(before['say']?.state).toBe('waiting')
    const [asked] = await first.test.database.query<{ parameters: { question: string } }>(
      `SELECT parameters FROM pipeline_stages WHERE run_id = $1 AND name = '_approval'`,
      [run!.id],
    )
    expect(asked?.parameters.question).toBe('Learn from number 7?')
    await first.pipelines.decide(
      { principal: first.principal, tenant: 'default', requestId: 'test' },
      { ...run, tenant: 'default' } as never,
      { stage: undefined, outcome: 'approved', reason: 'yes' },
    )
    expect((await first.end(run!.id)).state).toBe('succeeded')
  })

  it('counts the rows that have come since its last run', async () => {
    await first.define(`pipeline: grown
parameters: { counted: { type: integer, default: 0 } }
triggers:
  - { rows: { dataset: grown, atLeast: 500 }, parameters: { counted: '\${event.counted}' } }
${stages}`)
    await publish('grown', 1, { added: 200, changed: 12 })
    await publish('others', 1, { added: 900 })
    await publish('grown', 2, { added: 300 })
    await publish('grown', 3, { added: 499 })
    expect(await decided('grown', 3)).toEqual(['not_wanted rows', 'began wanted', 'not_wanted rows'])
    expect((await decisions('grown')).map(({ numbers }) => numbers['rows'])).toEqual([212, 512, 499])
    expect((await runs('grown')).map(({ trigger, parameters }) => [trigger, parameters])).toEqual([
      ['rows', { counted: 512 }],
    ])
  })

  it('begins one run for all times that were missed', async () => {
    await first.define(`pipeline: timed
triggers:
  - { cron: '0 3 * * 1', timezone: Europe/Berlin }
${stages}`)
    const { database } = first.test
    const [next] = await database.query<{ next_at: Date }>(
      `SELECT next_at FROM pipeline_triggers WHERE pipeline = 'timed'`,
    )
    expect(
      next!.next_at.toLocaleString('en', { timeZone: 'Europe/Berlin', weekday: 'long', hour: 'numeric' }),
    ).toContain('Monday')
    await database.query(
      `UPDATE pipeline_triggers SET next_at = now() - interval '30 days' WHERE pipeline = 'timed'`,
    )
    expect(await decided('timed', 1)).toEqual(['began wanted'])
    expect((await runs('timed')).map(({ trigger }) => trigger)).toEqual(['cron'])
  })

  it('says why its pipeline takes no run, and what its group leaves out does not count', async () => {
    await first.define(`pipeline: choosy
parameters: { number: { type: integer, maximum: 2, default: 0 } }
concurrency: { policy: skip }
triggers:
  - { event: dataset.published, where: event.dataset == "choosy", atMost: { runs: 1, per: 1d }, parameters: { number: '\${event.number}' } }
stages: { wait: { use: approval } }
`)
    await publish('choosy', 3)
    expect(await decided('choosy', 1)).toEqual(['refused refused'])
    expect((await decisions('choosy'))[0]?.message).toContain('at most 2')
    await first.begin(`pipeline: choosy
parameters: { number: { type: integer, maximum: 2, default: 0 } }
concurrency: { policy: skip }
triggers:
  - { event: dataset.published, where: event.dataset == "choosy", atMost: { runs: 1, per: 1d }, parameters: { number: '\${event.number}' } }
stages: { wait: { use: approval } }
`)
    await publish('choosy', 1)
    await publish('choosy', 2)
    expect(await decided('choosy', 3)).toEqual(['refused refused', 'began group', 'began group'])
  })
})

describe('a pipeline', () => {
  const check = (triggers: string, parameters = 'number: { type: integer, default: 0 }'): string[] => {
    const read = first.pipelines.check(
      'default',
      `pipeline: checked\nparameters: { ${parameters} }\ntriggers:\n  - ${triggers}\n${stages}`,
      'checked.yaml',
    )
    return 'problems' in read
      ? read.problems.map(({ line, column, message, mend }) => `${line}:${column} ${message} ${mend}`)
      : []
  }

  it('is held to the facts that its events have, with the place and the list of them', () => {
    expect(check('{ event: rollout.promoted, where: event.servce == "support" }')).toEqual([
      '4:39 There is no fact `servce` in the event `rollout.promoted`. Did you mean `service`? The facts are rollout, service, baseline, candidate, reason.',
    ])
    expect(check(`{ event: dataset.published, parameters: { number: '\${event.nmber}' } }`)[0]).toContain(
      'There is no fact `nmber` in the event `dataset.published`. Did you mean `number`?',
    )
    expect(check('{ event: dataset.published, where: event.number == "7" }')[0]).toContain(
      'no such overload: int == string. The facts of the event `dataset.published`: dataset (string),',
    )
    expect(check('{ cron: "0 3 * * 1", where: parameters.number > 1 }')[0]).toContain(
      'A trigger cannot read `parameters`: no run is there yet.',
    )
    expect(check('{ event: dataset.published, cron: "0 3 * * 1" }')[0]).toContain('Write one of')
    expect(check('{ api: { commit: string }, where: event.commit != "" }')).toEqual([])
    expect(check('{ event: dataset.publishd }')[0]).toContain('Did you mean `dataset.published`?')
  })

  it('is refused where a command names an executor that is not there, or an image that nothing takes', () => {
    const problems = (inner: string): string[] => {
      const read = first.pipelines.check(
        'default',
        `pipeline: placed\nstages:\n  say:\n    use: command\n    with:\n      command: [echo]\n      ${inner}\n`,
        'placed.yaml',
      )
      return 'problems' in read
        ? read.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
        : []
    }
    expect(problems('executor: gpus')[0]).toStartWith('7:17 There is no executor `gpus`.')
    expect(problems('image: python:3')).toEqual(['7:14 A command of this machine runs in no container.'])
    expect(problems(`executor: '\${parameters.where}'`)[0]).toContain('no parameter `where`')
  })
})
