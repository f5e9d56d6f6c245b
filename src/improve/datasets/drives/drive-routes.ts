import { z } from 'zod'
import { type AnyRoute, defineRoute, Failure } from '../../../foundation/platform/index.ts'
import type { Access, Principal } from '../../../govern/access/index.ts'
import { withinReach } from '../collect/collect-routes.ts'
import { publishedSchema, taskSchema, toWirePublished, toWireTask } from '../datasets-wire.ts'
import {
  callerOf,
  limitQuery,
  namePath,
  onlyTenant,
  resolveNamed,
  tag,
  tenantOf,
  tenantQuery,
} from '../routes-context.ts'
import { applyDrive } from './apply-drive.ts'
import { type Drive, driveBody } from './drive.ts'
import { findDrive, listDrives } from './drive-store.ts'
import type { DrivesContext } from './drives-context.ts'
import { planDrive } from './plan-drive.ts'
import { type DriveProgress, readProgress } from './read-progress.ts'
import { driveKind } from './start-drive.ts'
import { withdrawDrive } from './withdraw-drive.ts'

const drivePath = z.object({ id: z.uuid() })
const listQuery = z.object({ tenant: tenantQuery, limit: limitQuery(10, 50) })
const applyBody = z.strictObject({
  branch: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('That the rows are published on; a new one that begins at the version looked at by default.'),
  message: z.string().max(2_000).optional(),
})

