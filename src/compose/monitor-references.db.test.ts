import { afterEach, beforeEach, describe, expect, it } from 'bun:test'
import { createId } from '../foundation/platform/index.ts'
import { createRandom } from '../foundation/statistics/index.ts'
import { judgeHash } from '../foundation/config/index.ts'
import { createAudit } from '../govern/audit/index.ts'
import type { FindRelease } from '../improve/evaluation/index.ts'
import { pinEvaluator } from '../improve/evaluation/runs/pin-plan.ts'
import type { PlannedEvaluator, RunPlan } from '../improve/evaluation/runs/run.ts'
import { insertRun } from '../improve/evaluation/runs/run-store.ts'
import { insertScore } from '../improve/evaluation/runs/score-store.ts'
import { readSuite } from '../improve/evaluation/suites/read-suite.ts'
import { putSuite } from '../improve/evaluation/suites/suite-store.ts'
import { changeByPerson } from '../observe/monitors/change-monitor.ts'
import {
  dayMs,
  hourMs,
  type MonitorBench,
  openMonitorBench,
} from '../observe/monitors/monitor-bench.fixture.ts'
import { composeEvaluators } from './evaluation/evaluators.ts'
import { monitorReferences } from './monitor-references.ts'

const config = `engines: { e: { model: builtin:support } }
judges:
  tone: { kind: rubric, service: judge, rubric: { version: "1", criterion: Is it polite?, labels: { yes: 1, no: 0 } } }
services:
  support:
    storeContent: masked
    judges: [tone]
    releases: { v1: { target: { engine: e } }, v2: { target: { engine: e } } }
    release: v1
  judge: { releases: { v1: { target: { engine: e } }, v2: { target: { engine: e } } }, release: v1 }
monitors:
  quality:
    service: support
    batch: 5
    streams:
      tone: { kind: score, judge: tone, effect: 0.05, reference: { evaluation: triage, evaluator: polite } }
      failing: { kind: errors }
`

const findRelease: FindRelease = ({ service, release }) => {
  const name = release ?? (service === 'judge' ? judging : serving)
  return {
    service,
    release: name,
    hash: service === 'judge' ? `hash of judge ${name}` : `hash of ${name}`,
    isServing: true,
    targets: [],
    prompt: undefined,
    parameters: {},
  }
}
const evaluators = composeEvaluators(() => bench.snapshot)

let bench: MonitorBench
let serving: string
/** The release of the service that judges. */
let judging: string
/** The version of the suite that runs are of, with its evaluator `polite`. */
let suite: { readonly version: number; readonly polite: PlannedEvaluator } | undefined

beforeEach(async () => {
  serving = 'v1'
  judging = 'v1'
  suite = undefined
  bench = await openMonitorBench(config, undefined, {
    ...monitorReferences({
      database: {
        query: async (...of) => await bench.test.database.query(...of),
      },
      findRelease: () => findRelease,
      evaluators: () => evaluators,
      datasets: () => {
        throw new Error('There are no datasets.')
      },
    }),
  })
})
afterEach(async () => {
  await bench[Symbol.asyncDispose]()
})

/** Stores the suite with another evaluator `polite`, which runs are of from now on. */
async function declareSuite(use: string, parameters: Readonly<Record<string, unknown>>): Promise<void> {
  const text = JSON.stringify({
    suite: 'triage',
    dataset: 'd',
    request: { prompt: '{{text}}' },
    releases: ['support'],
    evaluators: ['length', { name: 'polite', use, with: parameters }],
  })
  const read = readSuite(text, 'triage.yaml', { evaluators })
  if (!('suite' in read)) throw new Error(JSON.stringify(read.problems))
  const polite = read.suite.evaluators.find(({ name }) => name === 'polite')
  if (!polite) throw new Error('It has no such evaluator.')
  const createdAt = new Date(bench.nowMs)
  const { version } = await putSuite(bench.test.database, {
    tenant: 'default',
    name: 'triage',
    hash: text,
    text,
    author: 'me',
    createdAt,
  })
  suite = { version, polite: pinEvaluator(polite, findRelease) }
}

