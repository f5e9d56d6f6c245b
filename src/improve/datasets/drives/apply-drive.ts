import { Failure } from '../../../foundation/platform/index.ts'
import { refusalOf } from '../collect/consent.ts'
import { readExamples } from '../collect/find-examples.ts'
import type { Row } from '../dataset.ts'
import type { DatasetCaller, Published } from '../datasets.ts'
import { baseOf, toCell } from '../labels/decision-base.ts'
import type { Drive } from './drive.ts'
import { drivePurpose, type DrivesContext } from './drives-context.ts'
import { planDrive } from './plan-drive.ts'
import { readAnswered } from './read-answered.ts'
import { readProgress } from './read-progress.ts'
import { toRow } from './to-candidate.ts'

export interface AppliedDrive {
  /** `undefined` where nothing was to be added. */
  readonly published: Published | undefined
  readonly branch: string
  readonly added: number
  /** That the branch has already. */
  readonly known: number
  readonly undecided: number
  /** What was said is kept no more, or may not be used any more. */
  readonly gone: number
}

const rowsAtOnce = 1_000

/**
 * Makes rows of what people have said, on a branch of its own or on one that is there. What was said is read anew and masked; whether
 * it may be used is asked once more.
 */
export async function applyDrive(
  context: DrivesContext,
  drive: Drive,
  options: { readonly branch: string | undefined; readonly message: string | undefined },
  caller: DatasetCaller,
  signal: AbortSignal,
): Promise<AppliedDrive> {
  const { datasets, collect } = context
  const { answered, undecided, reviewers } = await readAnswered(context, drive)
  if (answered.size === 0) {
    const { pending } = await context.examples.count({
      tenant: drive.tenant,
      purpose: drivePurpose,
      subject: drive.id,
    })
    throw new Failure(
      'conflict',
      pending > 0
        ? `Nobody has said all of any example yet; ${pending} questions wait in the queue of reviews.`
        : 'People have told nothing of this drive, and nothing waits.',
    )
  }
  const branch = options.branch ?? `drive-${drive.id.slice(-8)}`
  const base = await baseOf(datasets, drive, branch)
  const { label, input, fields } = drive.plan
  const plan = planDrive(base, {
    of: 'labels',
    label,
    input,
    slices: undefined,
  })
  const types = new Map(base.version.manifest.schema.columns.map(({ name, type }) => [name, type]))
  const asked = new Set(fields.map(({ column }) => column))
  const columns = plan.columns.filter(({ name }) => !asked.has(name))
  const there = await keysIn()
  const ids = [...answered.keys()].filter(id => !there.has(id)).toSorted()
  const upserts: Row[] = []
  for await (const page of readExamples(collect, drive.tenant, drive.plan.filter, ids, signal))
    for (const { value } of page.examples) {
      const row = toRow(value, columns, plan)
      const id = String(value['id'])
      if (!row || refusalOf(collect.permissions, drive.tenant, String(value['service']))) continue
      const said = Object.entries(answered.get(id) ?? {}).map(([name, answer]) => [
        name,
        toCell(answer, types.get(name)),
      ])
      upserts.push({ ...row, ...Object.fromEntries(said) })
    }
  const { needs } = await readProgress(context, drive)
  const published =
    upserts.length === 0
      ? undefined
      : await datasets.commit({
          caller: { ...caller, author: 'reviewers' },
          dataset: drive.dataset,
          branch,
          parent: base.version.id,
          message:
            options.message ??
            `${upserts.length} rows of traffic, labelled by ${reviewers} ${reviewers === 1 ? 'reviewer' : 'reviewers'}`,
          source: {
            kind: 'derived',
            of: drive.versionId,
            by: 'collection-drive',
            parameters: {
              drive: drive.id,
              rows: upserts.length,
              reviewers,
              services: drive.plan.filter.services ?? null,
              found: Object.fromEntries(needs.map(({ name, found }) => [name, found])),
            },
          },
          upserts,
          signal,
        })
  await context.audit.record({
    actor: { id: caller.keyId ?? 'system', name: caller.author },
    action: 'dataset:apply-drive',
    subject: `dataset:${drive.dataset}@${branch}`,
    tenant: drive.tenant,
    requestId: caller.requestId,
    before: base.version.id,
    after: { version: published?.version.id ?? null, drive: drive.id, added: upserts.length },
  })
  return {
    published,
    branch,
    added: upserts.length,
    known: there.size,
    undecided: undecided.size,
    gone: ids.length - upserts.length,
  }

  /** Of the answered inferences, those that the branch has as rows. */
  async function keysIn(): Promise<Set<string>> {
    const wanted = [...answered.keys()]
    const found = new Set<string>()
    for (let from = 0; from < wanted.length; from += rowsAtOnce) {
      const keys = wanted.slice(from, from + rowsAtOnce).map(id => JSON.stringify([id]))
      for await (const { key } of datasets.scanRows(base, { keys, columns: [plan.key], signal }))
        found.add((JSON.parse(key) as [string])[0])
    }
    return found
  }
}
