import type { Database } from './database.ts'
import type { Logger } from './logger.ts'
import { createNewsStreams } from './news-streams.ts'

/** What happens to rows on any replica, told to those here who watch one. */
export interface RowNews<Row> {
  /** An event stream of the row, whenever it has moved on; it ends when the row has ended. */
  open(row: Row, toWire: (row: Row) => unknown): Response
  close(): Promise<void>
}

export interface RowNewsOptions<Row> {
  readonly database: Database
  readonly logger: Logger
  /** Told of every change, with the id of the row. */
  readonly channel: string
  /** The name of the events, and of the row in the log: `run`. */
  readonly event: string
  readonly idOf: (row: Row) => string
  readonly hasEnded: (row: Row) => boolean
  readonly find: (id: string) => Promise<Row | undefined>
}

/** Looks again after that, also where nobody told of news. */
const lookMs = 5_000

export function createRowNews<Row>(options: RowNewsOptions<Row>): RowNews<Row> {
  const { event, idOf, hasEnded, find } = options
  const streams = createNewsStreams({ ...options, what: event, lookMs })
  return {
    open: (row, toWire) =>
      streams.open(idOf(row), {
        first: send => {
          send(event, toWire(row))
          return hasEnded(row)
        },
        look: async send => {
          const now = await find(idOf(row))
          if (now) send(event, toWire(now))
          return !now || hasEnded(now)
        },
      }),
    close: () => streams.close(),
  }
}
