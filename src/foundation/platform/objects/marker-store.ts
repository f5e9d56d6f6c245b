import type { Queryable } from '../database.ts'

/** The marker that the first server of this database left, which is `proposed` where there was none. */
export async function keepMarker(database: Queryable, proposed: string): Promise<string> {
  await database.query('INSERT INTO object_store (marker) VALUES ($1) ON CONFLICT DO NOTHING', [proposed])
  return (await readMarker(database)) ?? proposed
}

export async function readMarker(database: Queryable): Promise<string | undefined> {
  const rows = await database.query<{ marker: string }>('SELECT marker FROM object_store')
  return rows[0]?.marker
}
