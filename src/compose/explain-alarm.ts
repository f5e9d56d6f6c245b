import { type ConfigSource, readsTexts } from '../foundation/config/index.ts'
import { Failure } from '../foundation/platform/index.ts'
import type { DriftReports } from '../observe/drift/index.ts'
import type { MonitorAlarm } from '../observe/monitors/index.ts'

type Config = ReturnType<ConfigSource['current']>['config']
type DriftRequest = Parameters<DriftReports['start']>[1]

interface Reference {
  readonly from: string
  readonly until: string
  readonly origin?:
    | { readonly kind: 'evaluation'; readonly release: string }
    | { readonly kind: 'dataset'; readonly version: string; readonly column: string; readonly tenant: string }
}

/**
 * Begins a drift report from what an alarm was held against to what came since the change; its id is the alarm's, so that there is one. Where
 * that was an evaluation, whose examples are no traffic, what the release answered between its run and the change stands for it.
 */
export async function explainAlarm(
  drift: Pick<DriftReports, 'start'>,
  config: Config,
  alarm: MonitorAlarm,
): Promise<{ readonly drift_report: string } | { readonly not_explained: string }> {
  const { id, monitor, service, sinceAt, lastRaisedAt, evidence } = alarm
  const { from, until, origin } = evidence['reference'] as Reference
  const since = sinceAt.toISOString()
  const current = {
    service,
    since,
    until: new Date(Math.max(lastRaisedAt.getTime(), sinceAt.getTime()) + 1_000).toISOString(),
  }
  const texts = hasTexts(config, monitor)
  const seed = '0'
  function request(): DriftRequest {
    if (origin?.kind === 'dataset')
      return {
        reference: { dataset: origin.version },
        current,
        columns: [{ name: origin.column, current: 'question' }],
        seed,
      }
    if (origin?.kind !== 'evaluation')
      return { reference: { service, since: from, until }, current, texts, seed }
    const { release } = origin
    return {
      reference: { service, release, since: until, until: since },
      current: { ...current, release },
      texts,
      seed,
    }
  }
  if (origin?.kind === 'evaluation' && until >= since)
    return {
      not_explained:
        'There was no traffic between the evaluation and the change that what came since could be compared with.',
    }
  try {
    const datasetTenant = origin?.kind === 'dataset' ? origin.tenant : undefined
    const caller = { tenant: undefined, datasetTenant, author: `monitor ${monitor}`, keyId: undefined }
    await drift.start(caller, request(), id)
    return { drift_report: id }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { not_explained: error.message }
  }
}

/** Words explain an alarm where its monitor has been told to look at what is said. */
function hasTexts({ monitors }: Config, monitor: string): boolean {
  return Object.values(monitors[monitor]?.streams ?? {}).some(readsTexts)
}
