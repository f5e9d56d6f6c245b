import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createTestDatasets, type TestDatasets } from '../../../../test/datasets.ts'
import { until } from '../../../../test/until.ts'
import { createMakeCounterfactuals } from '../counterfactuals/make-counterfactuals.ts'
import type { Row } from '../dataset.ts'
import { findTask } from '../stores/task-store.ts'
import type { DatasetTask } from '../task.ts'
import { labelGaps } from './representation.ts'
import { createCompareBias } from './compare-bias.ts'
import { createMitigate } from './mitigate.ts'
import { readSlices, sliceColumns } from './read-slices.ts'

// the data worker starts with the first test
setDefaultTimeout(120_000)

let store: TestDatasets

const definition = `
key: id
columns:
  id: { type: string }
  message: { type: string, role: input }
  gender: { role: slice }
  hired: { role: label }
slices:
  often: gender = 'male' OR CAST(substr(id, 2) AS INTEGER) % 10 = 0
`
const signal = new AbortController().signal

/** Of 100 women 30 are hired, of 100 men 60. */
const rows: Row[] = Array.from({ length: 200 }, (_, index) => {
  const isWoman = index % 2 === 0
  return {
    id: `r${index}`,
    message: isWoman ? `Emily wrote ${index}: she is a baker.` : `Paul wrote ${index}: he is a baker.`,
    gender: isWoman ? 'female' : 'male',
    hired: Math.floor(index / 2) < (isWoman ? 30 : 60) ? 'yes' : 'no',
  }
})

beforeAll(async () => {
  store = await createTestDatasets()
  const { datasets, caller, tasks, context } = store
  tasks.register(createMitigate(context))
  tasks.register(createCompareBias(context))
  tasks.register(createMakeCounterfactuals(context))
  tasks.run()
  await datasets.create(caller, { name: 'people', definition })
  const source = { kind: 'edit' } as const
  await datasets.commit({ caller, dataset: 'people', message: 'first', source, upserts: rows })
})

afterAll(async () => {
  await store[Symbol.asyncDispose]()
})

async function runTask(kind: string, parameters: Record<string, unknown>): Promise<DatasetTask> {
  const { datasets, caller, context } = store
  const { version } = await datasets.resolve('acme', 'people')
  const started = await datasets.tasks.start(caller, {
    kind,
    dataset: 'people',
    parameters: {
      dataset: 'people',
      [{ 'mitigate-bias': 'parent', 'compare-bias': 'before' }[kind] ?? 'version']: version.id,
      ...parameters,
    },
  })
  let task: DatasetTask = started
  await until(async () => {
    task = (await findTask(context.database, 'acme', started.id)) ?? started
    return task.endedAt !== undefined
  })
  return task
}

async function slicesOf(reference: string, slices = ['gender']) {
  const version = await store.datasets.resolve('acme', reference)
  return await readSlices(store.context, version, sliceColumns(version, { slices }), signal)
}

async function rowsOf(reference: string): Promise<Row[]> {
  const version = await store.datasets.resolve('acme', reference)
  return (await Array.fromAsync(store.datasets.scanRows(version))).map(({ row }) => row)
}

describe('the slices of a version', () => {
  it('are counted by value and label, and crossed', async () => {
    expect(await slicesOf('people', ['gender'])).toEqual([
      { slice: 'female', rows: 100, labels: { no: 70, yes: 30 } },
      { slice: 'male', rows: 100, labels: { no: 40, yes: 60 } },
    ])
    const version = await store.datasets.resolve('acme', 'people')
    const by = sliceColumns(version, { slices: ['gender', 'hired'] })
    const crossed = await readSlices(store.context, version, { ...by, label: undefined }, signal)
    expect(crossed.map(({ slice, rows: count }) => `${slice} ${count}`)).toContain('male × yes 60')
    expect(labelGaps(await slicesOf('people'))[0]).toMatchObject({ difference: expect.closeTo(-0.3, 9) })
  })

  it('are also told by conditions that the definition declares, by themselves and crossed with columns', async () => {
    const version = await store.datasets.resolve('acme', 'people')
    expect(sliceColumns(version, {})).toMatchObject({ columns: ['gender', 'often'] })
    expect(await slicesOf('people', ['often'])).toEqual([
      { slice: 'not often', rows: 80, labels: { no: 56, yes: 24 } },
      { slice: 'often', rows: 120, labels: { no: 54, yes: 66 } },
    ])
    const crossed = await slicesOf('people', ['gender', 'often'])
    expect(crossed.map(({ slice, rows: count }) => `${slice} ${count}`)).toEqual([
      'female × not often 80',
      'female × often 20',
      'male × often 100',
    ])
  })

  it('are refused where a column names rows, or is not there', async () => {
    const version = await store.datasets.resolve('acme', 'people')
    expect(() => sliceColumns(version, { slices: ['gendre'] })).toThrow('There is no column `gendre`')
  })
})

