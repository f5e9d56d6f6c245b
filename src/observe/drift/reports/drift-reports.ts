import { createClaimLoop, type ClaimLoop, createId, Failure } from '../../../foundation/platform/index.ts'
import { chooseColumns } from './choose-columns.ts'
import type { DriftContext } from './drift-context.ts'
import {
  cancelReport,
  claimReport,
  findReport,
  insertReport,
  releaseReportLease,
  renewReportLease,
  type ReportScope,
  type StoredReport,
} from './drift-report-store.ts'
import type { DriftRequest, DriftState, SampleRequest } from './drift-request.ts'
import { runReport } from './run-report.ts'

export interface DriftCaller {
  /** Whose rows are looked at; `undefined` is all. */
  readonly tenant: string | undefined
  /** Whose datasets are named. */
  readonly datasetTenant: string | undefined
  readonly author: string
  /** `undefined` where it is our own work. */
  readonly keyId: string | undefined
  readonly requestId?: string | undefined
}

export interface DriftReports {
  /** Begins one; under an id that is given, once. Throws `not_found` and `invalid_request` for what it names. */
  start(caller: DriftCaller, request: DriftRequest, id?: string): Promise<StoredReport>
  find(scope: ReportScope, id: string): Promise<StoredReport | undefined>
  /** It is cancelled at once; who works on it hears of it within a second or two. Throws `conflict` where it has ended otherwise. */
  cancel(caller: Pick<DriftCaller, 'author' | 'keyId' | 'requestId'>, id: string): Promise<StoredReport>
}

const leaseSeconds = 7
const everything: ReportScope = { tenant: undefined, services: undefined }

/** Reports are rows; one at a time is worked on, by whoever holds its lease. */
export function createDriftReports(context: DriftContext): DriftReports & { readonly worker: ClaimLoop } {
  const { database, audit, ports } = context
  const worker = createClaimLoop({
    logger: context.logger,
    what: 'drift report',
    idOf: (row: StoredReport) => row.id,
    stateOf: (row: StoredReport): DriftState => row.state,
    atOnce: 1,
    leaseSeconds,
    claim: (owner, seconds) => claimReport(database, owner, seconds),
    renew: (row, owner, seconds) => renewReportLease(database, row.id, owner, seconds),
    release: (row, owner) => releaseReportLease(database, row.id, owner),
    work: (row, claim) => runReport(row, claim, context),
  })

  async function fix(caller: DriftCaller, sample: SampleRequest, parameter: string): Promise<SampleRequest> {
    if (!('dataset' in sample)) {
      if (Date.parse(sample.since) < Date.parse(sample.until)) return sample
      throw new Failure('invalid_request', `${parameter}: \`since\` has to lie before \`until\`.`, {
        details: { parameter },
      })
    }
    const { version } = await ports.findVersion(caller.datasetTenant ?? '', sample.dataset)
    return { dataset: version }
  }

  return {
    worker,
    find: async (scope, id) => await findReport(database, scope, id),
    async cancel(caller, id) {
      const isCancelled = await database.transaction(async transaction => {
        if (!(await cancelReport(transaction, id, new Date()))) return false
        const row = await findReport(transaction, everything, id)
        await audit.record(
          {
            actor: { id: caller.keyId ?? 'system', name: caller.author },
            action: 'drift:cancel',
            subject: `drift-report:${id}`,
            tenant: row?.tenant,
            requestId: caller.requestId,
            after: { state: 'cancelled' },
          },
          transaction,
        )
        return true
      })
      if (isCancelled) context.onEnd('cancelled')
      const row = await findReport(database, everything, id)
      if (!row) throw new Failure('not_found', `There is no drift report ${id}.`)
      // asked for twice, it is so once
      if (row.state !== 'cancelled')
        throw new Failure(
          'conflict',
          `Drift report ${id} has ${row.state} already; there is nothing to cancel.`,
        )
      return row
    },
    async start(caller, request, id = createId()) {
      const fixed = {
        ...request,
        reference: await fix(caller, request.reference, 'reference'),
        current: await fix(caller, request.current, 'current'),
        datasetTenant: caller.datasetTenant,
      }
      if ('dataset' in fixed.reference && 'dataset' in fixed.current)
        // said now rather than by a report that has failed
        chooseColumns(fixed, {
          reference: (await ports.findVersion(caller.datasetTenant ?? '', fixed.reference.dataset)).columns,
          current: (await ports.findVersion(caller.datasetTenant ?? '', fixed.current.dataset)).columns,
        })
      const services = [fixed.reference, fixed.current].flatMap(sample =>
        'dataset' in sample ? [] : [sample.service],
      )
      await database.transaction(async transaction => {
        const isNew = await insertReport(transaction, {
          id,
          tenant: caller.tenant,
          services: [...new Set(services)],
          request: fixed,
          author: caller.author,
          keyId: caller.keyId,
          createdAt: new Date(),
        })
        if (!isNew) return
        await audit.record(
          {
            actor: { id: caller.keyId ?? 'system', name: caller.author },
            action: 'drift:report',
            subject: `drift-report:${id}`,
            tenant: caller.tenant,
            requestId: caller.requestId,
            after: { reference: fixed.reference, current: fixed.current },
          },
          transaction,
        )
      })
      worker.wake()
      const row = await findReport(database, everything, id)
      if (!row) throw new Failure('not_found', `There is no drift report ${id}.`)
      return row
    },
  }
}
