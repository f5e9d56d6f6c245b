import { copyFile, mkdir, rename } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../../../foundation/platform/index.ts'
import type { Column, DatasetSchema } from '../dataset.ts'
import type { VersionFiles } from '../datasets.ts'
import { nameFile } from './name-file.ts'
import {
  columnOf,
  createVersionView,
  duckdbTypes,
  groupRowsOf,
  listOf,
  parquetOptions,
  quoteName,
  quoteText,
  readNumbers,
  readTexts,
  rowHash,
  rowKey,
} from './sql.ts'
import type { DataTaskContext } from './tasks.ts'

export interface StageChanges {
  /** What the branch is at; left out for the first version. */
  readonly parent?: VersionFiles | undefined
  /** Of the version that is made; the columns of the staged rows are among its columns. */
  readonly schema: DatasetSchema
  readonly staged?:
    | {
        readonly kind: 'parquet'
        readonly file: string
        readonly columns: readonly Column[]
        /** Whether `_copy` of the file says which copy of its content a row is; else they are counted. */
        readonly hasCopies?: boolean
        /** Whether `_hash` of the file is the hash of each row, as segments have it; only then may the file become one. */
        readonly isHashed?: boolean | undefined
      }
    | {
        readonly kind: 'jsonl'
        readonly file: string
        readonly columns: readonly Column[]
        /** In bytes; DuckDB sets buffers of it aside. */
        readonly longestLine: number
      }
    | undefined
  readonly mode: 'all' | 'upsert' | 'append'
  /** JSON lines of `{"key": …}`. */
  readonly deletesFile?: string | undefined
  /** Where the new files are put, by their names. */
  readonly folder: string
}

/** A file that was written for the version, named by the SHA-256 of its bytes. */
export interface StagedFile {
  readonly object: string
  readonly file: string
  readonly rows: number
  readonly bytes: number
}

export interface StagedChanges {
  readonly rows: number
  readonly rowsHash: string
  readonly added: number
  readonly changed: number
  readonly removed: number
  /** In the order of the manifest. */
  readonly segments: readonly {
    /** `index`: one of the parent's; `file`: a new one. */
    readonly from: { readonly index: number } | { readonly file: StagedFile }
    /** `kept`: as in the parent. */
    readonly removed: 'none' | 'kept' | StagedFile
  }[]
}

const segmentBytes = 256 * 1024 * 1024
/** So many times as much, rows that lie as a segment already are not divided. */
const mostOfSegment = 2
/** A segment of which less is left is written anew. */
const leastShareLeft = 0.5
/** So many small segments are written as one. */
const mostSmallSegments = 16
const smallSegmentRows = 20_000
const mostNamed = 5

/**
 * Works out what a version has to hold, from its parent and rows that are staged, and writes it: segments of what is new,
 * and for each segment of the parent the positions of what it loses. Unchanged rows are not written again.
 */
export async function stageChanges(
  parameters: StageChanges,
  context: DataTaskContext,
): Promise<StagedChanges> {
  const { duckdb, progress } = context
  const { parent, schema, mode, folder } = parameters
  await mkdir(folder, { recursive: true })
  progress(0, 'reads the rows')
  const source = await openStaged(parameters, context)
  // a first version is written as it comes and checked where it lies: its rows are read and hashed once
  const first =
    source && !parent && schema.key.length > 0 ? await writeWhole(parameters, source, context) : undefined
  const incoming = await readIncoming(parameters, source, first, context)
  progress(0.4, 'compares')
  await compare(parameters, incoming, context)
  if (parent && mode !== 'all' && parent.schema.key.join('\0') !== schema.key.join('\0'))
    await checkKeyOfParent(context, schema)

  const plan = parent ? await planSegments(parent, context) : []
  const moved = plan.filter(({ fate }) => fate === 'rewritten').map(({ index }) => index)
  progress(0.5, 'writes what is new')
  const written = first ?? (await writeSegments(parameters, source, incoming, moved, context))
  progress(0.85, 'writes what is gone')
  const segments: StagedChanges['segments'][number][] = []
  for (const { index, fate } of plan) {
    if (fate === 'kept') {
      const hadRemoved = parent?.segments[index]?.removedFile !== undefined
      segments.push({ from: { index }, removed: hadRemoved ? 'kept' : 'none' })
    } else if (fate === 'cut')
      segments.push({ from: { index }, removed: await writeRemoved(index, folder, context) })
  }
  for (const file of written) segments.push({ from: { file }, removed: 'none' })
  progress(0.9, 'names the version')
  const { rows, rowsHash } = await hashRows(parameters, segments, context)
  const [added = 0, changed = 0, removed = 0] = await readNumbers(
    duckdb,
    `SELECT (SELECT count(*) FROM fresh) - (SELECT count(*) FROM gone WHERE is_changed),
            (SELECT count(*) FROM gone WHERE is_changed), (SELECT count(*) FROM gone WHERE NOT is_changed)`,
  )
  return { rows, rowsHash, added, changed, removed, segments }
}