describe('mitigation', () => {
  it('weighs rows on a branch of its own, so that labels are as likely in each slice', async () => {
    const task = await runTask('mitigate-bias', {
      method: 'reweigh',
      branch: 'main',
      onto: 'weighed',
      slices: ['gender'],
    })
    expect(task).toMatchObject({ state: 'done', result: { changed: 200 } })
    const weighed = await rowsOf('people@weighed')
    const share = (gender: string): number => {
      const own = weighed.filter(row => row['gender'] === gender)
      const sum = (of: readonly Row[]) => of.reduce((total, row) => total + Number(row['weight']), 0)
      return sum(own.filter(row => row['hired'] === 'yes')) / sum(own)
    }
    expect(share('female')).toBeCloseTo(0.45, 4)
    expect(share('male')).toBeCloseTo(0.45, 4)
  })

  it.each(['undersample', 'oversample'])('draws rows, %s', async method => {
    const slices = method === 'undersample' ? ['often'] : ['gender']
    const task = await runTask('mitigate-bias', { method, onto: method, slices })
    expect(task.error).toBeUndefined()
    const gaps = labelGaps(await slicesOf(`people@${method}`, slices))
    expect(Math.abs(gaps[0]!.difference)).toBeLessThan(0.02)
    const { version } = await store.datasets.resolve('acme', `people@${method}`)
    expect(version.manifest.source).toMatchObject({
      kind: 'derived',
      by: 'mitigate-bias',
      parameters: { method },
    })
  })

  it('adds rows with words of the other group, each saying where it is from', async () => {
    const task = await runTask('mitigate-bias', {
      method: 'augment',
      attributes: ['gender'],
      onto: 'augmented',
    })
    expect(task).toMatchObject({ state: 'done', result: { added: 200 } })
    const made = (await rowsOf('people@augmented')).find(row => row['augmented_from'] === '["r0"]')
    expect(made).toMatchObject({
      message: 'James wrote 0: he is a baker.',
      augmentation: 'gender:male',
      hired: 'yes',
    })
  })
})

describe('a comparison', () => {
  async function compare(branch: string) {
    const { version } = await store.datasets.resolve('acme', `people@${branch}`)
    const task = await runTask('compare-bias', {
      after: version.id,
      predicted: 'yes',
      slices: ['gender'],
      slice: 'female',
    })
    expect(task.error).toBeUndefined()
    expect(task).toMatchObject({ result: { slice: 'female', gap_of_labels: expect.closeTo(-0.3, 9) } })
    return task.result as {
      rows: unknown
      parity: { before: number; after: number }
      verdict: string
      says: string
    }
  }

  it('counts rows by their weights, and is not sure of what 200 rows show', async () => {
    const { rows: counts, parity, verdict, says } = await compare('weighed')
    expect(counts).toEqual({ before: 200, after: 200 })
    expect(Math.abs(parity.after)).toBeLessThan(Math.abs(parity.before) - 0.1)
    expect([verdict, says]).toEqual(['not told', expect.stringContaining('as far as can be told')])
  })

  it('does not say of other names that they helped, where each stands for one name', async () => {
    const { rows: counts, verdict } = await compare('augmented')
    expect([counts, verdict]).toEqual([{ before: 200, after: 400 }, 'not told'])
  })

  it('is refused where there is no such slice', async () => {
    const { version } = await store.datasets.resolve('acme', 'people@weighed')
    const task = await runTask('compare-bias', { after: version.id, slice: 'femal' })
    expect(task.error).toMatchObject({ message: expect.stringContaining('There is no such slice') })
  })
})

describe('counterfactuals', () => {
  it('are a dataset of their own, each example in the form of every group', async () => {
    const task = await runTask('make-counterfactuals', {
      into: 'people-forms',
      attributes: ['gender', 'religion'],
      most: 20,
    })
    expect(task).toMatchObject({
      state: 'done',
      result: {
        rows: 40,
        examples: { gender: 20 },
        left_out: { 'nothing to substitute': expect.any(Number) },
      },
    })
    const forms = (await rowsOf('people-forms')).filter(row => row['counterfactual_of'] === '["r1"]')
    expect(forms.map(({ group, message }) => `${String(group)}: ${String(message)}`).toSorted()).toEqual(
      ['female: Megan wrote 1: she is a baker.', 'male: Paul wrote 1: he is a baker.'].map(text =>
        expect.stringMatching(new RegExp(text.replace('Megan', '\\w+'))),
      ),
    )
    const { version, definition: defined } = await store.datasets.resolve('acme', 'people-forms')
    expect(version.manifest.source).toMatchObject({
      by: 'make-counterfactuals',
      parameters: { lexicon: expect.any(String) },
    })
    expect(defined.columns['message']?.role).toBe('input')
  })

  it('say what to do where no text holds a word', async () => {
    const task = await runTask('make-counterfactuals', { into: 'none', attributes: ['religion'] })
    expect(task).toMatchObject({
      state: 'failed',
      error: { message: expect.stringContaining('Set `introduce`') },
    })
  })
})
