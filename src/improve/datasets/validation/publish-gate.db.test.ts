import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { createTestDatasets, type TestDatasets } from '../../../../test/datasets.ts'
import { textDetectors } from '../../../serve/guardrails/index.ts'
import { findReport, findReportOfVersion } from '../stores/report-store.ts'
import { until } from '../../../../test/until.ts'
import { createRemoveNear, removeNearKind } from '../duplicates/remove-near.ts'
import { findTask } from '../stores/task-store.ts'
import { checkVersionKind, createCheckVersion } from './check-version.ts'
import { createDefinitionCheck, createPublishGate } from './publish-gate.ts'
import { checkReport, type CheckReport } from './report.ts'
import { datasetProfile } from '../profile/profile.ts'

// the data worker starts with the first test
setDefaultTimeout(120_000)

let store: TestDatasets
const seen: CheckReport[] = []

const gate = {
  detectorsModule: new URL('../../../serve/guardrails/index.ts', import.meta.url).href,
  onChecked: (report: CheckReport) => void seen.push(report),
}

beforeAll(async () => {
  store = await createTestDatasets({
    gate: createPublishGate(gate),
    checkDefinition: createDefinitionCheck(textDetectors),
  })
  store.tasks.register(createCheckVersion(store.context, gate))
  store.tasks.register(createRemoveNear(store.context))
  store.tasks.run()
})

afterAll(async () => {
  await store[Symbol.asyncDispose]()
})

const tickets = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => ({
    id: `t-${from + at}`,
    text: `Ticket ${from + at}: my parcel has not come, and nobody tells me where it is.`,
    label: (from + at) % 3 === 0 ? 'refund' : 'status',
    score: ((from + at) * 37) % 100,
  }))

const definition = `key: id
columns:
  id: { type: string }
  text: { type: string, role: input, language: en }
  label: { type: string, role: label, references: { dataset: labels, to: name } }
  score: { type: integer, min: 0, max: 99 }
checks:
  - personal-data: { columns: text }
  - drift: {columns: [score, label]}
  - { balance: { column: label, minShare: 0.2 }, severity: warn }
`

async function commit(dataset: string, upserts: readonly Readonly<Record<string, unknown>>[]) {
  const { datasets, caller } = store
  return await datasets.commit({
    caller,
    dataset,
    message: 'test',
    source: { kind: 'edit' },
    upserts,
  })
}

describe('createPublishGate', () => {
  it('publishes what is in order with profile and report, and refuses the rest with a report that names rows', async () => {
    const { datasets, caller, test } = store
    await datasets.create(caller, {
      name: 'labels',
      definition: 'key: name\n',
    })
    await commit('labels', [{ name: 'refund' }, { name: 'status' }])
    await datasets.create(caller, { name: 'tickets', definition })
    const first = await commit('tickets', tickets(300))
    expect(first.version.manifest.checks.map(({ check, outcome }) => `${check} ${outcome}`)).toEqual([
      'type(id) passed',
      'type(text) passed',
      'language(text) passed',
      'type(label) passed',
      'references(label) passed',
      'type(score) passed',
      'min(score) passed',
      'max(score) passed',
      'personal-data(text) passed',
      'drift(score, label) skipped',
      'balance(label) passed',
    ])
    const kept = await findReportOfVersion(test.database, first.version.id)
    expect(kept?.id).toBe(first.reportId ?? '')
    expect(datasetProfile.parse(kept?.profile).columns.map(({ name, role }) => [name, role])).toEqual([
      ['id', undefined],
      ['text', 'input'],
      ['label', 'label'],
      ['score', undefined],
    ])
    expect(checkReport.parse(kept?.details)).toMatchObject({
      rows: 300,
      outcome: 'passed',
    })

    const bad = [
      {
        id: 't-5',
        text: 'Reach me at ada.lovelace@example.org please.',
        label: 'refnd',
        score: 5,
      },
      {
        id: 'new',
        text: 'My parcel has not come, and I want to know where it is.',
        label: 'status',
        score: 100,
      },
    ]
    const refusal = await commit('tickets', bad).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'checks_failed' })
    const { message, details } = refusal as Error & {
      details: { report: string }
    }
    expect(message).toContain('references(label) (1 row), max(score) (1 row), personal-data(text) (1 row)')
    const refused = await findReport(test.database, 'acme', details.report)
    const byName = new Map(checkReport.parse(refused?.details).checks.map(each => [each.check, each]))
    expect(byName.get('references(label)')?.examples).toEqual([
      expect.objectContaining({ key: '["t-5"]', excerpt: 'refnd' }),
    ])
    expect(byName.get('max(score)')?.examples).toEqual([
      expect.objectContaining({ key: '["new"]', excerpt: '100' }),
    ])
    expect(byName.get('personal-data(text)')?.examples[0]?.excerpt).toContain('<EMAIL_ADDRESS>')
    expect(JSON.stringify(refused?.details)).not.toContain('lovelace')
    const head = await datasets.resolve('acme', 'tickets')
    expect(head.version.id).toBe(first.version.id)
  })

  it('compares with the version before, and lets a warning pass', async () => {
    const drifted = tickets(600, 1_000).map(each => ({ ...each, score: 99 }))
    const refusal = await commit('tickets', drifted).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'checks_failed' })
    expect((refusal as Error).message).toContain('drift(score, label)')
    const { version } = await commit(
      'tickets',
      tickets(90, 2_000).map(each => ({ ...each, label: 'status' })),
    )
    expect(version.manifest.checks.find(({ check }) => check === 'balance(label)')?.outcome).toBe('passed')
    const { version: last } = await commit(
      'tickets',
      tickets(150, 3_000).map(each => ({ ...each, label: 'status' })),
    )
    expect(last.manifest.checks.find(({ check }) => check === 'balance(label)')).toMatchObject({
      severity: 'warn',
      outcome: 'failed',
    })
    expect(seen.at(-1)?.outcome).toBe('warned')
  })

  it('says of a definition what is wrong with its rules, and of a rule that what it needs is not there', async () => {
    const { datasets, caller } = store
    const wrong = datasets.create(caller, {
      name: 'other',
      definition: 'columns: { a: { patern: x } }\n',
    })
    // eslint-disable-next-line typescript/await-thenable
    await expect(wrong).rejects.toThrow('Did you mean `pattern`?')
    await datasets.create(caller, {
      name: 'lost',
      definition: 'checks: [{ references: { column: a, dataset: nowhere } }]\n',
    })
    const refusal = await commit('lost', [{ a: 1 }]).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'invalid_request' })
    expect((refusal as Error).message).toContain('references(a) needs `nowhere`')
  })
})