/** The staged rows, as they can be selected. */
interface Source {
  /** All columns of the schema, `_position`, and `_given` where the file says which copy a row is. */
  readonly plain: string
  readonly givesCopies: boolean
  /** Whether it has `_given_hash`. */
  readonly isHashed: boolean
  /** A file that holds these rows as a segment does. */
  readonly segmentFile: string | undefined
  readonly rows: number
  readonly rowsOfGroup: number
  readonly rowsOfSegment: number
}

interface Incoming {
  readonly rows: number
  /** Whether some `_copy` is not 0. */
  readonly hasCopies: boolean
}

async function openStaged(
  { staged, schema }: StageChanges,
  { duckdb }: DataTaskContext,
): Promise<Source | undefined> {
  if (!staged) return undefined
  const given = new Set(staged.columns.map(({ name }) => name))
  const columns = schema.columns.map(
    ({ name, type }) =>
      `CAST(${given.has(name) ? quoteName(name) : 'NULL'} AS ${duckdbTypes[type]}) AS ${quoteName(name)}`,
  )
  const file =
    staged.kind === 'parquet'
      ? `SELECT *, file_row_number AS _position FROM read_parquet(${quoteText(staged.file)}, file_row_number = true)`
      : `SELECT *, row_number() OVER () - 1 AS _position FROM (${selectJsonLines(staged)})`
  const givesCopies = staged.kind === 'parquet' && staged.hasCopies === true
  const copy = givesCopies ? ['_copy AS _given'] : []
  // the hash is of the values as they were: only where no column becomes another does it hold
  const isHashed =
    staged.kind === 'parquet' &&
    staged.isHashed === true &&
    staged.columns.every(({ name, type }) => columnOf(schema, name).type === type)
  const hash = isHashed ? ['_hash AS _given_hash'] : []
  const plain = `SELECT ${[...columns, '_position', ...copy, ...hash].join(', ')} FROM (${file})`
  const [rows = 0] =
    staged.kind === 'parquet'
      ? await readNumbers(duckdb, `SELECT num_rows FROM parquet_file_metadata(${quoteText(staged.file)})`)
      : await readNumbers(duckdb, `SELECT count(*) FROM (${plain})`)
  const sizes = await sizesOf(staged, rows, duckdb)
  const isSegment =
    isHashed &&
    rows > 0 &&
    rows <= sizes.rowsOfSegment * mostOfSegment &&
    staged.columns.map(({ name }) => name).join('\0') === schema.columns.map(({ name }) => name).join('\0')
  return { plain, givesCopies, isHashed, segmentFile: isSegment ? staged.file : undefined, rows, ...sizes }
}

function hashed(schema: DatasetSchema, { plain, isHashed }: Source): string {
  if (isHashed) return `SELECT * EXCLUDE (_given_hash), _given_hash AS _hash FROM (${plain})`
  return `SELECT *, ${rowHash(schema.columns)} AS _hash FROM (${plain})`
}

