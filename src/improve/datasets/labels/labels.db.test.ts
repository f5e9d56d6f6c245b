import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Registry } from 'prom-client'
import { createTestDatasets, type TestDatasets } from '../../../../test/datasets.ts'
import { parseConfig } from '../../../foundation/config/index.ts'
import { createId, createLogger } from '../../../foundation/platform/index.ts'
import { createRandom } from '../../../foundation/statistics/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { createAudit } from '../../../govern/audit/index.ts'
import { createReviews, type Reviews, reviewsRoutes } from '../../../observe/reviews/index.ts'
import { generateCorpus, supportCorpus } from '../../training/index.ts'
import { findTask } from '../stores/task-store.ts'
import type { DatasetTask } from '../task.ts'
import { applyDecisions } from './apply-decisions.ts'
import type { AgreementReport, AnnotatorsReport, SuspectsReport } from './label-report.ts'
import { findLabelReport, type LabelReport } from './label-report-store.ts'
import { registerLabelTasks } from './label-work.ts'
import type { LabelsContext } from './labels-context.ts'
import { createPublishConsensus } from './publish-consensus.ts'
import type { AskForLabel } from './ask-service.ts'
import { sendSuspects, type SendOptions } from './send-suspects.ts'

// the data worker starts with the first test
setDefaultTimeout(120_000)

let store: TestDatasets
let reviews: Reviews
let context: LabelsContext

/** What a service would say. */
let service: AskForLabel

const reviewer: Principal = {
  keyId: 'rita',
  keyName: 'rita',
  role: 'reviewer',
  tenant: 'acme',
  services: undefined,
}

beforeAll(async () => {
  store = await createTestDatasets()
  const { database } = store.test
  const parsed = parseConfig('services: {}', 'slipway.yaml', {})
  if (!('snapshot' in parsed)) throw new Error('the smallest configuration is not right')
  const audit = createAudit({ database })
  reviews = createReviews({
    database,
    logger: createLogger({ level: 'silent' }),
    registry: new Registry(),
    audit,
    // choices are kept in the clear, so nothing is sealed here
    sealing: {
      seal: () => Promise.reject(new Error('sealed')),
      open: () => Promise.reject(new Error('opened')),
    },
    findHidden: () => [],
    settings: () => parsed.snapshot.config.reviews,
    onDecided: () => Promise.resolve(),
  })
  context = {
    database,
    audit,
    datasets: store.datasets,
    examples: reviews.examples,
    askForLabel: call => service(call),
    mayCall: () => true,
    now: Date.now,
  }
  registerLabelTasks(context)
  store.datasets.tasks.register(createPublishConsensus(store.datasets))
  store.tasks.run()
})

afterAll(async () => {
  await reviews.stop()
  await store[Symbol.asyncDispose]()
})

async function work(kind: string, dataset: string, options: object, more: object = {}): Promise<DatasetTask> {
  const version = await store.datasets.resolve('acme', dataset)
  const { id } = await store.datasets.tasks.start(store.caller, {
    kind,
    dataset,
    parameters: { version: version.version.id, dataset, options, ...more },
  })
  for (let round = 0; round < 2_000; round += 1) {
    const task = await findTask(store.test.database, 'acme', id)
    if (task?.endedAt) return task
    await sleep(20)
  }
  throw new Error('The task did not end.')
}

async function reportOf(task: DatasetTask): Promise<LabelReport> {
  expect(task).toMatchObject({ state: 'done', error: undefined })
  const report = await findLabelReport(store.test.database, 'acme', task.id)
  if (!report) throw new Error('There is no report.')
  return report
}

/** Answers all that waits of a report, as the route does it. */
async function answerAll(report: string, answer: (item: string) => string | null): Promise<number> {
  const access = { visibleTenant: () => 'acme', principalOf: () => undefined, tenantOfKey: () => undefined }
  const routes = reviewsRoutes({ reviews, access })
  const call = async (operationId: string, input: object): Promise<unknown> =>
    await routes
      .find(route => route.operationId === operationId)
      ?.handle(
        { path: undefined, query: undefined, body: undefined, ...input },
        {
          request: new Request('http://test/'),
          requestId: createId(),
          principal: reviewer,
          signal: new AbortController().signal,
        },
      )
  for (let count = 0; ; count += 1) {
    const { review } = (await call('claimNextExampleReview', { body: { subject: report } })) as {
      review: { id: string; item: string } | null
    }
    if (!review) return count
    await call('answerExampleReview', {
      path: { id: review.id },
      body: { answer: answer(review.item), note: null },
    })
  }
}

const sending = (changed: Partial<SendOptions> = {}): SendOptions => ({
  most: 50,
  people: 1,
  priority: 'normal',
  dueMinutes: 60,
  question: undefined,
  show: undefined,
  ...changed,
})