const driveSchema = z
  .object({
    id: z.string(),
    tenant: z.string(),
    dataset: z.string(),
    version: z.string(),
    number: z.int(),
    label: z.string(),
    input: z.string(),
    fields: z
      .array(z.object({ column: z.string(), choices: z.array(z.string()) }))
      .describe('What people say of each example.'),
    budget: z.int(),
    people: z.int(),
    looked_at: z.int(),
    left_out: z.array(z.object({ why: z.string(), count: z.int() })),
    needs: z.array(
      z.object({
        kind: z.enum(['slice', 'label']),
        name: z.string(),
        rows: z.int(),
        missing: z.int().describe('When it was looked at.'),
        asked: z.int().describe('Examples that people were asked about for it.'),
        expected: z.number().describe('Of them, how many were expected to be of it.'),
        answered: z.int().describe('Of them, those of which people have said all.'),
        found: z.int().describe('Answered examples of the whole drive that are of it.'),
        still_missing: z.int(),
      }),
    ),
    candidates: z.int(),
    answered: z.int(),
    undecided: z.int().describe('People differ, or cannot tell.'),
    questions: z.object({ pending: z.int(), decided: z.int(), withdrawn: z.int() }),
    author: z.string(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'CollectionDrive' })
const appliedSchema = z
  .object({
    branch: z.string(),
    publication: publishedSchema.nullable().describe('Null where nothing was to be added.'),
    added: z.int(),
    known: z.int().describe('That the branch has already.'),
    undecided: z.int(),
    gone: z.int().describe('What was said is kept no more, or may not be used any more.'),
  })
  .meta({ id: 'AppliedDrive' })

/** The rows for drives: what a version lacks, looked for in traffic, to people and back. */
export function driveRoutes(options: {
  readonly context: DrivesContext
  readonly access: Pick<Access, 'visibleTenant'>
}): AnyRoute<Principal>[] {
  const { context, access } = options
  const { database, datasets } = context

  async function getDrive(id: string, principal: Principal): Promise<Drive> {
    const drive = await findDrive(database, access.visibleTenant(principal), id)
    if (!drive) throw new Failure('not_found', `There is no drive ${id}.`)
    return drive
  }

  return [
    defineRoute<Principal, typeof namePath, typeof onlyTenant, typeof driveBody>({
      method: 'POST',
      path: '/api/datasets/{name}/drives',
      operationId: 'startCollectionDrive',
      summary:
        'Looks through traffic for what a version has too few rows of and asks people what it is, in the background: the drive has the id of the task.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: namePath, query: onlyTenant, body: driveBody },
      output: taskSchema,
      status: 202,
      handle: async ({ path, query, body }, request) => {
        const caller = callerOf(options, request, query.tenant)
        const version = await resolveNamed({ datasets }, caller.tenant, {
          name: path.name,
          revision: body.revision,
        })
        planDrive(version, body)
        const { filter } = body
        const until = filter.until ?? new Date(context.now()).toISOString()
        const task = await datasets.tasks.start(caller, {
          kind: driveKind,
          dataset: version.dataset.name,
          parameters: {
            ...body,
            dataset: version.dataset.name,
            revision: version.version.id,
            // the same span of time where it is run again after a crash
            filter: withinReach({ ...filter, until }, request.principal),
          },
        })
        return toWireTask(task)
      },
    }),
    defineRoute<Principal, typeof namePath, typeof listQuery>({
      method: 'GET',
      path: '/api/datasets/{name}/drives',
      operationId: 'listCollectionDrives',
      summary: 'Drives of a dataset and how far they are, the newest first.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: namePath, query: listQuery },
      output: z.object({ data: z.array(driveSchema) }),
      handle: async ({ path, query }, { principal }) => {
        const dataset = await datasets.get(tenantOf(options, principal, query.tenant), path.name)
        const drives = await listDrives(database, dataset.id, query.limit)
        return {
          data: await Promise.all(
            drives.map(async drive => toWire(drive, await readProgress(context, drive))),
          ),
        }
      },
    }),
    defineRoute<Principal, typeof drivePath>({
      method: 'GET',
      path: '/api/drives/{id}',
      operationId: 'readCollectionDrive',
      summary: 'One drive: what was lacking, what people were asked and said, what is lacking still.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: drivePath },
      output: driveSchema,
      handle: async ({ path }, { principal }) => {
        const drive = await getDrive(path.id, principal)
        return toWire(drive, await readProgress(context, drive))
      },
    }),
    defineRoute<Principal, typeof drivePath>({
      method: 'DELETE',
      path: '/api/drives/{id}/reviews',
      operationId: 'withdrawCollectionDrive',
      summary:
        'Asks no longer what waits; what was said stays, and what was not may be asked by another drive.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: drivePath },
      output: z.object({ withdrawn: z.int() }),
      handle: async ({ path }, request) => {
        const drive = await getDrive(path.id, request.principal)
        return await withdrawDrive(context, drive, callerOf(options, request, drive.tenant))
      },
    }),
    defineRoute<Principal, typeof drivePath, undefined, typeof applyBody>({
      method: 'POST',
      path: '/api/drives/{id}/apply',
      operationId: 'applyCollectionDrive',
      summary: 'Publishes what people said as rows of a new version.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: drivePath, body: applyBody },
      output: appliedSchema,
      handle: async ({ path, body }, request) => {
        const drive = await getDrive(path.id, request.principal)
        const { published, ...applied } = await applyDrive(
          context,
          drive,
          { branch: body.branch, message: body.message },
          callerOf(options, request, drive.tenant),
          request.signal,
        )
        return { ...applied, publication: published ? toWirePublished(published) : null }
      },
    }),
  ]
}

function toWire(drive: Drive, progress: DriveProgress): z.output<typeof driveSchema> {
  const { plan } = drive
  return {
    id: drive.id,
    tenant: drive.tenant,
    dataset: drive.dataset,
    version: drive.versionId,
    number: drive.versionNumber,
    label: plan.label,
    input: plan.input,
    fields: plan.fields.map(({ column, choices }) => ({ column, choices: [...choices] })),
    budget: plan.budget,
    people: plan.people,
    looked_at: plan.counts.lookedAt,
    left_out: plan.counts.leftOut.map(one => ({ ...one })),
    needs: progress.needs.map(
      ({ kind, name, rows, missing, asked, expected, answered, found, stillMissing }) => ({
        kind,
        name,
        rows,
        missing,
        asked,
        expected,
        answered,
        found,
        still_missing: stillMissing,
      }),
    ),
    candidates: progress.candidates,
    answered: progress.answered,
    undecided: progress.undecided,
    questions: { ...progress.questions },
    author: drive.author,
    created_at: drive.createdAt.toISOString(),
  }
}