/** The table `incoming (key, hash, copy, position)`, checked: each row can be named, and no two by the same. */
async function readIncoming(
  { schema }: StageChanges,
  source: Source | undefined,
  written: readonly StagedFile[] | undefined,
  { duckdb }: DataTaskContext,
): Promise<Incoming> {
  if (!source) {
    await duckdb.run('CREATE TEMP TABLE incoming (key VARCHAR, hash UUID, copy UINTEGER, position BIGINT)')
    return { rows: 0, hasCopies: false }
  }
  if (schema.key.length > 0) {
    const rows = written ? selectWritten(written, schema) : hashed(schema, source)
    await duckdb.run(
      `CREATE TEMP TABLE incoming AS SELECT ${rowKey(schema)} AS key, _hash AS hash, CAST(0 AS UINTEGER) AS copy, _position AS position FROM (${rows})`,
    )
    await refuseRowsWithoutKey(duckdb, schema)
    await refuseRepeatedKeys(duckdb, schema)
  } else {
    const copyOf = source.givesCopies
      ? 'CAST(_given AS UINTEGER)'
      : 'CAST(row_number() OVER (PARTITION BY _hash ORDER BY _position) - 1 AS UINTEGER)'
    await duckdb.run(
      `CREATE TEMP TABLE incoming AS SELECT ${rowKey(schema)} AS key, _hash AS hash, _copy AS copy, _position AS position FROM (SELECT *, ${copyOf} AS _copy FROM (SELECT _hash, _position${source.givesCopies ? ', _given' : ''} FROM (${hashed(schema, source)})))`,
    )
  }
  const [rows = 0, copies = 0] = await readNumbers(
    duckdb,
    'SELECT count(*), count(*) FILTER (copy > 0) FROM incoming',
  )
  return { rows, hasCopies: copies > 0 }
}

/** The rows of segments that were written one after the other, each with its position in what was staged. */
function selectWritten(written: readonly StagedFile[], schema: DatasetSchema): string {
  let before = 0
  const parts = written.map(({ file, rows }) => {
    const names = [...schema.key.map(quoteName), '_hash'].join(', ')
    const part = `SELECT ${names}, file_row_number + ${before} AS _position FROM read_parquet(${quoteText(file)}, file_row_number = true)`
    before += rows
    return part
  })
  if (parts.length > 0) return parts.join(' UNION ALL ')
  const key = schema.key.map(
    name => `CAST(NULL AS ${duckdbTypes[columnOf(schema, name).type]}) AS ${quoteName(name)}`,
  )
  return `SELECT ${[...key, 'CAST(NULL AS UUID) AS _hash', '0 AS _position'].join(', ')} WHERE false`
}

function selectJsonLines({
  file,
  columns,
  longestLine,
}: Extract<NonNullable<StageChanges['staged']>, { kind: 'jsonl' }>): string {
  const types = columns.map(({ name, type }) => `${quoteText(name)}: ${quoteText(duckdbTypes[type])}`)
  return `SELECT * FROM read_json(${quoteText(file)}, format = 'newline_delimited', columns = {${types.join(', ')}}, maximum_object_size = ${Math.max(1_048_576, longestLine + 1_024)})`
}

async function sizesOf(
  staged: NonNullable<StageChanges['staged']>,
  rows: number,
  duckdb: DataTaskContext['duckdb'],
): Promise<Pick<Source, 'rowsOfGroup' | 'rowsOfSegment'>> {
  const [packed = 0, plain = 0] =
    staged.kind === 'parquet'
      ? await readNumbers(
          duckdb,
          `SELECT coalesce(sum(total_compressed_size), 0), coalesce(sum(total_uncompressed_size), 0) FROM parquet_metadata(${quoteText(staged.file)})`,
        )
      : await readNumbers(duckdb, `SELECT size, size FROM read_blob(${quoteText(staged.file)})`)
  const bounded = (wanted: number, least: number, most: number): number =>
    Math.round(Math.min(most, Math.max(least, wanted)))
  return {
    rowsOfGroup: groupRowsOf(plain / Math.max(1, rows)),
    rowsOfSegment: bounded((rows * segmentBytes) / Math.max(1, packed), 10_000, 4_000_000),
  }
}