describe('suspects', () => {
  it('are found, shown to people without a hint, and come back as a version on a branch', async () => {
    const { datasets, caller, test } = store
    const all = generateCorpus(supportCorpus, { split: 'train', count: 2_000 })
    const few = new Set([...new Set(all.map(({ answer }) => answer.intent))].slice(0, 5))
    const examples = all.filter(({ answer }) => few.has(answer.intent)).slice(0, 600)
    const names = [...new Set(examples.map(({ answer }) => answer.intent))]
    const random = createRandom('planted')
    const flipped = new Map<string, string>()
    const rows = examples.map(({ id, message, answer }) => {
      const isFlipped = random.next() < 0.08
      if (!isFlipped) return { id, message, intent: answer.intent }
      flipped.set(`["${id}"]`, answer.intent)
      return { id, message, intent: random.pick(names.filter(name => name !== answer.intent)) }
    })
    await datasets.create(caller, {
      name: 'desk',
      definition: 'key: id\ncolumns: {id: {}, message: {role: input}, intent: {role: label}}\n',
    })
    await datasets.commit({
      caller,
      dataset: 'desk',
      message: 'first',
      source: { kind: 'edit' },
      upserts: rows,
    })
    const report = await reportOf(await work('find-suspects', 'desk', {}))
    const result = report.result as SuspectsReport
    expect(result).toMatchObject({
      kind: 'suspects',
      rows: 600,
      label_column: 'intent',
      columns: ['message'],
    })
    const hits = result.suspects.filter(({ key }) => flipped.has(key)).length
    expect(hits / flipped.size).toBeGreaterThan(0.75)
    expect(hits / result.total).toBeGreaterThan(0.75)
    expect(Math.abs(result.error_rate - 0.08)).toBeLessThan(0.04)
    // the report names rows, and holds nothing of what they say
    expect(JSON.stringify(report)).not.toContain(rows[0]!.message)
    expect(await findLabelReport(test.database, 'globex', report.id)).toBeUndefined()
    // the same seed says the same
    const again = (await reportOf(await work('find-suspects', 'desk', {}))).result as SuspectsReport
    expect(again.suspects).toEqual(result.suspects)

    expect(
      await applyDecisions(context, report, { branch: undefined, message: undefined }, caller).catch(String),
    ).toContain('Send them first')
    expect(await sendSuspects(context, report, sending(), caller)).toEqual({
      asked: Math.min(50, result.total),
      known: 0,
    })
    expect(await sendSuspects(context, report, sending({ most: 3 }), caller)).toEqual({ asked: 0, known: 3 })
    const [asked] = await test.database.query<{ row: string }>(
      'SELECT shown::text AS row FROM review_examples WHERE subject = $1 LIMIT 1',
      [report.id],
    )
    expect(asked?.row).not.toContain('intent')
    // people know the truth of all but one
    const [unknown] = result.suspects
    const truths = new Map(examples.map(({ id, answer }) => [`["${id}"]`, answer.intent]))
    const count = await answerAll(report.id, item =>
      item === unknown!.key ? null : (truths.get(item) ?? null),
    )
    expect(count).toBe(Math.min(50, result.total))
    // somebody has changed one of them meanwhile
    const touched = result.suspects.find(({ key }) => flipped.has(key) && key !== unknown!.key)!
    await datasets.commit({
      caller,
      dataset: 'desk',
      message: 'by hand',
      source: { kind: 'edit' },
      upserts: [{ ...rows.find(({ id }) => `["${id}"]` === touched.key)!, intent: 'something else' }],
    })
    const applied = await applyDecisions(context, report, { branch: undefined, message: undefined }, caller)
    const right = result.suspects
      .slice(0, 50)
      .filter(({ key, given }) => key !== unknown!.key && truths.get(key) !== given).length
    expect(applied).toMatchObject({ changed: right, undecided: 1, stale: 0, pending: 0, decided: count })
    expect(applied.published?.version.manifest).toMatchObject({
      author: 'reviewers',
      rows: 600,
      parents: [report.versionId],
      source: { kind: 'derived', of: report.versionId, by: 'label-reviews' },
    })
    const cleaned = await datasets.resolve('acme', `desk@${applied.branch}`)
    for await (const { key, row } of datasets.scanRows(cleaned)) {
      const isDecided = result.suspects.slice(0, 50).some(suspect => suspect.key === key)
      if (isDecided && key !== unknown!.key) expect(row['intent']).toBe(truths.get(key))
      else expect(row['intent']).toBe(rows.find(({ id }) => `["${id}"]` === key)!.intent)
    }
    // once more changes nothing; on main the row that was changed by hand is left alone
    expect(
      await applyDecisions(context, report, { branch: applied.branch, message: undefined }, caller),
    ).toMatchObject({ published: undefined, changed: 0, applied: right })
    expect(
      await applyDecisions(context, report, { branch: 'main', message: 'mended' }, caller),
    ).toMatchObject({
      changed: right - 1,
      stale: 1,
    })
    const [entry] = await test.database.query<{ count: number }>(
      "SELECT count(*) AS count FROM audit_entries WHERE action IN ('dataset:ask-reviewers', 'dataset:apply-labels')",
    )
    expect(Number(entry?.count)).toBe(5)
  })

  it('are found from the probabilities of a model, and say what is wrong with those', async () => {
    const { datasets, caller } = store
    await datasets.create(caller, { name: 'told' })
    const rows = Array.from({ length: 60 }, (_, n) => {
      const label = n % 2 === 0 ? 'yes' : 'no'
      const p = n % 2 === 0 ? { yes: 0.9, no: 0.1 } : { yes: 0.2, no: 0.8 }
      return { n, label: n === 7 ? 'yes' : label, p }
    })
    const put = (upserts: object[]) =>
      datasets.commit({
        caller,
        dataset: 'told',
        message: '',
        source: { kind: 'edit' },
        upserts: upserts as never,
      })
    await put(rows)
    const found = await reportOf(await work('find-suspects', 'told', { label: 'label', probabilities: 'p' }))
    const { suspects, rows: count } = found.result as SuspectsReport
    expect({ count, suspects: suspects.length }).toEqual({ count: 60, suspects: 1 })
    expect(suspects[0]).toMatchObject({ given: 'yes', likely: 'no' })
    await put([{ n: 100, label: 'yes', p: { yes: 1.7 } }])
    const failed = await work('find-suspects', 'told', { label: 'label', probabilities: 'p' })
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'invalid_request' } })
    expect(failed.error?.message).toContain('what is no probability')
  })

  it('are found by asking a service, which waits where it is full and is told no given label', async () => {
    let [asked, fullFor] = [0, 2]
    service = ({ messages, service: name }) => {
      const text = messages.at(-1)?.content ?? ''
      asked += 1
      if (name === 'gone') return Promise.resolve({ kind: 'failed', message: 'There is none.', isOver: true })
      if (fullFor > 0) {
        fullFor -= 1
        return Promise.resolve({ kind: 'wait', seconds: 0 })
      }
      if (text === '5') return Promise.resolve({ kind: 'answer', text: 'I cannot say', costNanoUsd: 10 })
      // the even ones are `yes`
      const answer = Number(text) % 2 === 0 ? 'The label is **yes**.' : 'No'
      return Promise.resolve({ kind: 'answer', text: answer, costNanoUsd: 10 })
    }
    const options = { label: 'label', text: ['n'], where: 'n < 60', service: 'mini', samples: 2 }
    const { result } = await reportOf(await work('find-suspects', 'told', options))
    expect(result).toMatchObject({
      from: 'service',
      rows: 59,
      left_out: 1,
      cost_nano_usd: 1_200,
      suspects: [{ key: expect.any(String), given: 'yes', likely: 'no' }],
    })
    expect(asked).toBe(122)
    const gone = await work('find-suspects', 'told', { ...options, service: 'gone' })
    expect(gone.error).toEqual({ code: 'invalid_request', message: '`gone` cannot be asked: There is none.' })
  })

  it('say at once what cannot be done', async () => {
    const messageOf = async (options: object): Promise<string> =>
      (await work('find-suspects', 'told', options)).error?.message ?? 'done'
    expect(await messageOf({ label: 'lable', probabilities: 'p' })).toContain('did you mean `label`?')
    expect(await messageOf({ probabilities: 'p' })).toContain('No column has the role `label`')
    expect(await messageOf({ label: 'label' })).toContain('Nothing says what the labels are told from')
    expect(await messageOf({ label: 'n', probabilities: 'p', where: 'n < 1' })).toContain(
      'nothing to mistake it for',
    )
    expect(await messageOf({ label: 'label', probabilities: 'p', where: 'n <' })).toContain('Parser Error')
  })
})

