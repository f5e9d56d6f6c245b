import { afterAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { DatasetSchema } from '../dataset.ts'
import type { VersionFiles } from '../datasets.ts'
import { parseDefinition } from '../definition.ts'
import { keptFolder } from '../kept/kept-files.ts'
import { mergeSchema } from '../merge-schema.ts'
import { openDuckdb } from '../worker/open-duckdb.ts'
import { stageChanges } from '../worker/stage-changes.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { importFile } from '../formats/import-file.ts'
import { textDetectors } from '../../../serve/guardrails/index.ts'
import { type CheckedRows, checkOpened, checkRows } from './check-rows.ts'
import { openVersionRows } from './open-rows.ts'

setDefaultTimeout(120_000)

const root = await mkdtemp(path.join(tmpdir(), 'slipway-kept-'))
afterAll(async () => await rm(root, { recursive: true, force: true }))
const detectors = pathToFileURL(path.resolve(import.meta.dirname, '../../../serve/guardrails/index.ts')).href

let tasks = 0
async function task<Result>(work: (context: DataTaskContext) => Promise<Result>): Promise<Result> {
  const scratch = path.join(root, `task-${(tasks += 1)}`)
  const opened = await openDuckdb(
    { memoryMegabytes: 512, threads: 1, spillMegabytes: 500 },
    `${scratch}-spill`,
  )
  try {
    return await work({
      duckdb: opened.connection,
      scratch,
      signal: new AbortController().signal,
      progress: () => undefined,
    })
  } finally {
    opened.close()
  }
}

function random(seed: number): (below: number) => number {
  let state = seed >>> 0
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

type Line = Record<string, unknown>

function makeLine(id: number, pick: (below: number) => number): Line {
  const words = ['order', 'parcel', 'refund', 'late', 'Größe', 'thanks', 'please', '']
  const said = Array.from({ length: 4 + pick(30) }, () => words[pick(words.length)]).join(' ')
  return {
    id: `r-${id}`,
    text: [said, `${said} call 4012 8888 8888 1881`, null, `AKIAIOSFODNN7EXAMPL${pick(10)} ${said}`][
      pick(20) > 16 ? pick(4) : 0
    ],
    chat: [
      ...(pick(3) === 0 ? [{ role: 'system', content: 'Answer.' }] : []),
      { role: 'user', content: said },
      ...(pick(8) === 0
        ? [
            {
              role: 'assistant',
              tool_calls: [{ id: 'c', function: { name: `find_${pick(3)}` } }],
            },
          ]
        : [{ role: 'assistant', content: said }]),
    ],
    label: ['a', 'b', 'c', 'd'][pick(pick(9) === 0 ? 4 : 3)],
    size: pick(12) === 0 ? null : pick(120) - 5,
    ...(pick(4) === 0 ? {} : { at: new Date(1.7e12 + pick(1e9)).toISOString() }),
  }
}

const rules = [
  `key: id
columns:
  id: { type: string, unique: true, pattern: '^r-[0-9]+$' }
  text: { type: string, nullable: false, length: { max: 150 } }
  chat: { type: json, chat: true }
  label: { values: [a, b, c] }
  size: { min: 0, max: 100 }
  at: { type: timestamp }
splits: { parts: { train: 8, test: 2 } }
checks:
  - { assert: size % 2 = 0 OR size > 50, tolerance: 0.2, severity: warn }
  - { assert: _segment = 0, severity: warn, name: place }
  - { assert: size < 90, when: label = 'a', severity: warn, name: some }
  - { assert: "CAST(CASE WHEN size = 7 THEN 'x' ELSE '1' END AS INTEGER) = 1", severity: warn, name: divides }
  - { secrets: { columns: text }, severity: warn }
  - { personal-data: { columns: text, entities: [CREDIT_CARD] }, when: label <> 'b', severity: warn }
  - { secrets: { sample: 40 }, severity: warn, name: sampled }
  - { balance: { column: label, minShare: 0.1 }, severity: warn }
`,
  `key: id
columns:
  text: { nullable: false, tokens: { max: 30 } }
  label: { values: [a, b] }
  size: { type: number, min: 10 }
  at: { type: timestamp }
checks:
  - { assert: size / 2 < 40, severity: warn }
  - { secrets: { columns: [text, chat] }, severity: warn }
  - { unique: [label, size], severity: warn }
`,
]

interface State {
  readonly files: VersionFiles
  readonly lines: ReadonlyMap<string, Line>
}

/** Publishes lines on top of a version, as the server does. */
async function change(
  parent: State | undefined,
  yaml: string,
  put: readonly Line[],
  gone: readonly string[],
  mode: 'all' | 'upsert',
): Promise<State> {
  const definition = parseDefinition(yaml)
  const folder = path.join(root, `version-${(tasks += 1)}`)
  const file = path.join(root, `${tasks}.jsonl`)
  await writeFile(file, put.map(line => JSON.stringify(line)).join('\n'))
  const declared = Object.fromEntries(
    Object.entries(definition.columns).flatMap(([name, { type }]) => (type ? [[name, type]] : [])),
  )
  const imported = await task(
    async context =>
      await importFile({ file, name: 'rows.jsonl', declared, folder, forVersion: true }, context),
  )
  const schema: DatasetSchema = mergeSchema({
    before: parent?.files.schema,
    columns: imported.columns,
    definition,
    isWhole: mode === 'all',
  })
  const deletesFile = gone.length === 0 ? undefined : path.join(root, `${tasks}-deletes.jsonl`)
  if (deletesFile)
    await writeFile(deletesFile, gone.map(id => JSON.stringify({ key: JSON.stringify([id]) })).join('\n'))
  const staged = await task(
    async context =>
      await stageChanges(
        {
          parent: parent?.files,
          schema,
          mode,
          staged: {
            kind: 'parquet',
            file: imported.file,
            columns: imported.columns,
          },
          deletesFile,
          folder: path.join(folder, 'new'),
        },
        context,
      ),
  )
  const segments = staged.segments.map(({ from, removed }) => {
    const old = 'index' in from ? parent?.files.segments[from.index] : undefined
    const { file: place, rows } = 'file' in from ? from.file : (old as NonNullable<typeof old>)
    const removedFile =
      typeof removed === 'object' ? removed.file : removed === 'kept' ? old?.removedFile : undefined
    return {
      file: place,
      rows,
      ...(removedFile !== undefined && { removedFile }),
    }
  })
  const lines = new Map(mode === 'all' ? [] : parent?.lines)
  for (const line of put) lines.set(String(line['id']), line)
  for (const id of gone) lines.delete(id)
  return {
    files: { versionId: `${tasks}`, schema, rows: staged.rows, segments },
    lines,
  }
}

async function check(files: VersionFiles, yaml: string, isKept = true): Promise<CheckedRows> {
  const definition = parseDefinition(yaml)
  const { profile, report } = await task(async context => {
    if (isKept) return await checkRows({ files, others: [], definition, detectors }, context)
    const rows = await openVersionRows(context.duckdb, 'rows', files)
    const all = {
      ...context,
      rows,
      parent: undefined,
      others: new Map<string, never>(),
    }
    return await checkOpened({
      definition,
      detectors: textDetectors,
      context: all,
      progress: () => undefined,
    })
  })
  return {
    profile: { ...profile, durationMs: 0 },
    report: { ...report, durationMs: 0 },
  }
}

async function forget({ segments }: VersionFiles): Promise<void> {
  for (const { file } of segments) await rm(keptFolder(file), { recursive: true, force: true })
}

describe('what is kept beside segments', () => {
  it('gives the same profile and report as all rows do, whatever changes', async () => {
    const pick = random(7)
    let [state, next]: [State | undefined, number] = [undefined, 100]
    const first = Array.from({ length: next }, (_, id) => makeLine(id, pick))
    const [usual = '', other = ''] = rules
    state = await change(undefined, usual, first, [], 'all')
    await check(state.files, usual)
    let compared = 0
    for (let round = 0; round < 6; round += 1) {
      const ids = [...state.lines.keys()]
      const changed = Array.from({ length: 1 + pick(12) }, () => ids[pick(ids.length)] ?? '')
      const gone = [ids[pick(ids.length)] ?? ''].filter(id => pick(2) === 0 && !changed.includes(id))
      const put = [...new Set(changed)].map(id => ({
        ...makeLine(0, pick),
        id,
      }))
      for (let added = pick(9); added > 0; added -= 1)
        put.push(makeLine((next += 1), pick) as (typeof put)[0])
      // a column more, and a column of whole numbers that has others now
      if (round >= 3)
        for (const line of put) Object.assign(line, { size: pick(90) + 0.5, more: `m ${pick(3)}` })
      const isWhole = round === 4
      const whole = isWhole ? [...state.lines.values()].filter(({ id }) => !changed.includes(String(id))) : []
      const yaml = round === 2 || round === 5 ? other : usual
      state = await change(state, yaml, [...whole, ...put], isWhole ? [] : gone, isWhole ? 'all' : 'upsert')
      const carried = await check(state.files, yaml)
      expect(carried.report.rows).toBe(state.lines.size)
      await forget(state.files)
      const anew = await check(state.files, yaml)
      expect(carried).toEqual(anew)
      // where nothing is kept, each rule looks at the rows of the version
      expect(carried).toEqual(await check(state.files, yaml, false))
      compared += anew.report.checks.reduce((sum, each) => sum + (each.rows ?? 0), 0)
    }
    expect(compared).toBeGreaterThan(200)
  })

  it('keeps what follows from single rows alone, and makes again what is missing', async () => {
    const pick = random(11)
    const [usual = ''] = rules
    const lines = Array.from({ length: 60 }, (_, id) => ({
      ...makeLine(id, pick),
      ...(id === 3 && { size: 7 }),
    }))
    const state = await change(undefined, usual, lines, [], 'all')
    const before = await check(state.files, usual)
    const [segment] = state.files.segments
    const kept = await readdir(keptFolder(segment?.file ?? ''))
    // `place`, `sampled`, `unique`, `balance` and `divides`, which fails on a row, are of no single row
    const names = new Set(before.report.checks.map(({ check: name }) => name))
    expect(names.has('place') && names.has('sampled')).toBe(true)
    expect(kept.filter(name => name.startsWith('flags-'))).toHaveLength(11)
    expect(kept.filter(name => name.startsWith('facts-')).length).toBeGreaterThan(0)
    await rm(path.join(keptFolder(segment?.file ?? ''), kept[0] ?? ''))
    expect(await check(state.files, usual)).toEqual(before)
    expect((await readdir(keptFolder(segment?.file ?? ''))).toSorted()).toEqual(kept.toSorted())
  })
})