async function refuseRowsWithoutKey(duckdb: DataTaskContext['duckdb'], schema: DatasetSchema): Promise<void> {
  const without = await readTexts(
    duckdb,
    `SELECT position + 1 FROM incoming WHERE key IS NULL ORDER BY position LIMIT ${mostNamed}`,
  )
  if (without.length === 0) return
  const [count = 0] = await readNumbers(duckdb, 'SELECT count(*) FROM incoming WHERE key IS NULL')
  const names = schema.key.map(name => `\`${name}\``).join(', ')
  throw new Failure(
    'invalid_request',
    `${count === 1 ? '1 row has' : `${count} rows have`} no value in the key (${names}), the first at row ${without.join(', ')}. Give each row a key, or define the dataset with another.`,
    { details: { parameter: 'key' } },
  )
}

async function refuseRepeatedKeys(duckdb: DataTaskContext['duckdb'], schema: DatasetSchema): Promise<void> {
  const [all = 0, distinct = 0] = await readNumbers(
    duckdb,
    'SELECT count(*), count(DISTINCT key) FROM incoming',
  )
  if (all === distinct) return
  const repeated = await readTexts(
    duckdb,
    `SELECT left(key, 80) || ' in rows ' || array_to_string(list_sort(list(position + 1))[:3], ', ') FROM incoming GROUP BY key HAVING count(*) > 1 ORDER BY min(position) LIMIT ${mostNamed}`,
  )
  const names = schema.key.map(name => `\`${name}\``).join(', ')
  throw new Failure(
    'invalid_request',
    `The key (${names}) does not name one row each: ${all - distinct} rows repeat the key of another, e.g. ${repeated.join('; ')}. Remove the repetitions, or define the dataset with another key.`,
    { details: { parameter: 'key' } },
  )
}

/**
 * The tables `gone (segment, position, is_changed)`: what the parent's segments lose; and `fresh (position)`: which staged
 * rows are written.
 */
async function compare(
  { parent, schema, mode, deletesFile }: StageChanges,
  incoming: Incoming,
  { duckdb }: DataTaskContext,
): Promise<void> {
  if (!parent) {
    await duckdb.run(`CREATE TEMP TABLE gone (segment INTEGER, position BIGINT, is_changed BOOLEAN)`)
    await duckdb.run('CREATE TEMP TABLE fresh AS SELECT position FROM incoming')
    return
  }
  await createVersionView(duckdb, 'parent', inSchemaOf(parent, schema))
  const areRowsNamedByContent = schema.key.length === 0
  if (mode === 'append' && areRowsNamedByContent) {
    // the same content again is another copy
    await duckdb.run(
      `UPDATE incoming SET copy = incoming.copy + before.copies, key = replace(CAST(hash AS VARCHAR), '-', '') || '.' || (incoming.copy + before.copies) FROM (SELECT _hash, max(_copy) + 1 AS copies FROM parent GROUP BY _hash) AS before WHERE before._hash = incoming.hash`,
    )
  }
  const join = mode === 'all' ? 'LEFT JOIN' : 'JOIN'
  await duckdb.run(
    `CREATE TEMP TABLE state AS SELECT l._segment AS segment, l._position AS position, i.position AS incoming, l._hash = i.hash AS is_same FROM parent AS l ${join} incoming AS i ON i.key = l._key`,
  )
  if (mode === 'append') await refuseKnownKeys(duckdb, incoming)
  await duckdb.run(
    `CREATE TEMP TABLE gone AS SELECT segment, position, incoming IS NOT NULL AS is_changed FROM state WHERE is_same IS DISTINCT FROM true`,
  )
  await duckdb.run(
    'CREATE TEMP TABLE fresh AS SELECT position FROM incoming WHERE position NOT IN (SELECT incoming FROM state WHERE is_same)',
  )
  if (deletesFile !== undefined) await addDeletes(duckdb, deletesFile)
}

/** The parent's rows as the new schema sees them, so that keys are those of the new one. */
function inSchemaOf(parent: VersionFiles, schema: DatasetSchema): VersionFiles {
  return { ...parent, schema }
}

