import path from 'node:path'
import { type Claim, Failure, LeaseLost } from '../../../foundation/platform/index.ts'
import { systemActor } from '../../../govern/audit/index.ts'
import type { ComparedColumn, LaidSample } from '../ports.ts'
import type { Pair } from '../sample.ts'
import { layTraffic } from '../traffic/lay-traffic.ts'
import { scoreColumn, textColumns, trafficColumns } from '../traffic/traffic-columns.ts'
import { listJudges, type TrafficWindow } from '../traffic/traffic-store.ts'
import { chooseColumns } from './choose-columns.ts'
import type { DriftContext } from './drift-context.ts'
import { changeReport, type StoredReport } from './drift-report-store.ts'
import type { DriftState, SampleRequest } from './drift-request.ts'

const mostTries = 5
const progressMs = 500
/** What part of the whole the rows of traffic take. */
const layingShare = 0.3

/** Makes one report; what comes of it is written once. Safe to run again after any crash. */
export async function runReport(
  row: StoredReport,
  claim: Claim<DriftState>,
  context: DriftContext,
): Promise<void> {
  const stop = new AbortController()
  const askToStop = (): void => {
    if (claim.isStopping() || claim.signal.aborted) stop.abort()
  }
  claim.onNews(askToStop)
  claim.signal.addEventListener('abort', askToStop)
  askToStop()
  let state = { progress: 0, step: '' }
  let saved = state
  const saving = setInterval(() => {
    if (state === saved) return
    saved = state
    changeReport(context.database, row.id, claim.owner, state).catch(() => undefined)
  }, progressMs)
  const progress = (share: number, step: string): void => {
    state = { progress: share, step }
  }
  const startedAt = performance.now()
  try {
    if (row.tries > mostTries)
      throw new Failure('conflict', `It was cut off ${row.tries} times, so it is not begun again.`)
    const report = await make(row, context, stop.signal, progress)
    await end({ state: 'succeeded', report })
  } catch (error) {
    // it is taken up again
    if (stop.signal.aborted || error instanceof LeaseLost) return
    if (!(error instanceof Failure)) throw error
    const { code, message, kind } = error
    if (kind.status >= 500 && code !== 'data_worker_crashed') throw error
    await end({ state: 'failed', error: { code, message: message.slice(0, 4_000) } })
  } finally {
    clearInterval(saving)
  }

  async function end(
    change: Parameters<typeof changeReport>[3] & { readonly state: 'succeeded' | 'failed' },
  ): Promise<void> {
    const seconds = (performance.now() - startedAt) / 1_000
    await context.database.transaction(async transaction => {
      const written = {
        ...change,
        step: '',
        ...(change.state === 'succeeded' && { progress: 1 }),
        finishedAt: new Date(),
      }
      if (!(await changeReport(transaction, row.id, claim.owner, written))) throw new LeaseLost()
      await context.audit.record(
        {
          actor: systemActor('drift'),
          action: change.state === 'succeeded' ? 'drift:reported' : 'drift:report-failed',
          subject: `drift-report:${row.id}`,
          tenant: row.tenant,
          after: { code: change.error?.code ?? null },
        },
        transaction,
      )
    })
    context.onEnd(change.state, seconds)
  }
}

async function make(
  row: StoredReport,
  context: DriftContext,
  signal: AbortSignal,
  progress: (share: number, step: string) => void,
): ReturnType<DriftContext['ports']['compare']> {
  const { request } = row
  const { ports, database } = context
  const known = {
    reference: await columnsOf(request.reference, row, context),
    current: await columnsOf(request.current, row, context),
  }
  const columns = chooseColumns(request, known)
  const { mostRows, mostTexts } = context.settings()
  return await ports.withFolder(async folder => {
    const lay = async (side: keyof Pair<unknown>, from: number): Promise<LaidSample> => {
      const sample = request[side]
      if ('dataset' in sample)
        return { kind: 'dataset', tenant: request.datasetTenant ?? '', version: sample.dataset }
      const hasTexts = columns.some(column => isText(column.columns?.[side] ?? column.name))
      const laid = await layTraffic(database, windowOf(sample, row), {
        file: path.join(folder, `${side}.ndjson`),
        mostRows: hasTexts ? Math.min(mostRows, mostTexts) : mostRows,
        hasTexts,
        seed: request.seed,
        signal,
        progress: share => progress(from + (share * layingShare) / 2, 'reads inferences'),
      })
      return { kind: 'file', of: describeTraffic(sample), ...laid, columns: known[side] }
    }
    const samples = { reference: await lay('reference', 0), current: await lay('current', layingShare / 2) }
    return await ports.compare(
      { samples, columns, quality: request.quality, seed: request.seed, mostRows, notes: [] },
      { signal, progress: (share, step) => progress(layingShare + (1 - layingShare) * share, step) },
    )
  })
}

const isText = (name: string): boolean => textColumns.some(column => column.name === name)

async function columnsOf(
  sample: SampleRequest,
  row: StoredReport,
  { database, ports }: DriftContext,
): Promise<readonly ComparedColumn[]> {
  if ('dataset' in sample)
    return (await ports.findVersion(row.request.datasetTenant ?? '', sample.dataset)).columns
  const judges = await listJudges(database, windowOf(sample, row))
  return [...trafficColumns, ...judges.map(scoreColumn), ...textColumns]
}

type TrafficRequest = Exclude<SampleRequest, { readonly dataset: string }>

function windowOf(sample: TrafficRequest, row: StoredReport): TrafficWindow {
  return {
    tenant: row.tenant,
    service: sample.service,
    release: sample.release,
    sinceMs: Date.parse(sample.since),
    untilMs: Date.parse(sample.until),
  }
}

function describeTraffic({ service, release, since, until }: TrafficRequest): string {
  return `${service}${release === undefined ? '' : `, release ${release}`}, ${since} to ${until}`
}
