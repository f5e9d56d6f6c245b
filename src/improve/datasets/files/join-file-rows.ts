import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Column } from '../dataset.ts'
import { count, excerpt, fileFault } from '../formats/file-fault.ts'
import { importFile } from '../formats/import-file.ts'
import { createVersionView, quoteName, quoteText, readNumbers, readTexts } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { fileColumnNames, fileColumns } from './file-columns.ts'
import type { ImportArchive } from './import-archive.ts'

/** A `metadata.jsonl` or `metadata.csv` of an archive, unpacked. */
export interface Sidecar {
  readonly path: string
  readonly file: string
}

const mostNamed = 5

/** The rows of files: what was found of each, and what sidecars say of it. */
export async function joinFileRows(
  options: Pick<ImportArchive, 'listing' | 'declared' | 'name'> & {
    /** JSON lines of the columns of files. */
    readonly files: string
    readonly sidecars: readonly Sidecar[]
  },
  context: DataTaskContext,
): Promise<{ readonly select: string; readonly columns: readonly Column[] }> {
  const { duckdb } = context
  await duckdb.run(
    `CREATE TEMP TABLE files AS SELECT * FROM read_json(${quoteText(options.files)}, format = 'newline_delimited', columns = {'path': 'VARCHAR', 'bytes': 'BIGINT', 'sha256': 'VARCHAR', 'media_type': 'VARCHAR'})`,
  )
  if (options.listing) await addListed(options.listing, context)
  const said: { readonly view: string; readonly columns: readonly Column[] }[] = []
  for (const [index, sidecar] of options.sidecars.entries())
    said.push(await readSidecar(sidecar, `sidecar ${index}`, options, context))
  const columns = mergeColumns(
    said.map((one, index) => ({ ...one, path: options.sidecars[index]?.path ?? '' })),
  )
  const names = fileColumns.map(({ name }) => `f.${name}`)
  if (said.length === 0)
    return { select: `SELECT ${names.join(', ')} FROM files AS f ORDER BY f.path`, columns: [...fileColumns] }
  await duckdb.run(
    `CREATE TEMP TABLE said AS ${said.map(({ view }) => `SELECT * FROM ${quoteName(view)}`).join(' UNION ALL BY NAME ')}`,
  )
  await refuseStrangers(context)
  const others = columns.map(({ name }) => `s.${quoteName(name)}`)
  return {
    select: `SELECT ${[...names, ...others].join(', ')} FROM files AS f LEFT JOIN said AS s ON s._path = f.path ORDER BY f.path`,
    columns: [...fileColumns, ...columns],
  }
}

async function addListed(
  { file, rows }: NonNullable<ImportArchive['listing']>,
  { duckdb }: DataTaskContext,
): Promise<void> {
  await duckdb.run(
    `CREATE TEMP TABLE listed AS SELECT * FROM read_json(${quoteText(file)}, format = 'newline_delimited', columns = {'path': 'VARCHAR', 'sha256': 'VARCHAR'})`,
  )
  if (rows) {
    await createVersionView(duckdb, 'before', rows)
    await duckdb.run(
      `CREATE TEMP TABLE stored AS SELECT sha256, any_value(bytes) AS bytes, any_value(media_type) AS media_type FROM before GROUP BY sha256`,
    )
  } else await duckdb.run(`CREATE TEMP TABLE stored (sha256 VARCHAR, bytes BIGINT, media_type VARCHAR)`)
  const [missing = 0] = await readNumbers(
    duckdb,
    'SELECT count(*) FROM listed ANTI JOIN stored USING (sha256)',
  )
  if (missing > 0) {
    const paths = await readTexts(
      duckdb,
      `SELECT coalesce(left(path, 120), 'null') FROM listed ANTI JOIN stored USING (sha256) ORDER BY path LIMIT ${mostNamed}`,
    )
    throw fileFault(
      `the listing names ${count(missing)} ${missing === 1 ? 'file' : 'files'} whose content the branch does not have, e.g. ${paths.map(one => excerpt(one, 80)).join(', ')}. Nothing was stored.`,
      'Send them in the archive; the branch may have moved meanwhile.',
    )
  }
  const twice = await readTexts(
    duckdb,
    `SELECT left(path, 120) FROM (SELECT path FROM listed UNION ALL SELECT path FROM files) GROUP BY path HAVING count(*) > 1 ORDER BY path LIMIT ${mostNamed}`,
  )
  if (twice.length > 0)
    throw fileFault(
      `files come twice, in the listing and the archive or in one of them: ${twice.map(one => excerpt(one, 80)).join(', ')}. Nothing was stored.`,
      'Name each once.',
    )
  await duckdb.run(
    'INSERT INTO files SELECT l.path, s.bytes, l.sha256, s.media_type FROM listed AS l JOIN stored AS s USING (sha256)',
  )
}