async function refuseKnownKeys(duckdb: DataTaskContext['duckdb'], incoming: Incoming): Promise<void> {
  const known = await readTexts(
    duckdb,
    `SELECT left(i.key, 80) FROM state AS s JOIN incoming AS i ON i.position = s.incoming ORDER BY i.position LIMIT ${mostNamed}`,
  )
  if (known.length === 0) return
  const [count = 0] = await readNumbers(duckdb, 'SELECT count(*) FROM state')
  throw new Failure(
    'invalid_request',
    `${count} of ${incoming.rows} rows have keys that are there already, e.g. ${known.join(', ')}. Leave them out, or replace rows by their keys (mode \`upsert\`).`,
  )
}

async function addDeletes(duckdb: DataTaskContext['duckdb'], file: string): Promise<void> {
  await duckdb.run(
    `CREATE TEMP TABLE deletes AS SELECT DISTINCT key FROM read_json(${quoteText(file)}, format = 'newline_delimited', columns = {'key': 'VARCHAR'})`,
  )
  const both = await readTexts(
    duckdb,
    `SELECT left(key, 80) FROM deletes SEMI JOIN incoming USING (key) LIMIT ${mostNamed}`,
  )
  if (both.length > 0)
    throw new Failure(
      'invalid_request',
      `Rows are put and deleted at once: ${both.join(', ')}. Do one of both.`,
    )
  const strangers = await readTexts(
    duckdb,
    `SELECT left(key, 80) FROM deletes WHERE key NOT IN (SELECT _key FROM parent SEMI JOIN deletes ON deletes.key = parent._key) LIMIT ${mostNamed}`,
  )
  if (strangers.length > 0)
    throw new Failure(
      'not_found',
      `There are no rows with these keys to delete: ${strangers.join(', ')}. A key is the JSON list of its values, as \`rows\` shows it.`,
    )
  await duckdb.run(
    'INSERT INTO gone SELECT _segment, _position, false FROM parent SEMI JOIN deletes ON deletes.key = parent._key',
  )
}