describe('annotators', () => {
  it('are compared in rows of their own and in columns of their own, with the same result', async () => {
    const { datasets, caller } = store
    const random = createRandom('three people')
    const truths: string[] = []
    const wide = Array.from({ length: 120 }, (_, n) => {
      const truth = random.pick(['good', 'bad', 'odd'])
      truths.push(truth)
      const say = (skill: number): string =>
        random.next() < skill ? truth : random.pick(['good', 'bad', 'odd'])
      return { n, language: n % 2 === 0 ? 'de' : 'en', ann: say(0.95), ben: say(0.9), cem: say(0.3) }
    })
    const long = wide.flatMap(({ n, language, ...said }) =>
      Object.entries(said).map(([who, label]) => ({ n, language, who, label })),
    )
    const make = async (name: string, definition: string, upserts: object[]): Promise<void> => {
      await datasets.create(caller, { name, definition })
      await datasets.commit({
        caller,
        dataset: name,
        message: '',
        source: { kind: 'edit' },
        upserts: upserts as never,
      })
    }
    await make('wide', 'key: n\n', wide)
    await make(
      'long',
      'key: [n, who]\ncolumns: {n: {}, language: {}, who: {role: annotator}, label: {role: label}}\n',
      long,
    )
    const columns = { annotators: ['ann', 'ben', 'cem'] }
    const first = (
      await reportOf(await work('measure-agreement', 'wide', { ...columns, slices: ['language'] }))
    ).result as AgreementReport
    const second = (await reportOf(await work('measure-agreement', 'long', { slices: ['language'] })))
      .result as AgreementReport
    expect(second.alpha).toEqual(first.alpha)
    expect(second.pairs).toEqual(first.pairs)
    expect(second.slices).toEqual(first.slices)
    expect(first).toMatchObject({ items: 120, compared: 120, labels: 360 })
    expect(first.alpha!.low).toBeLessThan(first.alpha!.estimate)
    expect(
      first.pairs.find(({ first: one, second: two }) => one === 'ann' && two === 'ben')!.kappa,
    ).toBeGreaterThan(0.7)
    // who is not like the others is named
    expect(first.advice.map(({ text }) => text).join('\n')).toContain('Without `cem`')
    const rated = (await reportOf(await work('rate-annotators', 'long', {}))).result as AnnotatorsReport
    expect(rated.annotators[0]?.name).toBe('cem')
    expect(rated.annotators[0]!.high).toBeLessThan(rated.annotators[1]!.low)
    expect(rated.consensus).toHaveLength(120)

    // the consensus is written beside the labels, the same in both shapes, and again it is the same version
    const publish = async (dataset: string, options: object, given: object) =>
      await work('publish-consensus', dataset, options, { report: `report-${dataset}`, ...given })
    const written = async (reference: string) => {
      const version = await datasets.resolve('acme', reference)
      const rows = (await Array.fromAsync(datasets.scanRows(version))).map(({ row }) => row)
      const said = rows.map(row => [row['n'], row['consensus'], row['consensus_certainty']])
      return { version, rows, said: new Set(said.map(one => JSON.stringify(one))) }
    }
    expect(await publish('long', {}, { branch: 'main' })).toMatchObject({
      state: 'done',
      result: { items: 120, undecided: 0, rows: 360, is_new: true },
    })
    await publish('wide', columns, { branch: 'agreed' })
    const [tall, broad] = [await written('long'), await written('wide@agreed')]
    expect(tall.said).toEqual(broad.said)
    expect(broad.rows[0]).toMatchObject({ consensus_annotators: 3, ann: wide[0]!.ann })
    expect(tall.version.version.manifest.source).toMatchObject({
      by: 'publish-consensus',
      parameters: { method: 'dawid-skene', column: 'consensus' },
    })
    const right = broad.rows.filter(row => row['consensus'] === truths[Number(row['n'])]).length
    expect(right).toBeGreaterThan(110)
    expect(await publish('wide', columns, { branch: 'agreed' })).toMatchObject({ result: { is_new: false } })
    // of three that all differ no majority is told
    const heads = await publish('wide', columns, { branch: 'heads', method: 'majority', least: 0.5 })
    expect((heads.result as { undecided: number }).undecided).toBeGreaterThan(0)
    const ties = (await written('wide@heads')).rows.filter(row => row['consensus'] === null)
    expect(ties).toHaveLength((heads.result as { undecided: number }).undecided)
    expect(ties.every(({ ann, ben, cem }) => new Set([ann, ben, cem]).size === 3)).toBe(true)
    expect((await publish('wide', columns, { column: 'ann' })).error?.message).toContain(
      'There is a column `ann` already',
    )
    await datasets.commit({
      caller,
      dataset: 'wide',
      message: 'moved',
      source: { kind: 'edit' },
      upserts: [{ ...wide[0], ann: 'odd' }],
    })
    const first1 = await datasets.resolve('acme', 'wide@1')
    const late = await publish('wide', columns, { branch: 'main', version: first1.version.id })
    expect(late.error?.message).toContain('`main` has moved on from version 1')
    const ratings = (await work('measure-agreement', 'wide', { ...columns, level: 'interval' })).error
    expect(ratings?.message).toContain('is no number')
    expect(
      (await work('rate-annotators', 'wide', { annotator: 'ann', label: 'ben' })).error?.message,
    ).toContain('Nothing says which rows are labels of one item')
  })
})