/** A run of the suite that has ended, with a score for each of so many examples. */
async function evaluate(
  release: string,
  examples: number,
  good: number,
  named: readonly string[] = ['length', 'polite'],
): Promise<string> {
  const { database } = bench.test
  const id = createId()
  const plan: RunPlan = {
    suiteHash: 'h',
    dataset: { name: 'd', versionId: 'v', versionNumber: 1, split: null, reference: 'd' },
    columns: { expected: 'answer', context: null },
    releases: [
      { name: 'other', service: 'support', release: 'v0', hash: 'hash of v0', targets: [] },
      { name: 'support', service: 'support', release, hash: `hash of ${release}`, targets: [] },
    ],
    baseline: 0,
    evaluators: named.map(name =>
      name === 'polite' && suite
        ? suite.polite
        : {
            name,
            use: name,
            version: 1,
            parametersHash: 'p',
            threshold: 1,
            isJudge: true,
            kind: 'single' as const,
          },
    ),
    repeats: 2,
    seed: 1,
    sample: null,
  }
  const createdAt = new Date(bench.nowMs - hourMs)
  await insertRun(database, {
    id,
    tenant: 'default',
    suite: 'triage',
    suiteVersion: suite?.version ?? 1,
    plan,
    budgetNanoUsd: undefined,
    usesCache: true,
    author: 'me',
    createdAt,
  })
  for (let ordinal = 0; ordinal < examples; ordinal += 1)
    for (const evaluator of [0, 1])
      for (const repeat of [0, 1])
        await insertScore(database, id, 'default', {
          ordinal,
          release: 1,
          repeat,
          evaluator,
          use: 'u',
          scoreKey: `${ordinal} ${evaluator}`,
          answerKey: 'a',
          // the other evaluator finds nothing good
          value: evaluator === 1 && ordinal < examples * good ? 1 : 0,
          isPassed: undefined,
          label: undefined,
          wanted: undefined,
          failure: undefined,
          dataKey: undefined,
          sealed: undefined,
          model: undefined,
          promptHash: undefined,
          costNanoUsd: 0,
          cache: 'new',
          createdAt,
        })
  await database.query(`update evaluation_runs set state = 'completed', ended_at = $2 where id = $1`, [
    id,
    new Date(bench.nowMs - hourMs / 2),
  ])
  return id
}

/** Scores of answers of a release, so many of which are good. */
async function judge(count: number, release: string, good: number, seed: string): Promise<void> {
  const ids = await bench.serve(count, bench.nowMs, bench.nowMs + hourMs, seed, () => ({ release }))
  const random = createRandom('scores', seed)
  const { tone } = bench.snapshot.config.judges
  if (!tone) throw new Error('There is no judge.')
  await bench.test.database.transaction(async transaction => {
    for (const inferenceId of ids)
      await bench.feed.score(transaction, {
        inferenceId,
        tenant: 'default',
        service: 'support',
        name: 'tone',
        value: random.next() < good ? 1 : 0,
        judgeHash: judgeHash('tone', tone),
      })
  })
  bench.nowMs += hourMs
}

const tone = async () => (await bench.view()).streams[0]

/** Takes the references anew, as a person does: of all streams, or of one. */
async function takeAnew(stream: string | undefined): Promise<void> {
  const by = {
    database: bench.test.database,
    audit: createAudit({ database: bench.test.database }),
    actor: { id: 'k', name: 'me' },
    requestId: 'r',
    now: new Date(bench.nowMs),
  }
  await changeByPerson(by, 'quality', { kind: 'reference', from: undefined, until: undefined, stream })
}