/** Where the key is another than the parent's, all rows have to be named by it. */
async function checkKeyOfParent({ duckdb }: DataTaskContext, schema: DatasetSchema): Promise<void> {
  if (schema.key.length === 0) return
  const [without = 0, repeated = 0] = await readNumbers(
    duckdb,
    `SELECT count(*) FILTER (_key IS NULL), count(_key) - count(DISTINCT _key) FROM parent ANTI JOIN gone ON gone.segment = parent._segment AND gone.position = parent._position`,
  )
  if (without + repeated === 0) return
  throw new Failure(
    'invalid_request',
    `The new key (${schema.key.map(name => `\`${name}\``).join(', ')}) does not name each row that is there: ${without} rows have no value in it and ${repeated} repeat that of another. Define another key, or import the rows anew.`,
    { details: { parameter: 'key' } },
  )
}

interface SegmentPlan {
  readonly index: number
  readonly fate: 'kept' | 'cut' | 'dropped' | 'rewritten'
}

async function planSegments(parent: VersionFiles, { duckdb }: DataTaskContext): Promise<SegmentPlan[]> {
  const reader = await duckdb.runAndReadAll('SELECT segment, count(*) FROM gone GROUP BY segment')
  const losses = new Map(reader.getRows().map(([segment, count]) => [Number(segment), Number(count)]))
  const before = await readRemovedCounts(parent, duckdb)
  const states = parent.segments.map(({ rows }, index) => {
    const loss = losses.get(index) ?? 0
    return { index, rows, loss, left: rows - (before.get(index) ?? 0) - loss }
  })
  const small = states.filter(({ left }) => left > 0 && left <= smallSegmentRows)
  const isMerged = small.length > mostSmallSegments
  return states.map(({ index, rows, loss, left }) => {
    if (left === 0) return { index, fate: 'dropped' }
    if (isMerged && left <= smallSegmentRows) return { index, fate: 'rewritten' }
    if (loss === 0) return { index, fate: 'kept' }
    return { index, fate: left < rows * leastShareLeft ? 'rewritten' : 'cut' }
  })
}

async function readRemovedCounts(
  parent: VersionFiles,
  duckdb: DataTaskContext['duckdb'],
): Promise<Map<number, number>> {
  if (parent.segments.every(({ removedFile }) => removedFile === undefined)) return new Map()
  const reader = await duckdb.runAndReadAll('SELECT segment, count(*) FROM "parent removed" GROUP BY segment')
  return new Map(reader.getRows().map(([segment, count]) => [Number(segment), Number(count)]))
}

/** Writes the fresh rows, and the rows of segments that are written anew, as segments. */
async function writeSegments(
  parameters: StageChanges,
  source: Source | undefined,
  incoming: Incoming,
  moved: readonly number[],
  context: DataTaskContext,
): Promise<StagedFile[]> {
  const { schema, folder, parent } = parameters
  const { duckdb } = context
  const names = schema.columns.map(({ name }) => quoteName(name))
  const written: StagedFile[] = []
  if (moved.length > 0) {
    const files = moved.flatMap(index => parent?.segments[index]?.file ?? [])
    const rest = `SELECT ${[...names, '_hash', '_copy'].join(', ')} FROM parent ANTI JOIN gone ON gone.segment = parent._segment AND gone.position = parent._position WHERE _segment IN (${moved.join(', ')}) ORDER BY _segment, _position`
    written.push(...(await writeSegment(rest, schema, await rowsOfGroupIn(files, duckdb), folder, duckdb)))
  }
  const [fresh = 0] = await readNumbers(duckdb, 'SELECT count(*) FROM fresh')
  if (!source || fresh === 0) return written
  if (fresh === incoming.rows && !incoming.hasCopies)
    return [...written, ...(await writeWhole(parameters, source, context))]
  for (const range of rangesOf(source)) {
    context.signal.throwIfAborted()
    // what is picked from the rows has to be put in order again
    const rows = `SELECT ${names.map(name => `s.${name}`).join(', ')}${names.length > 0 ? ', ' : ''}incoming.hash AS _hash, incoming.copy AS _copy FROM (SELECT * FROM (${source.plain}) ${range}) AS s JOIN incoming ON incoming.position = s._position SEMI JOIN fresh ON fresh.position = s._position ORDER BY s._position`
    written.push(...(await writeSegment(rows, schema, source.rowsOfGroup, folder, duckdb)))
  }
  return written
}

/** Writes all staged rows, in the order in which they are read. */
async function writeWhole(
  { schema, folder }: StageChanges,
  source: Source,
  { duckdb, signal, progress }: DataTaskContext,
): Promise<StagedFile[]> {
  if (source.segmentFile !== undefined && schema.key.length > 0) {
    // it was written as a segment is
    const file = path.join(folder, `segment-${crypto.randomUUID()}.parquet`)
    await rename(source.segmentFile, file).catch(async () => await copyFile(source.segmentFile ?? '', file))
    return [{ ...(await nameFile(file)), rows: source.rows }]
  }
  const names = schema.columns.map(({ name }) => quoteName(name))
  const columns = [...names, '_hash', 'CAST(0 AS UINTEGER) AS _copy'].join(', ')
  const written: StagedFile[] = []
  const ranges = rangesOf(source)
  for (const [index, range] of ranges.entries()) {
    signal.throwIfAborted()
    progress((0.8 * index) / ranges.length, 'writes the rows')
    const rows = `SELECT ${columns} FROM (${hashed(schema, source)}) ${range}`
    written.push(...(await writeSegment(rows, schema, source.rowsOfGroup, folder, duckdb)))
  }
  return written
}

/** Conditions that divide the staged rows into what one segment each takes. */
function rangesOf({ rows, rowsOfSegment }: Source): string[] {
  const count = Math.ceil(rows / rowsOfSegment)
  if (count <= 1) return ['']
  return Array.from({ length: count }, (_, part) => {
    const from = part * rowsOfSegment
    return `WHERE _position >= ${from} AND _position < ${from + rowsOfSegment}`
  })
}

async function rowsOfGroupIn(files: readonly string[], duckdb: DataTaskContext['duckdb']): Promise<number> {
  const most = groupRowsOf(1)
  const [least = most] = await readNumbers(
    duckdb,
    `SELECT coalesce(min(num_rows // greatest(1, num_row_groups)), ${most}) FROM parquet_file_metadata(${listOf(files)})`,
  )
  return Math.max(2_048, Math.min(most, least))
}

