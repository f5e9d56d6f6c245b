import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { createTestDatasets, type TestDatasets } from '../../../test/datasets.ts'
import { canonicalJson } from '../../foundation/platform/index.ts'
import { blameRows } from './blame/blame-rows.ts'
import type { Column, Row } from './dataset.ts'
import type { KeyedRow, Published, StagedRows } from './datasets.ts'
import { collectGarbage } from './collect-garbage.ts'
import { mergeBranch } from './merge.ts'
import { splitOfValues } from './split.ts'
import { deleteRef, insertRef } from './stores/ref-store.ts'

setDefaultTimeout(120_000)

let store: TestDatasets

beforeAll(async () => {
  store = await createTestDatasets()
})

afterAll(async () => {
  await store[Symbol.asyncDispose]()
})

const columns: Column[] = [
  { name: 'id', type: 'string', isNullable: false },
  { name: 'a', type: 'integer', isNullable: true },
  { name: 'b', type: 'string', isNullable: true },
  { name: 'c', type: 'json', isNullable: true },
]
type Rows = Map<string, Row>

/** Numbers that look random and are the same in every run (mulberry32). */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below)
  }
}

/** Writes staged rows as importers do. */
async function stage(
  rows: readonly Row[],
  file: string,
  of: readonly Column[] = columns,
): Promise<StagedRows> {
  const types = {
    boolean: 'BOOLEAN',
    integer: 'BIGINT',
    number: 'DOUBLE',
    string: 'VARCHAR',
    timestamp: 'TIMESTAMP',
    json: 'VARCHAR',
  }
  const lines = rows.map(row =>
    JSON.stringify(
      Object.fromEntries(
        of.map(({ name, type }) => [
          name,
          type === 'json' && row[name] !== null && row[name] !== undefined
            ? canonicalJson(row[name])
            : row[name],
        ]),
      ),
    ),
  )
  await writeFile(`${file}.jsonl`, lines.join('\n'))
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  const typed = of.map(({ name, type }) => `'${name}': '${types[type]}'`).join(', ')
  const source =
    rows.length === 0
      ? `SELECT ${of.map(({ name, type }) => `CAST(NULL AS ${types[type]}) AS "${name}"`).join(', ')} WHERE false`
      : `SELECT * FROM read_json('${file}.jsonl', format = 'newline_delimited', columns = {${typed}})`
  await connection.run(`COPY (${source}) TO '${file}' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
  return { file, columns: of }
}

async function read(reference: string, split?: string): Promise<KeyedRow[]> {
  const version = await store.datasets.resolve('acme', reference)
  return await Array.fromAsync(store.datasets.scanRows(version, { split, limit: 17 }))
}

function sorted(rows: Iterable<Row>): string[] {
  return [...rows].map(row => canonicalJson(row)).sort()
}

interface ModelVersion {
  readonly number: number
  readonly rows: Rows
  readonly parents: readonly number[]
}

/** What a merge by key is, in a few lines. */
function mergeModel(
  base: Rows,
  ours: Rows,
  theirs: Rows,
  favour: 'ours' | 'theirs' | undefined,
): Rows | 'conflict' {
  const result: Rows = new Map()
  for (const key of new Set([...base.keys(), ...ours.keys(), ...theirs.keys()])) {
    const [b, o, t] = [base.get(key), ours.get(key), theirs.get(key)]
    const is = (x: unknown, y: unknown): boolean => canonicalJson(x ?? null) === canonicalJson(y ?? null)
    if (is(o, t) || is(t, b)) {
      if (o) result.set(key, o)
    } else if (is(o, b)) {
      if (t) result.set(key, t)
    } else if (o && t) {
      const row: Record<string, unknown> = {}
      for (const { name } of columns) {
        const [cb, co, ct] = [b?.[name], o[name], t[name]]
        if (is(co, ct) || is(ct, cb)) row[name] = co
        else if (is(co, cb)) row[name] = ct
        else if (favour === undefined) return 'conflict'
        else row[name] = favour === 'ours' ? co : ct
      }
      result.set(key, row)
    } else {
      if (favour === undefined) return 'conflict'
      const kept = favour === 'ours' ? o : t
      if (kept) result.set(key, kept)
    }
  }
  return result
}

describe('versions', () => {
  it.each([1, 2])(
    'hold what a plain table would after any edits, imports, branches and merges (%i)',
    async seed => {
      const { datasets, caller, context } = store
      const name = `model-${seed}`
      const random = createRandom(seed)
      await datasets.create(caller, {
        name,
        definition: 'key: id\nsplits: { salt: s, parts: { train: 70, test: 30 } }\n',
      })
      const versions: ModelVersion[] = []
      const branches = new Map<string, number>()
      const row = (): Row => ({
        id: `k${random(25)}`,
        a: random(4) === 0 ? null : random(3),
        b: ['x', 'it"s \n ü', null][random(3)],
        c: random(2) === 0 ? null : { n: random(2), list: [1, 'two'] },
      })
      const some = (): Rows =>
        new Map(Array.from({ length: 1 + random(12) }, row).map(one => [String(one['id']), one]))
      const version = (number: number | undefined): ModelVersion | undefined =>
        versions.find(one => one.number === number)

      function note(
        published: Published,
        branch: string,
        rows: Rows,
        parents: readonly (number | undefined)[],
      ): void {
        const { number } = published.version
        if (published.isNew)
          versions.push({ number, rows, parents: parents.filter(one => one !== undefined) })
        branches.set(branch, number)
      }

      function ancestors(number: number): Set<number> {
        return new Set([number, ...(version(number)?.parents ?? []).flatMap(one => [...ancestors(one)])])
      }

      let conflicts = 0
      for (let step = 0; step < 22; step += 1) {
        const names = [...branches.keys()]
        const branch = names[random(names.length)] ?? 'main'
        const head = branches.get(branch)
        const before: Rows = version(head)?.rows ?? new Map()
        const options = {
          caller,
          dataset: name,
          branch,
          message: `step ${step}`,
          source: { kind: 'edit' } as const,
        }
        const choice = random(10)
        if (choice < 4 || head === undefined) {
          const upserts = some()
          const deletes = [...before.keys()].filter(key => !upserts.has(key) && random(8) === 0)
          const after: Rows = new Map([...before, ...upserts])
          for (const key of deletes) after.delete(key)
          const published = await datasets.commit({
            ...options,
            upserts: [...upserts.values()],
            deletes: deletes.map(key => JSON.stringify([key])),
          })
          note(published, branch, after, [head])
        } else if (choice < 6) {
          const rows: Rows = random(2) === 0 ? some() : new Map([...before, ...some()])
          const mode = random(2) === 0 ? 'all' : 'upsert'
          const published = await datasets.withFolder(async folder =>
            datasets.replace({
              ...options,
              mode,
              staged: await stage([...rows.values()], path.join(folder, 'staged.parquet')),
            }),
          )
          note(published, branch, mode === 'all' ? rows : new Map([...before, ...rows]), [head])
        } else if (choice < 7 && branches.size < 4) {
          const made = `branch-${step}`
          const dataset = await datasets.get('acme', name)
          const { version: at } = await datasets.resolve('acme', `${name}@${head}`)
          await insertRef(store.test.database, {
            datasetId: dataset.id,
            name: made,
            kind: 'branch',
            versionId: at.id,
            author: 'ada',
            now: new Date(),
          })
          branches.set(made, head)
        } else {
          const from = names[random(names.length)] ?? 'main'
          const other = branches.get(from) ?? head
          const favour = [undefined, 'ours', 'theirs'][random(3)] as 'ours' | 'theirs' | undefined
          const common = [...ancestors(head)]
            .filter(one => ancestors(other).has(one))
            .sort((a, b) => b - a)[0]
          const merged = await mergeBranch(context, { caller, dataset: name, from, into: branch, favour })
          const expected = mergeModel(
            version(common)?.rows ?? new Map(),
            before,
            version(other)?.rows ?? new Map(),
            favour,
          )
          if (common === other) expect(merged.kind).toBe('up-to-date')
          else if (expected === 'conflict') {
            conflicts += 1
            expect(merged.kind).toBe('conflicts')
          } else {
            if (merged.kind !== 'merged') throw new Error(`step ${step}: ${JSON.stringify(merged)}`)
            note(merged.published, branch, expected, [head, other])
          }
        }
      }
      const seen = new Map<string, string>()
      for (const { number, rows } of versions) {
        const found = await read(`${name}@${number}`)
        expect({ number, rows: sorted(found.map(one => one.row)) }).toEqual({
          number,
          rows: sorted(rows.values()),
        })
      }
      const [first, last] = [versions[0]!, versions.at(-1)!]
      for (const part of ['train', 'test'])
        for (const { number } of [first, last])
          for (const { key } of await read(`${name}@${number}`, part)) {
            // wherever a row is, it is in the same split, and in that which the documented hash says
            expect(seen.get(key) ?? part).toBe(part)
            seen.set(key, part)
            expect(splitOfValues({ by: undefined, salt: 's', parts: { train: 70, test: 30 } }, key)).toBe(
              part,
            )
          }
      await checkDiff(name, first, last)
      await checkDiff(name, last, versions[Math.floor(versions.length / 2)]!)
      for (const number of new Set([...branches.values(), versions.length - 2, versions.length - 5]))
        await checkBlame(name, versions, number)
      await checkCollection(name, versions, branches)
      expect(versions.length).toBeGreaterThan(8)
      if (seed === 1) expect(conflicts).toBeGreaterThan(0)
    },
  )

  /** Blame of every key that there ever was, beside what going back through the plain tables says. */
  async function checkBlame(name: string, versions: readonly ModelVersion[], number: number): Promise<void> {
    const at = (wanted: number): ModelVersion => versions.find(one => one.number === wanted)!
    const text = (rows: Rows, id: string, column: string): string =>
      canonicalJson(rows.get(id)?.[column] ?? null)
    const giver = (from: number, id: string, column: string): [number, 'added' | 'changed'] => {
      const { rows, parents } = at(from)
      const having = parents.filter(parent => at(parent).rows.has(id))
      const same = having.find(parent => text(at(parent).rows, id, column) === text(rows, id, column))
      if (same !== undefined) return giver(same, id, column)
      return [from, having.length > 0 ? 'changed' : 'added']
    }
    const remover = (from: number, id: string): [number, number] | undefined => {
      const { parents } = at(from)
      for (const parent of parents.filter(one => !at(one).rows.has(id))) {
        const found = remover(parent, id)
        if (found) return found
      }
      const last = parents.find(parent => at(parent).rows.has(id))
      return last === undefined ? undefined : [from, last]
    }
    const ids = Array.from({ length: 26 }, (_, index) => `k${index}`)
    const blame = await blameRows(store.context, {
      version: await store.datasets.resolve('acme', `${name}@${number}`),
      keys: ids.map(id => JSON.stringify([id])),
      timeoutMs: 120_000,
    })
    expect(blame.followedTo).toBeUndefined()
    const { rows } = at(number)
    for (const [index, found] of blame.rows.entries()) {
      const id = ids[index]!
      const removed = found.removal && [found.removal.version.number, found.removal.last.number]
      expect({ number, id, removed }).toEqual({
        number,
        id,
        removed: rows.has(id) ? undefined : remover(number, id),
      })
      expect(found.state).toBe(rows.has(id) ? 'present' : removed ? 'removed' : 'unknown')
      expect(found.row ?? null).toEqual(
        rows.has(id)
          ? Object.fromEntries(columns.map(({ name: column }) => [column, rows.get(id)?.[column] ?? null]))
          : null,
      )
      for (const { column, version, kind } of found.cells)
        expect({ id, column, from: [version?.number, kind] }).toEqual({
          id,
          column,
          from: giver(number, id, column),
        })
    }
  }

  /** Deletes branches until one is left: what it comes from and what is pinned stays whole, and nothing else. */
  async function checkCollection(
    name: string,
    versions: ModelVersion[],
    branches: Map<string, number>,
  ): Promise<void> {
    const { datasets, caller, context } = store
    const { database } = store.test
    const { id } = await datasets.get('acme', name)
    const [, ...others] = branches.keys()
    for (const branch of others) await deleteRef(database, id, branch)
    const pinned = versions[Math.floor(versions.length / 2)]!
    const { version } = await datasets.resolve('acme', `${name}@${pinned.number}`)
    const pin = { tenant: 'acme', versionId: version.id, kind: 'model', subject: 'm1' }
    await datasets.pin({ ...pin, why: 'learned from it' })
    const kept = new Set<number>()
    const keep = (number: number): void => {
      if (kept.has(number)) return
      kept.add(number)
      for (const parent of versions.find(one => one.number === number)?.parents ?? []) keep(parent)
    }
    keep([...branches.values()][0]!)
    keep(pinned.number)
    const promised = await collectGarbage(context, { graceMs: 0, isDryRun: true })
    const collected = await collectGarbage(context, { graceMs: 0, isDryRun: false })
    expect(collected).toEqual(promised)
    expect(collected.versions).toBe(versions.length - kept.size)
    for (const { number, rows } of versions) {
      if (kept.has(number))
        expect(sorted((await read(`${name}@${number}`)).map(one => one.row))).toEqual(sorted(rows.values()))
      else expect(datasets.resolve('acme', `${name}@${number}`)).rejects.toThrow(/has no/)
    }
    expect(await Array.fromAsync(store.objects.list('datasets/acme/'))).toHaveLength(await countObjects())
    await datasets.unpin(pin)
    await datasets.commit({
      caller,
      dataset: name,
      message: 'goes on',
      source: { kind: 'edit' },
      upserts: [{ id: 'new' }],
    })
  }

  async function countObjects(): Promise<number> {
    const [row] = await store.test.database.query<{ count: number }>('SELECT count(*) FROM dataset_objects')
    return row!.count
  }

  async function checkDiff(name: string, from: ModelVersion, to: ModelVersion): Promise<void> {
    const { datasets } = store
    const [left, right] = [
      await datasets.resolve('acme', `${name}@${from.number}`),
      await datasets.resolve('acme', `${name}@${to.number}`),
    ]
    await datasets.withFiles([left, right], async ([a, b]) => {
      const patched: Rows = new Map(from.rows)
      let after: string | undefined
      let counted = { added: 0, changed: 0, removed: 0 }
      const met = { added: 0, changed: 0, removed: 0 }
      do {
        const page = await datasets.runTask('diff-versions', {
          from: a,
          to: b,
          kinds: ['added', 'changed', 'removed'],
          after,
          limit: 7,
          mostBytes: 1_000_000,
          isCounted: after === undefined,
        })
        if (page.counts) counted = page.counts
        for (const { kind, key, before, after: now, columns: changed } of page.rows) {
          const [id] = JSON.parse(key) as [string]
          met[kind] += 1
          expect(canonicalJson(before ?? null)).toBe(canonicalJson(patched.get(id) ?? null))
          if (kind === 'changed') expect(changed.length).toBeGreaterThan(0)
          if (now) patched.set(id, now)
          else patched.delete(id)
        }
        after = page.next
      } while (after !== undefined)
      expect(sorted(patched.values())).toEqual(sorted(to.rows.values()))
      expect(counted).toMatchObject(met)
    })
  }
})
