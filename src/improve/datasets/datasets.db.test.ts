import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createTestDatasets, type TestDatasets } from '../../../test/datasets.ts'
import type { Row } from './dataset.ts'

// the data worker starts with the first test
setDefaultTimeout(120_000)

let store: TestDatasets

beforeAll(async () => {
  store = await createTestDatasets()
})

afterAll(async () => {
  await store[Symbol.asyncDispose]()
})

const edit = { kind: 'edit' } as const

async function rowsOf(reference: string): Promise<Row[]> {
  const version = await store.datasets.resolve('acme', reference)
  return (await Array.fromAsync(store.datasets.scanRows(version))).map(({ row }) => row)
}

describe('commit', () => {
  it('publishes rows, and afterwards what changes, on top of what is there', async () => {
    const { datasets, caller } = store
    await datasets.create(caller, { name: 'support', definition: 'key: id\n' })
    const first = await datasets.commit({
      caller,
      dataset: 'support',
      message: 'first',
      source: edit,
      upserts: [
        { id: 'a', input: 'Hello', turns: [{ role: 'user', content: 'x' }], n: 1 },
        { id: 'b', input: 'World', n: 2 },
      ],
    })
    expect(first).toMatchObject({ isNew: true, added: 2, changed: 0, removed: 0, version: { number: 1 } })
    const second = await datasets.commit({
      caller,
      dataset: 'support',
      message: 'second',
      source: edit,
      upserts: [
        { id: 'b', input: 'World!', n: 2.5 },
        { id: 'c', input: 'New' },
      ],
      deletes: ['["a"]'],
    })
    expect(second).toMatchObject({ added: 1, changed: 1, removed: 1, version: { number: 2 } })
    expect(second.version.manifest.schema.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'id string',
      'input string',
      'turns json',
      'n number',
    ])
    expect(await rowsOf('support')).toEqual([
      { id: 'b', input: 'World!', turns: null, n: 2.5 },
      { id: 'c', input: 'New', turns: null, n: null },
    ])
    expect(await rowsOf('support@1')).toEqual([
      { id: 'a', input: 'Hello', turns: [{ content: 'x', role: 'user' }], n: 1 },
      { id: 'b', input: 'World', turns: null, n: 2 },
    ])
  })

  it('makes no version where nothing changes', async () => {
    const { datasets, caller } = store
    const same = await datasets.commit({
      caller,
      dataset: 'support',
      message: 'again',
      source: edit,
      upserts: [{ id: 'c', input: 'New' }],
    })
    expect(same).toMatchObject({ isNew: false, version: { number: 2 } })
  })
})
