import { createLogger, openDatabase } from '../../../foundation/platform/index.ts'

export interface PostgresVersion {
  /** As Postgres counts: 180004 is 18.4. */
  readonly number: number
  readonly text: string
}

/** Connects, asks the version and leaves. Throws `storage_unavailable` where nothing answers. */
export async function readPostgresVersion(url: string): Promise<PostgresVersion> {
  const database = await openDatabase({ url, logger: createLogger({ level: 'silent' }), maxConnections: 1 })
  try {
    const [row] = await database.query<{ number: string; text: string }>(
      `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS text`,
    )
    return { number: Number(row?.number), text: row?.text.split(' ')[0] ?? 'unknown' }
  } finally {
    await database.close()
  }
}
