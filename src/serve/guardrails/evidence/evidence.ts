import type { ConfigSnapshot, ReportReference } from '../../../foundation/config/index.ts'
import type { Database, Logger } from '../../../foundation/platform/index.ts'
import { makeReport, policiesOf } from './report.ts'
import {
  insertPolicies,
  insertReport,
  listReportReferences,
  reportsChannel,
  type StoredReport,
} from './report-store.ts'

/** What policies rest on: the reports of what their checks would have done, and the policies that were in force. */
export interface Evidence {
  /** The stored report with that hash. Memory only; `not read yet` until the database was asked once. */
  findReport(hash: string): ReportReference | 'not read yet' | undefined
  /** Writes a report and stores it. Throws `not_found`, and `conflict` where nothing was seen in shadow. */
  report(
    asked: { readonly policy: string; readonly guard: string; readonly since?: Date | undefined },
    by: string,
  ): Promise<StoredReport>
  /** Notes the policies of a configuration that has come into force. */
  note(snapshot: ConfigSnapshot): Promise<void>
  stop(): Promise<void>
}

export function createEvidence(options: {
  readonly database: Database
  readonly logger: Logger
  readonly snapshot: () => ConfigSnapshot
}): Evidence {
  const { database, logger, snapshot } = options
  let known: ReadonlyMap<string, ReportReference> | undefined

  async function read(): Promise<void> {
    const references = await listReportReferences(database)
    known = new Map(references.map(({ hash, ...reference }) => [hash, reference]))
  }

  const readSoon = (): void => {
    read().catch((error: unknown) =>
      logger.warn({ err: error }, 'The reports that policies rest on could not be read.'),
    )
  }
  // whatever was reported while nobody listened is in the table
  const hearing = database
    .listen(reportsChannel, readSoon)
    .catch((error: unknown) => {
      logger.warn({ err: error }, 'Reports of other servers are not heard of.')
      return undefined
    })
    .finally(readSoon)

  return {
    findReport: hash => (known ? known.get(hash) : 'not read yet'),
    report: async (asked, by) => {
      const report = await makeReport(database, snapshot(), asked, new Date(), by)
      await database.transaction(transaction => insertReport(transaction, report))
      await read()
      return report
    },
    note: now => insertPolicies(database, policiesOf(now), new Date()),
    stop: async () => {
      await hearing.then(end => end?.())
    },
  }
}
