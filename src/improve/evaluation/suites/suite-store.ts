import type { Queryable } from '../../../foundation/platform/index.ts'

/** A suite as it was written once. */
export interface StoredSuite {
  readonly tenant: string
  readonly name: string
  /** Counts up: 1, 2, 3 … */
  readonly version: number
  /** SHA-256 of the text. */
  readonly hash: string
  readonly text: string
  readonly author: string
  readonly createdAt: Date
}

interface SuiteRow {
  tenant: string
  name: string
  version: number
  hash: string
  text: string
  author: string
  created_at: Date
}

const toSuite = ({ created_at: createdAt, ...row }: SuiteRow): StoredSuite => ({ ...row, createdAt })

/** Stores a text as the next version of its suite; the newest as it is where it says the same. */
export async function putSuite(
  queryable: Queryable,
  suite: Omit<StoredSuite, 'version'>,
): Promise<StoredSuite & { readonly isNew: boolean }> {
  // two at once would both want the next number
  await queryable.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 26))', [
    `${suite.tenant} ${suite.name}`,
  ])
  const newest = await findSuite(queryable, suite.tenant, suite.name)
  if (newest?.hash === suite.hash) return { ...newest, isNew: false }
  const version = (newest?.version ?? 0) + 1
  await queryable.query(
    `INSERT INTO evaluation_suites (tenant, name, version, hash, text, author, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [suite.tenant, suite.name, version, suite.hash, suite.text, suite.author, suite.createdAt],
  )
  return { ...suite, version, isNew: true }
}

/** The newest, or the version that is asked for. */
export async function findSuite(
  queryable: Queryable,
  tenant: string,
  name: string,
  version?: number,
): Promise<StoredSuite | undefined> {
  const rows = await queryable.query<SuiteRow>(
    `SELECT * FROM evaluation_suites WHERE tenant = $1 AND name = $2 AND ($3::int IS NULL OR version = $3)
     ORDER BY version DESC LIMIT 1`,
    [tenant, name, version ?? null],
  )
  return rows[0] && toSuite(rows[0])
}

/** The newest version of each, by name. */
export async function listSuites(
  queryable: Queryable,
  page: { readonly tenant: string | undefined; readonly after: string | undefined; readonly limit: number },
): Promise<StoredSuite[]> {
  const rows = await queryable.query<SuiteRow>(
    `SELECT DISTINCT ON (name, tenant) * FROM evaluation_suites
     WHERE ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR name > $2)
     ORDER BY name, tenant, version DESC LIMIT $3`,
    [page.tenant ?? null, page.after ?? null, page.limit],
  )
  return rows.map(toSuite)
}

/** All versions of one, the newest first. */
export async function listSuiteVersions(
  queryable: Queryable,
  tenant: string,
  name: string,
): Promise<StoredSuite[]> {
  const rows = await queryable.query<SuiteRow>(
    'SELECT * FROM evaluation_suites WHERE tenant = $1 AND name = $2 ORDER BY version DESC LIMIT 1000',
    [tenant, name],
  )
  return rows.map(toSuite)
}
