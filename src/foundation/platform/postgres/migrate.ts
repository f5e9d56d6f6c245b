import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Database, Queryable } from '../database.ts'
import { Failure } from '../failure.ts'

/** The key of the advisory lock under which migrations run: "slip" in ASCII. */
const lockKey = 0x736c6970

/** What a statement of a migration may take, and the wait for another replica that migrates: an hour. */
const statementLimitMs = 3_600_000

export interface Migration {
  /** The file's name without `.sql`, e.g. `0001-access`; migrations run in the order of their names. */
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

/**
 * Applies the `.sql` files of `directory` that were not applied yet, each in one transaction, and returns their
 * names. Replicas may call it at the same time. An applied file that was edited since is refused; an applied file
 * that is gone is left alone, so that an older release can still start on the tables of a newer one.
 */
export async function migrate(database: Database, directory: string): Promise<string[]> {
  const applied: string[] = []
  const known = await readApplied(database)
  for (const migration of await readMigrations(directory)) {
    if (isApplied(migration, known.get(migration.name))) continue
    const isNew = await database.transaction(transaction => apply(transaction, migration), {
      statementLimitMs,
    })
    if (isNew) applied.push(migration.name)
  }
  return applied
}

/** The checksums of those that were applied, by their names. */
async function readApplied(database: Queryable): Promise<ReadonlyMap<string, string>> {
  const [table] = await database.query<{ is_there: boolean }>(
    "SELECT to_regclass('slipway_migrations') IS NOT NULL AS is_there",
  )
  if (table?.is_there !== true) return new Map()
  const rows = await database.query<{ name: string; checksum: string }>(
    'SELECT name, checksum FROM slipway_migrations',
  )
  return new Map(rows.map(({ name, checksum }) => [name, checksum]))
}

/** Throws where it was applied with another text. */
function isApplied(migration: Migration, checksum: string | undefined): boolean {
  if (checksum !== undefined && checksum !== migration.checksum) throw edited(migration)
  return checksum !== undefined
}

/** Returns whether it was new: another replica may have been faster. */
async function apply(transaction: Queryable, migration: Migration): Promise<boolean> {
  await transaction.query('SELECT pg_advisory_xact_lock($1)', [lockKey])
  await transaction.query(`CREATE TABLE IF NOT EXISTS slipway_migrations (
        name text PRIMARY KEY,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
      )`)
  const [known] = await transaction.query<{ checksum: string }>(
    'SELECT checksum FROM slipway_migrations WHERE name = $1',
    [migration.name],
  )
  if (isApplied(migration, known?.checksum)) return false
  try {
    await transaction.query(migration.sql)
  } catch (error) {
    throw new Failure(
      'migration_failed',
      `The migration ${migration.name}.sql failed and was rolled back: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    )
  }
  await transaction.query('INSERT INTO slipway_migrations (name, checksum) VALUES ($1, $2)', [
    migration.name,
    migration.checksum,
  ])
  return true
}

export async function readMigrations(directory: string): Promise<Migration[]> {
  const files = (await readdir(directory)).filter(file => file.endsWith('.sql')).sort()
  return Promise.all(
    files.map(async file => {
      const sql = await readFile(path.join(directory, file), 'utf8')
      return {
        name: file.slice(0, -'.sql'.length),
        sql,
        // a checkout may have changed the line ends; that is no edit
        checksum: createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex'),
      }
    }),
  )
}

function edited({ name }: Migration): Failure {
  return new Failure(
    'migration_failed',
    `The migration ${name}.sql was applied to this database and edited afterwards. Put the file back as it was, and make the change in a new migration.`,
  )
}