/** Its columns, with `_path` in place of the name of the file that a row is about. */
async function readSidecar(
  sidecar: Sidecar,
  view: string,
  { declared }: Pick<ImportArchive, 'declared'>,
  context: DataTaskContext,
): Promise<{ readonly view: string; readonly columns: readonly Column[] }> {
  const folder = path.join(context.scratch, view.replace(' ', '-of-'))
  await mkdir(folder)
  const imported = await importFile(
    {
      file: sidecar.file,
      name: path.basename(sidecar.path),
      format: sidecar.path.endsWith('.csv') ? 'csv' : 'jsonl',
      declared,
      folder,
    },
    { ...context, progress: () => undefined, scratch: folder },
  ).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'Failure')
      error.message = `${sidecar.path}: ${error.message}`
    throw error
  })
  const named =
    imported.columns.find(({ name }) => name === 'file_name') ??
    imported.columns.find(({ name }) => name === 'path')
  if (named?.type !== 'string')
    throw fileFault(
      `${excerpt(sidecar.path, 80)} has no column \`file_name\` of texts that say which file a row is about. Nothing was stored.`,
      'Add it: paths from the folder that the sidecar lies in.',
    )
  const columns = imported.columns.filter(({ name }) => name !== named.name)
  const ours = columns.find(({ name }) => fileColumnNames.has(name))
  if (ours)
    throw fileFault(
      `${excerpt(sidecar.path, 80)} has a column \`${ours.name}\`, which is found of the file itself. Nothing was stored.`,
      'Rename it, or leave it out.',
    )
  const prefix = sidecar.path.includes('/') ? sidecar.path.replace(/[^/]*$/, '') : ''
  await context.duckdb.run(
    `CREATE TEMP VIEW ${quoteName(view)} AS SELECT ${[`${quoteText(prefix)} || regexp_replace(${quoteName(named.name)}, '^(\\./)+', '') AS _path`, ...columns.map(({ name }) => quoteName(name))].join(', ')} FROM read_parquet(${quoteText(imported.file)})`,
  )
  return { view, columns }
}

function mergeColumns(
  said: readonly { readonly path: string; readonly columns: readonly Column[] }[],
): Column[] {
  const merged = new Map<string, Column>()
  for (const { path: from, columns } of said)
    for (const column of columns) {
      const before = merged.get(column.name)
      if (before && before.type !== column.type)
        throw fileFault(
          `${excerpt(from, 80)} holds ${column.type} in \`${column.name}\`, and another sidecar ${before.type}. Nothing was stored.`,
          'Declare its type in the definition, or write it the same in both.',
        )
      // a file that no sidecar names has nothing in it
      merged.set(column.name, { ...column, isNullable: true })
    }
  return [...merged.values()]
}

async function refuseStrangers({ duckdb }: DataTaskContext): Promise<void> {
  const strangers = await readTexts(
    duckdb,
    `SELECT coalesce(left(_path, 120), 'null') FROM said WHERE _path IS NULL OR _path NOT IN (SELECT path FROM files) ORDER BY _path LIMIT ${mostNamed}`,
  )
  if (strangers.length > 0)
    throw fileFault(
      `the sidecar names files that are not there: ${strangers.map(one => excerpt(one, 80)).join(', ')}. Nothing was stored.`,
      'Paths begin at the folder that the sidecar lies in. Put the files in, or take their rows out.',
    )
  const twice = await readTexts(
    duckdb,
    `SELECT left(_path, 120) FROM said GROUP BY _path HAVING count(*) > 1 ORDER BY _path LIMIT ${mostNamed}`,
  )
  if (twice.length > 0)
    throw fileFault(
      `the sidecar names files twice: ${twice.map(one => excerpt(one, 80)).join(', ')}. Nothing was stored.`,
      'Leave one row of each.',
    )
}