async function writeSegment(
  rows: string,
  schema: DatasetSchema,
  rowsOfGroup: number,
  folder: string,
  duckdb: DataTaskContext['duckdb'],
): Promise<StagedFile[]> {
  const file = path.join(folder, `segment-${crypto.randomUUID()}.parquet`)
  const hidden = schema.key.length === 0 ? '' : ' EXCLUDE (_copy)'
  await duckdb.run(
    `COPY (SELECT *${hidden} FROM (${rows})) TO ${quoteText(file)} (${parquetOptions}, ROW_GROUP_SIZE ${rowsOfGroup})`,
  )
  const [count = 0] = await readNumbers(
    duckdb,
    `SELECT num_rows FROM parquet_file_metadata(${quoteText(file)})`,
  )
  return count === 0 ? [] : [{ ...(await nameFile(file)), rows: count }]
}

async function writeRemoved(index: number, folder: string, { duckdb }: DataTaskContext): Promise<StagedFile> {
  const file = path.join(folder, `removed-${crypto.randomUUID()}.parquet`)
  const [hasBefore = 0] = await readNumbers(
    duckdb,
    `SELECT count(*) FROM duckdb_tables() WHERE table_name = 'parent removed'`,
  )
  const before =
    hasBefore === 0 ? '' : `UNION ALL SELECT position FROM "parent removed" WHERE segment = ${index}`
  await duckdb.run(
    `COPY (SELECT CAST(position AS UINTEGER) AS position FROM (SELECT position FROM gone WHERE segment = ${index} ${before}) ORDER BY position) TO ${quoteText(file)} (${parquetOptions})`,
  )
  const [rows = 0] = await readNumbers(
    duckdb,
    `SELECT num_rows FROM parquet_file_metadata(${quoteText(file)})`,
  )
  return { ...(await nameFile(file)), rows }
}

/**
 * Names the rows of the version, whatever their order and segments: the SHA-256 of the SHA-256s of 256 shares of the sorted
 * row hashes.
 */
async function hashRows(
  { parent }: StageChanges,
  segments: StagedChanges['segments'],
  { duckdb }: DataTaskContext,
): Promise<{ rows: number; rowsHash: string }> {
  const fresh = segments.flatMap(({ from }) => ('file' in from ? [from.file.file] : []))
  const kept = segments.flatMap(({ from }) => ('index' in from ? [from.index] : []))
  const parts = [
    ...(fresh.length === 0 ? [] : [`SELECT _hash FROM read_parquet(${listOf(fresh)})`]),
    ...(parent && kept.length > 0
      ? [
          `SELECT _hash FROM parent ANTI JOIN gone ON gone.segment = parent._segment AND gone.position = parent._position WHERE _segment IN (${kept.join(', ')})`,
        ]
      : []),
  ]
  const all =
    parts.length === 0 ? 'SELECT CAST(NULL AS UUID) AS _hash WHERE false' : parts.join(' UNION ALL ')
  const reader = await duckdb.runAndReadAll(
    `SELECT coalesce(sum(n), 0), sha256(coalesce(string_agg(h, '' ORDER BY share), '')) FROM (SELECT left(CAST(_hash AS VARCHAR), 2) AS share, count(*) AS n, sha256(string_agg(CAST(_hash AS VARCHAR), '' ORDER BY _hash)) AS h FROM (${all}) GROUP BY share)`,
  )
  const [rows, rowsHash] = reader.getRows()[0] ?? []
  return { rows: Number(rows), rowsHash: String(rowsHash) }
}
