import {
  createRowNews,
  type Database,
  type Logger,
  type RowNews,
} from '../../../foundation/platform/index.ts'
import { endStates, type Run } from './run.ts'
import { findRun, runsChannel } from './run-store.ts'

export type RunNews = RowNews<Run>

/** What happens to runs on any replica, told to those here who watch one. */
export function createRunNews({
  database,
  logger,
}: {
  readonly database: Database
  readonly logger: Logger
}): RunNews {
  return createRowNews({
    database,
    logger,
    channel: runsChannel,
    event: 'run',
    idOf: (run: Run) => run.id,
    hasEnded: run => endStates.includes(run.state),
    find: id => findRun(database, undefined, id),
  })
}
