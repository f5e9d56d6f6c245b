import { z } from 'zod'
import type { DatasetVersion } from './dataset.ts'
import type { Dataset, Published } from './datasets.ts'
import { columnTypes, type Definition } from './definition.ts'
import type { DatasetRef } from './stores/ref-store.ts'
import type { DatasetTask } from './task.ts'

const moment = z.iso.datetime()

export const columnSchema = z.object({
  name: z.string(),
  type: z.enum(columnTypes),
  nullable: z.boolean(),
})

const checkSummarySchema = z.object({
  check: z.string(),
  severity: z.enum(['error', 'warn']),
  outcome: z.enum(['passed', 'failed', 'skipped']),
  rows: z.int().nullable().describe('Rows at fault; null where the fault is of the whole.'),
})

export const versionSchema = z
  .object({
    id: z.string().describe('SHA-256 of the manifest.'),
    number: z.int(),
    dataset: z.string(),
    tenant: z.string(),
    rows: z.int(),
    content_hash: z.string().describe('Of schema and rows alone: equal where the content is.'),
    columns: z.array(columnSchema),
    key: z.array(z.string()),
    parents: z.array(z.string()),
    source: z.looseObject({ kind: z.string() }),
    definition_hash: z.string(),
    checks: z.array(checkSummarySchema),
    author: z.string(),
    message: z.string(),
    segments: z.int(),
    bytes: z.int().describe('Of all its objects; most are shared with other versions.'),
    created_at: moment,
  })
  .meta({ id: 'DatasetVersion' })

export function toWireVersion({ id, number, manifest }: DatasetVersion): z.output<typeof versionSchema> {
  return {
    id,
    number,
    dataset: manifest.dataset,
    tenant: manifest.tenant,
    rows: manifest.rows,
    content_hash: manifest.contentHash,
    columns: manifest.schema.columns.map(({ name, type, isNullable }) => ({
      name,
      type,
      nullable: isNullable,
    })),
    key: [...manifest.schema.key],
    parents: [...manifest.parents],
    source: { ...manifest.source },
    definition_hash: manifest.definitionHash,
    checks: manifest.checks.map(check => ({ ...check, rows: check.rows ?? null })),
    author: manifest.author,
    message: manifest.message,
    segments: manifest.segments.length,
    bytes: manifest.segments.reduce((sum, segment) => sum + segment.bytes + (segment.removed?.bytes ?? 0), 0),
    created_at: manifest.createdAt,
  }
}

export const refSchema = z
  .object({
    name: z.string(),
    kind: z.enum(['branch', 'tag']),
    version: z.string(),
    number: z.int(),
    author: z.string(),
    updated_at: moment,
  })
  .meta({ id: 'DatasetRef' })

export function toWireRef(ref: DatasetRef): z.output<typeof refSchema> {
  return {
    name: ref.name,
    kind: ref.kind,
    version: ref.versionId,
    number: ref.versionNumber,
    author: ref.author,
    updated_at: ref.updatedAt.toISOString(),
  }
}

const splitPartSchema = z.object({ name: z.string(), share: z.number() })

export const datasetSchema = z
  .object({
    name: z.string(),
    tenant: z.string(),
    description: z.string(),
    created_at: moment,
    key: z.array(z.string()),
    splits: z.array(splitPartSchema).nullable().describe('Of the newest definition.'),
    roles: z.record(z.string(), z.string()).describe('What columns are for, by their names.'),
    definition: z
      .object({ hash: z.string(), text: z.string(), author: z.string(), created_at: moment })
      .describe('What the next version is held to.'),
    refs: z.array(refSchema),
    head: versionSchema
      .nullable()
      .describe('Of the branch `main`, or of the newest branch where there is none.'),
  })
  .meta({ id: 'Dataset' })

export function toWireDataset(
  dataset: Dataset,
  refs: readonly DatasetRef[],
  head: DatasetVersion | undefined,
): z.output<typeof datasetSchema> {
  const { definition } = dataset
  return {
    name: dataset.name,
    tenant: dataset.tenant,
    description: dataset.description,
    created_at: dataset.createdAt.toISOString(),
    key: definition.parsed.key,
    splits: partsOf(definition.parsed),
    roles: Object.fromEntries(
      Object.entries(definition.parsed.columns).flatMap(([name, { role }]) => (role ? [[name, role]] : [])),
    ),
    definition: {
      hash: definition.hash,
      text: definition.text,
      author: definition.author,
      created_at: definition.createdAt.toISOString(),
    },
    refs: refs.map(toWireRef),
    head: head ? toWireVersion(head) : null,
  }
}

function partsOf({ splits }: Definition): { name: string; share: number }[] | null {
  if (!splits) return null
  const parts = Object.entries(splits.parts)
  const whole = parts.reduce((sum, [, size]) => sum + size, 0)
  return parts.map(([name, size]) => ({ name, share: size / whole }))
}

export const publishedSchema = z
  .object({
    version: versionSchema,
    is_new: z
      .boolean()
      .describe('False where nothing had changed, and the version is the one that was there.'),
    added: z.int(),
    changed: z.int(),
    removed: z.int(),
    stored_bytes: z.int().describe('What was not stored before.'),
    report: z.string().nullable().describe('The report of the checks.'),
  })
  .meta({ id: 'DatasetPublication' })

export function toWirePublished(published: Published): z.output<typeof publishedSchema> {
  return {
    version: toWireVersion(published.version),
    is_new: published.isNew,
    added: published.added,
    changed: published.changed,
    removed: published.removed,
    stored_bytes: published.storedBytes,
    report: published.reportId ?? null,
  }
}

export const taskSchema = z
  .object({
    id: z.string(),
    tenant: z.string(),
    dataset: z.string().nullable(),
    kind: z.string(),
    state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
    progress: z.number().describe('0 to 1.'),
    step: z.string().describe('What is done now.'),
    result: z.unknown().describe('What came of it, by its kind; null before its end.'),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    author: z.string(),
    attempts: z.int().describe('How often it was begun; more than once after a crash of the server.'),
    created_at: moment,
    started_at: moment.nullable(),
    ended_at: moment.nullable(),
  })
  .meta({ id: 'DatasetTask' })

export function toWireTask(task: DatasetTask): z.output<typeof taskSchema> {
  return {
    id: task.id,
    tenant: task.tenant,
    dataset: task.dataset ?? null,
    kind: task.kind,
    state: task.state,
    progress: task.progress,
    step: task.step,
    result: task.result ?? null,
    error: task.error ?? null,
    author: task.author,
    attempts: task.attempts,
    created_at: task.createdAt.toISOString(),
    started_at: task.startedAt?.toISOString() ?? null,
    ended_at: task.endedAt?.toISOString() ?? null,
  }
}

export const keyedRowSchema = z.object({
  key: z.string().describe('Names the row in every version: the JSON list of its key, or its hash and copy.'),
  row: z.record(z.string(), z.unknown()),
})