describe('a stream of scores that is held against an evaluation', () => {
  it('waits for a run of the release that serves, keeps to it, and alarms where scores are worse than it showed', async () => {
    bench.nowMs = Date.now() - 2 * dayMs
    const mover = bench.startMover()
    await mover.move(bench.nowMs)
    expect(await tone()).toMatchObject({
      state: 'learning',
      waiting_for: expect.stringContaining('has asked support@v1 as it is now'),
    })

    await evaluate('v2', 40, 0.2)
    const run = await evaluate('v1', 200, 0.9)
    bench.nowMs += 60_000
    await mover.move(bench.nowMs)
    const taken = await tone()
    expect(taken).toMatchObject({ state: 'watching', waiting_for: null })
    expect(taken?.reference).toMatchObject({ kind: 'evaluation', rows: 200 })
    expect(taken?.reference?.in_words).toMatch(
      new RegExp(
        `^the run ${run} of triage, by polite: .* release v1 answered, with a mean of 0.9, at least 0\\.[78]`,
      ),
    )
    expect(taken?.detectors).toMatchObject([{ name: 'below', run_length: null, false_alarm: 0.01 }])
    expect((await bench.view()).false_alarms_per_year).toBeNull()

    await judge(400, 'v1', 0.9, 'good')
    await judge(100, 'v2', 0.1, 'of another release')
    // two that move at once count nothing twice
    const other = bench.startMover()
    await Promise.all([mover.move(bench.nowMs), other.move(bench.nowMs)])
    expect(await tone()).toMatchObject({ state: 'watching', seen: 400, incomparable: 100 })
    expect(await bench.alarms()).toEqual([])

    await judge(400, 'v1', 0.5, 'bad')
    await mover.move(bench.nowMs)
    const [alarm] = await bench.alarms()
    expect(alarm?.summary).toContain('the mean score of `tone` has fallen from 0.9 to ')
    expect(alarm?.summary).toContain('the chance that this stream ever says it is 1 % at most')
    expect(alarm?.evidence).toMatchObject({ false_alarm: 0.01, reference: { origin: { run } } })
    expect(alarm?.evidence['run_length']).toBeUndefined()

    // another release serves: what was shown of the one before says nothing of it
    serving = 'v2'
    bench.nowMs += 60_000
    await mover.move(bench.nowMs)
    expect((await bench.alarms())[0]?.endedBecause).toBe('reference')
    expect((await tone())?.reference?.in_words).toContain('release v2 answered, with a mean of 0.2')
    serving = 'v3'
    bench.nowMs += 60_000
    await mover.move(bench.nowMs)
    expect(await tone()).toMatchObject({ state: 'learning', reference: null })
    await mover.stop()
    await other.stop()
  }, 60_000)

  it('says that a newer run of the same release has ended, and takes it when somebody says so', async () => {
    bench.nowMs = Date.now() - 2 * dayMs
    const mover = bench.startMover()
    const first = await evaluate('v1', 200, 0.9)
    await mover.move(bench.nowMs)
    expect((await tone())?.reference).toMatchObject({ rows: 200, newer_run: null })

    // neither one that was older, nor one of another release or without the evaluator, nor one that has not ended
    const later = 2 * hourMs
    bench.nowMs -= later
    await evaluate('v1', 300, 0.3)
    bench.nowMs += 2 * later
    await evaluate('v2', 200, 0.2)
    await evaluate('v1', 200, 0.2, ['length'])
    const open = await evaluate('v1', 200, 0.2)
    await bench.test.database.query(`update evaluation_runs set state = 'running' where id = $1`, [open])
    expect((await tone())?.reference?.newer_run).toBeNull()

    bench.nowMs += later
    const newer = await evaluate('v1', 100, 0.7)
    const ended = new Date(bench.nowMs - hourMs / 2).toISOString()
    expect((await tone())?.reference?.newer_run).toEqual({
      id: newer,
      ended_at: ended,
      examples: 100,
      in_words: `A newer completed run of triage has asked the same release: ${newer}, which ended at ${ended.slice(0, 16)}Z, with 100 examples and a mean of 0.7. To take it, which ends the alarms of the stream: \`slipway monitor reference quality --stream tone\`.`,
    })
    // not by itself
    bench.nowMs += later
    await mover.move(bench.nowMs)
    expect((await tone())?.reference?.in_words).toContain(first)
    // should the run have been removed since, the newer one still is
    await bench.test.database.query('delete from evaluation_runs where id = $1', [first])
    expect((await tone())?.reference?.newer_run?.id).toBe(newer)

    await takeAnew('tone')
    bench.nowMs += 60_000
    await mover.move(bench.nowMs)
    expect((await tone())?.reference).toMatchObject({
      rows: 100,
      in_words: expect.stringContaining(newer),
      newer_run: null,
    })

    // to take one that has too few examples would leave the stream without a reference
    bench.nowMs += later
    await evaluate('v1', 10, 1)
    expect((await tone())?.reference?.newer_run?.in_words).toEndWith(
      'It has 10 examples with a score of polite; 20 are needed to hold anything against it.',
    )
    await mover.stop()
  }, 60_000)

  it('says in what the evaluator of that run differs from the judge, and watches all the same', async () => {
    bench.nowMs = Date.now() - 2 * dayMs
    const mover = bench.startMover()
    const like = {
      service: 'judge',
      rubric: 'Is it\n polite?',
      labels: { no: 0, yes: 1 },
      showExpected: false,
    }
    await declareSuite('llm-judge', like)
    await evaluate('v1', 200, 0.9)
    await mover.move(bench.nowMs)
    const unlike = async () => {
      const stream = await tone()
      expect(stream?.state).toBe('watching')
      return stream?.reference?.unlike_judge
    }
    expect(await unlike()).toBeNull()
    judging = 'v2'
    expect(await unlike()).toBe(
      'polite in that run did not measure just what the judge tone does. They differ in the release of judge that judges (now v2, and in the run another, or that one as it was).',
    )
    judging = 'v1'
    expect(await unlike()).toBeNull()

    const evaluateBy = async (use: string, parameters: Readonly<Record<string, unknown>>) => {
      bench.nowMs += 2 * hourMs
      await declareSuite(use, parameters)
      const run = await evaluate('v1', 100, 0.9)
      return {
        run,
        take: async () => {
          await takeAnew('tone')
          bench.nowMs += 60_000
          await mover.move(bench.nowMs)
        },
      }
    }
    const other = await evaluateBy('llm-judge', {
      service: 'critic@v1',
      rubric: 'Is it right?',
      labels: { good: 1, bad: 0 },
      votes: 3,
    })
    // a later version of the suite says nothing of the run that is held against
    expect(await unlike()).toBeNull()
    await other.take()
    expect(await unlike()).toBe(
      'polite in that run did not measure just what the judge tone does. They differ in the text of the rubric; ' +
        'in the labels (good = 1, bad = 0 in the run, yes = 1, no = 0 of the judge); in the temperature (1 in the run, 0 of the judge); ' +
        'in how often it is asked (3 in the run, 1 of the judge); in what it sees (in the run also what the example expects); ' +
        'in the service that judges (critic@v1 in the run, judge of the judge).',
    )
    const refusals = await evaluateBy('refusal', {})
    await refusals.take()
    expect(await unlike()).toEndWith('They differ in the kind (refusal in the run, rubric of the judge).')
    await bench.test.database.query('delete from evaluation_runs where id = $1', [refusals.run])
    expect(await unlike()).toBe(
      'Whether polite in that run measured what the judge tone does cannot be told: the run is not kept any more, or its suite cannot be read.',
    )
    await mover.stop()
  }, 60_000)

  it('takes the reference of one stream anew, and leaves those of others as they are', async () => {
    bench.nowMs = Date.now() - 2 * dayMs
    const mover = bench.startMover()
    await evaluate('v1', 200, 0.9)
    await bench.serve(600, bench.nowMs - dayMs, bench.nowMs, 'traffic', () => ({}))
    await mover.move(bench.nowMs)
    const taken = async () =>
      (await bench.view()).streams.map(({ name, reference }) => [name, reference?.taken_at])
    const before = new Date(bench.nowMs).toISOString()
    expect(await taken()).toEqual([
      ['tone', before],
      ['failing', before],
    ])
    bench.nowMs += hourMs
    await takeAnew('tone')
    await mover.move(bench.nowMs)
    expect(await taken()).toEqual([
      ['tone', new Date(bench.nowMs).toISOString()],
      ['failing', before],
    ])
    await mover.stop()
  }, 60_000)
})
