import { Failure } from '../../../foundation/platform/index.ts'
import type { Row, RowKey } from '../dataset.ts'
import type { DatasetCaller, KeyedRow, Published, ResolvedVersion } from '../datasets.ts'
import { baseOf, toCell } from './decision-base.ts'
import type { LabelReport } from './label-report-store.ts'
import type { LabelsContext } from './labels-context.ts'

export interface AppliedDecisions {
  /** `undefined` where nothing was to be changed. */
  readonly published: Published | undefined
  readonly branch: string
  readonly decided: number
  readonly pending: number
  /** Labels that people changed. */
  readonly changed: number
  /** That were changed so before. */
  readonly applied: number
  /** That they left as they were. */
  readonly confirmed: number
  /** Of which they differ, or which they cannot tell. */
  readonly undecided: number
  /** Rows that are gone or whose label is another by now; they are left alone. */
  readonly stale: number
}

const rowsAtOnce = 1_000

/**
 * Makes what people decided a new version: on a branch of its own that begins at the version that was looked at, or on top of
 * one that is there, where a row is changed only if its label still is what people were asked about.
 */
export async function applyDecisions(
  context: LabelsContext,
  report: LabelReport,
  options: { readonly branch: string | undefined; readonly message: string | undefined },
  caller: DatasetCaller,
): Promise<AppliedDecisions> {
  const { datasets, examples } = context
  const { result } = report
  if (result.kind !== 'suspects')
    throw new Failure(
      'invalid_request',
      `The report ${report.id} is one of ${result.kind}; only decisions on suspects can be applied.`,
    )
  const asked = { tenant: report.tenant, purpose: 'label-suspects', subject: report.id } as const
  const [decisions, counts] = await Promise.all([examples.decisions(asked), examples.count(asked)])
  if (decisions.length === 0)
    throw new Failure(
      'conflict',
      counts.pending > 0
        ? `Nobody has decided yet; ${counts.pending} wait in the queue of reviews.`
        : 'No suspects of this report were sent to people. Send them first (`--send-to-review`).',
    )
  const branch = options.branch ?? `labels-${report.id.slice(-8)}`
  const base = await baseOf(datasets, report, branch)
  const given = new Map(result.suspects.map(suspect => [suspect.key, suspect.given]))
  const told = decisions.filter(({ answer }) => answer !== undefined)
  const rows = await readByKey(
    context,
    base,
    told.map(({ item }) => item),
  )
  const upserts: Row[] = []
  /** Rows without a key are named by what they hold: another label is another row, and the old one goes. */
  const deletes: RowKey[] = []
  const { schema } = base.version.manifest
  let [confirmed, stale, applied] = [0, 0, 0]
  const type = schema.columns.find(({ name }) => name === result.label_column)?.type
  for (const { item, answer = '' } of told) {
    const row = rows.get(item)?.row
    const label = row && asLabel(row[result.label_column])
    if (label === answer && answer !== given.get(item)) applied += 1
    else if (!row || label !== given.get(item)) stale += 1
    else if (answer === label) confirmed += 1
    else {
      upserts.push({ ...row, [result.label_column]: toCell(answer, type) })
      if (schema.key.length === 0) deletes.push(item)
    }
  }
  const reviewers = new Set(decisions.flatMap(decision => decision.reviewers)).size
  const published =
    upserts.length === 0
      ? undefined
      : await datasets.commit({
          caller: { ...caller, author: 'reviewers' },
          dataset: report.dataset,
          branch,
          parent: base.version.id,
          message:
            options.message ??
            `${upserts.length} labels of ${told.length} suspects changed by ${reviewers} ${reviewers === 1 ? 'reviewer' : 'reviewers'}`,
          source: {
            kind: 'derived',
            of: report.versionId,
            by: 'label-reviews',
            parameters: { report: report.id, changed: upserts.length, confirmed, reviewers },
          },
          upserts,
          deletes,
        })
  await context.audit.record({
    actor: { id: caller.keyId ?? 'system', name: caller.author },
    action: 'dataset:apply-labels',
    subject: `dataset:${report.dataset}@${branch}`,
    tenant: report.tenant,
    requestId: caller.requestId,
    before: base.version.id,
    after: { version: published?.version.id ?? null, report: report.id, changed: upserts.length },
  })
  return {
    published,
    branch,
    decided: decisions.length,
    pending: counts.pending,
    changed: upserts.length,
    confirmed,
    applied,
    undecided: decisions.length - told.length,
    stale,
  }
}

async function readByKey(
  { datasets }: LabelsContext,
  version: ResolvedVersion,
  keys: readonly string[],
): Promise<Map<string, KeyedRow>> {
  const rows = new Map<string, KeyedRow>()
  for (let from = 0; from < keys.length; from += rowsAtOnce) {
    let after: string | undefined
    do {
      const page = await datasets.readRows(version, {
        keys: keys.slice(from, from + rowsAtOnce),
        limit: rowsAtOnce,
        after,
      })
      for (const row of page.rows) rows.set(row.key, row)
      after = page.next
    } while (after !== undefined)
  }
  return rows
}

function asLabel(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}
