import type { Database } from '../../foundation/platform/index.ts'
import type { TrialCounts } from './semantic-trials.ts'

export interface TrialRow extends TrialCounts {
  readonly service: string
  readonly settings: string
}

/** The sums over all processes but `writer`. */
export async function readTrials(database: Database, writer: string): Promise<TrialRow[]> {
  return await database.query<TrialRow>(
    `SELECT service, settings, sum(trials)::bigint AS trials, sum(wrong)::bigint AS wrong
       FROM cache_trials WHERE writer <> $1 GROUP BY service, settings`,
    [writer],
  )
}

/** What `writer` alone has counted so far; each process replaces its own rows. */
export async function writeTrials(
  database: Database,
  writer: string,
  rows: readonly TrialRow[],
): Promise<void> {
  await database.query(
    `INSERT INTO cache_trials (service, settings, writer, trials, wrong)
     SELECT service, settings, $1, trials, wrong
       FROM json_to_recordset($2) AS row (service text, settings text, trials bigint, wrong bigint)
     ON CONFLICT (service, settings, writer)
       DO UPDATE SET trials = excluded.trials, wrong = excluded.wrong`,
    [writer, JSON.stringify(rows)],
  )
}

/** The channel on which processes learn that the answers of a service are to be forgotten. */
export const clearedChannel = 'slipway_cache_cleared'

export async function announceCleared(database: Database, service: string): Promise<void> {
  await database.query('SELECT pg_notify($1, $2)', [clearedChannel, service])
}