async function run(kind: string, dataset: string, parameters: Readonly<Record<string, unknown>>) {
  const { datasets, caller, test } = store
  const task = await datasets.tasks.start(caller, {
    kind,
    dataset,
    parameters: { dataset, ...parameters },
  })
  const find = async () => await findTask(test.database, caller.tenant, task.id)
  await until(async () => (await find())?.endedAt !== undefined)
  return await find()
}

describe(checkVersionKind, () => {
  it('holds a version that is there to other rules, and keeps the report beside it', async () => {
    const { datasets, test } = store
    const { version } = await datasets.resolve('acme', 'tickets@1')
    const task = await run(checkVersionKind, 'tickets', {
      version: version.id,
      definition: 'key: id\ncolumns: { id: {}, score: { max: 49 } }\n',
    })
    expect(task).toMatchObject({
      state: 'done',
      result: {
        outcome: 'failed',
        checks: 1,
        failed: [{ check: 'max(score)', severity: 'error', rows: 150 }],
      },
    })
    const report = await findReportOfVersion(test.database, version.id)
    expect(report?.id).toBe((task?.result as { report: string } | undefined)?.report ?? '')
  })
})

describe(removeNearKind, () => {
  it('publishes a version without what is nearly there twice, and says what it was made of', async () => {
    const { datasets, caller } = store
    await datasets.create(caller, { name: 'notes', definition: 'key: id\n' })
    const words = (at: number) =>
      Array.from({ length: 20 }, (_, word) =>
        ((at * 7_919 + word * 104_729) ** 2 % 999_983).toString(36),
      ).join(' ')
    const notes = Array.from({ length: 50 }, (_, at) => ({
      id: at,
      note: words(at),
      votes: 1,
    }))
    const again = [3, 4, 5].map(at => ({
      id: 100 + at,
      note: `${words(at)}!`,
      votes: at === 4 ? 9 : 0,
    }))
    const { version } = await commit('notes', [...notes, ...again])
    const parameters = {
      branch: 'main',
      parent: version.id,
      on: ['note'],
      similarity: 0.9,
      prefer: { column: 'votes', keep: 'largest' },
    }
    const tried = await run(removeNearKind, 'notes', {
      ...parameters,
      dry_run: true,
    })
    expect(tried).toMatchObject({
      state: 'done',
      result: { removed: 3, of: 53, version: null },
    })
    const task = await run(removeNearKind, 'notes', {
      ...parameters,
      dry_run: false,
    })
    expect(task).toMatchObject({
      state: 'done',
      result: { removed: 3, number: 2 },
    })
    const next = await datasets.resolve('acme', 'notes')
    expect(next.version.manifest.source).toMatchObject({
      kind: 'derived',
      of: version.id,
      by: removeNearKind,
      parameters: { on: ['note'], similarity: 0.9 },
    })
    const { rows } = await datasets.readRows(next, {
      where: 'id IN (3, 4, 5, 103, 104, 105)',
    })
    // the one with more votes stays
    expect(rows.map(({ key }) => key).toSorted()).toEqual(['[104]', '[3]', '[5]'])
  })

  it('keeps what it worked out beside the segments in the cache, and it goes with them', async () => {
    const { datasets, caller, context } = store
    await datasets.create(caller, {
      name: 'kept',
      definition: 'key: id\ncolumns: { text: { nullable: false } }\n',
    })
    const { version } = await commit('kept', tickets(50))
    const [segment] = version.manifest.segments
    const cached = async () =>
      (await readdir(path.join(store.folder, 'datasets/cache/acme'))).filter(name =>
        name.startsWith(segment?.object ?? 'none'),
      )
    expect((await cached()).toSorted()).toEqual([`${segment?.object}.kept`, `${segment?.object}.parquet`])
    const withKept = context.cache.bytes()
    await context.cache.drop('acme', segment?.object ?? '')
    expect(await cached()).toEqual([])
    expect(withKept - context.cache.bytes()).toBeGreaterThan(segment?.bytes ?? 0)
    // it is fetched and worked out again
    await commit('kept', tickets(1, 50))
    expect(await cached()).toHaveLength(2)
  })
})
