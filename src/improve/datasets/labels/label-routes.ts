import { z } from 'zod'
import { reviewPriorities } from '../../../foundation/config/index.ts'
import { type AnyRoute, defineRoute, Failure } from '../../../foundation/platform/index.ts'
import type { Access, Principal } from '../../../govern/access/index.ts'
import { publishedSchema, taskSchema, toWirePublished, toWireTask } from '../datasets-wire.ts'
import type { ResolvedVersion } from '../datasets.ts'
import {
  callerOf,
  limitQuery,
  namePath,
  resolveNamed,
  revisionText,
  tag,
  tenantOf,
  tenantQuery,
} from '../routes-context.ts'
import { applyDecisions } from './apply-decisions.ts'
import { agreementParameters, annotatorsParameters, suspectsParameters } from './label-parameters.ts'
import { labelReportResult } from './label-report.ts'
import { findLabelReport, type LabelReport, listLabelReports } from './label-report-store.ts'
import { consensusBody, consensusKind } from './publish-consensus.ts'
import { planAgreement, planAnnotators, planSuspects } from './label-work.ts'
import type { LabelsContext } from './labels-context.ts'
import { sendSuspects } from './send-suspects.ts'

const versionPath = namePath.extend({ revision: revisionText })
const workQuery = z.object({
  tenant: tenantQuery,
  split: z.string().max(50).optional().describe('Only rows of this split.'),
})
const reportPath = z.object({ id: z.uuid() })
const reportQuery = z.object({ most: limitQuery(200, 20_000).describe('Suspects or items to list.') })
const listQuery = z.object({
  tenant: tenantQuery,
  version: revisionText.optional().describe('Only those of this version.'),
  limit: limitQuery(20, 100),
})
const sendBody = z.strictObject({
  most: z.int().min(1).max(20_000).default(200).describe('The most suspect of them.'),
  people: z.int().min(1).max(5).default(1).describe('How many have to answer each.'),
  priority: z.enum(reviewPriorities).default('normal'),
  due_minutes: z.int().min(1).max(525_600).default(10_080),
  question: z.string().trim().min(3).max(1_000).optional(),
  show: z
    .array(z.string().max(200))
    .min(1)
    .max(20)
    .optional()
    .describe('Columns that people see; what the labels were told from by default.'),
})
const applyBody = z.strictObject({
  branch: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe(
      'That the new version is published on; a new one that begins at the version looked at by default.',
    ),
  message: z.string().max(2_000).optional(),
})

const summarySchema = z
  .object({
    id: z.string(),
    tenant: z.string(),
    dataset: z.string(),
    version: z.string(),
    number: z.int(),
    kind: z.enum(['agreement', 'annotators', 'suspects']),
    split: z.string().nullable(),
    parameters: z.looseObject({}),
    author: z.string(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'LabelReportSummary' })
const reviewsSchema = z
  .object({ pending: z.int(), decided: z.int(), withdrawn: z.int() })
  .describe('What was asked of people about its suspects.')
const reportSchema = summarySchema
  .extend({ result: labelReportResult, reviews: reviewsSchema })
  .meta({ id: 'LabelReport' })
const appliedSchema = z
  .object({
    branch: z.string(),
    publication: publishedSchema.nullable().describe('Null where nothing was to be changed.'),
    decided: z.int(),
    pending: z.int(),
    changed: z.int(),
    applied: z.int().describe('Changed so before.'),
    confirmed: z.int(),
    undecided: z.int().describe('People differ, or cannot tell.'),
    stale: z.int().describe('The row is gone or has another label by now; it was left alone.'),
  })
  .meta({ id: 'AppliedLabels' })

/** The rows for labels: agreement, annotators, suspects; to people and back. */
export function labelRoutes(options: {
  readonly context: LabelsContext
  readonly access: Pick<Access, 'visibleTenant'>
}): AnyRoute<Principal>[] {
  const { context, access } = options
  const { database, datasets } = context

  async function getReport(id: string, principal: Principal): Promise<LabelReport> {
    const report = await findLabelReport(database, access.visibleTenant(principal), id)
    if (!report) throw new Failure('not_found', `There is no report on labels ${id}.`)
    return report
  }

  const startRoute = <Body extends z.ZodType>(
    what: string,
    operationId: string,
    summary: string,
    kind: string,
    body: Body,
    plan: (version: ResolvedVersion, asked: z.output<Body>, principal: Principal) => unknown,
  ): AnyRoute<Principal> =>
    defineRoute<Principal, typeof versionPath, typeof workQuery, Body>({
      method: 'POST',
      path: `/api/datasets/{name}/versions/{revision}/labels/${what}`,
      operationId,
      summary,
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: versionPath, query: workQuery, body },
      output: taskSchema,
      status: 202,
      handle: async ({ path, query, body: asked }, request) => {
        const version = await resolveNamed({ datasets }, tenantOf(options, request.principal, query.tenant), {
          ...path,
          split: query.split,
        })
        // what cannot be done is said at once
        plan(version, asked as z.output<Body>, request.principal)
        const task = await datasets.tasks.start(callerOf(options, request, query.tenant), {
          kind,
          dataset: version.dataset.name,
          parameters: {
            version: version.version.id,
            dataset: version.dataset.name,
            ...(query.split !== undefined && { split: query.split }),
            options: asked,
          },
        })
        return toWireTask(task)
      },
    })

  return [
    startRoute(
      'agreement',
      'measureLabelAgreement',
      'Measures how far annotators agree, in the background: the task’s result names the report.',
      'measure-agreement',
      agreementParameters,
      planAgreement,
    ),
    startRoute(
      'annotators',
      'rateAnnotators',
      'Estimates how good each annotator is and what each item most likely is, in the background.',
      'rate-annotators',
      annotatorsParameters,
      planAnnotators,
    ),
    startRoute(
      'suspects',
      'findLabelSuspects',
      'Looks for labels that are probably wrong, in the background.',
      'find-suspects',
      suspectsParameters,
      (version, asked, principal) => {
        if (asked.service !== undefined && !context.mayCall(principal, asked.service))
          throw new Failure(
            'not_found',
            `There is no service \`${asked.service}\`, or your key may not call it.`,
            {
              details: { parameter: 'service' },
            },
          )
        return planSuspects(version, asked)
      },
    ),
    defineRoute<Principal, typeof namePath, typeof listQuery>({
      method: 'GET',
      path: '/api/datasets/{name}/label-reports',
      operationId: 'listLabelReports',
      summary: 'Reports on the labels of a dataset, the newest first.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: namePath, query: listQuery },
      output: z.object({ data: z.array(summarySchema) }),
      handle: async ({ path, query }, { principal }) => {
        const dataset = await datasets.get(tenantOf(options, principal, query.tenant), path.name)
        const version =
          query.version === undefined
            ? undefined
            : await resolveNamed({ datasets }, tenantOf(options, principal, query.tenant), {
                name: path.name,
                revision: query.version,
              })
        const reports = await listLabelReports(database, {
          datasetId: dataset.id,
          versionId: version?.version.id,
          limit: query.limit,
        })
        return { data: reports.map(toWireSummary) }
      },
    }),
    defineRoute<Principal, typeof reportPath, typeof reportQuery>({
      method: 'GET',
      path: '/api/label-reports/{id}',
      operationId: 'readLabelReport',
      summary: 'One report on labels.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: reportPath, query: reportQuery },
      output: reportSchema,
      handle: async ({ path, query }, { principal }) => {
        const report = await getReport(path.id, principal)
        const { tenant, id } = report
        const reviews = await context.examples.count({ tenant, purpose: 'label-suspects', subject: id })
        return { ...toWireSummary(report), result: cut(report.result, query.most), reviews }
      },
    }),
    defineRoute<Principal, typeof reportPath, undefined, typeof sendBody>({
      method: 'POST',
      path: '/api/label-reports/{id}/reviews',
      operationId: 'sendLabelSuspects',
      summary:
        'Asks people which label of the most suspect rows is right; what was asked before is not asked again.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: reportPath, body: sendBody },
      output: z.object({ asked: z.int(), known: z.int() }),
      handle: async ({ path, body }, request) => {
        const report = await getReport(path.id, request.principal)
        return await sendSuspects(
          context,
          report,
          {
            most: body.most,
            people: body.people,
            priority: body.priority,
            dueMinutes: body.due_minutes,
            question: body.question,
            show: body.show,
          },
          callerOf(options, request, report.tenant),
        )
      },
    }),
    defineRoute<Principal, typeof reportPath>({
      method: 'DELETE',
      path: '/api/label-reports/{id}/reviews',
      operationId: 'withdrawLabelSuspects',
      summary: 'Asks no longer what waits; what was decided stays.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: reportPath },
      output: z.object({ withdrawn: z.int() }),
      handle: async ({ path }, request) => {
        const { tenant, id, dataset, versionNumber } = await getReport(path.id, request.principal)
        const withdrawn = await context.examples.withdraw({ tenant, purpose: 'label-suspects', subject: id })
        const caller = callerOf(options, request, tenant)
        await context.audit.record({
          actor: { id: caller.keyId ?? 'system', name: caller.author },
          action: 'dataset:withdraw-reviews',
          subject: `dataset:${dataset}@${versionNumber}`,
          tenant,
          requestId: caller.requestId,
          after: { report: id, withdrawn },
        })
        return { withdrawn }
      },
    }),
    defineRoute<Principal, typeof reportPath, undefined, typeof consensusBody>({
      method: 'POST',
      path: '/api/label-reports/{id}/consensus',
      operationId: 'publishLabelConsensus',
      summary:
        'Publishes what each item of a report on annotators most likely is as a version, in the background.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: reportPath, body: consensusBody },
      output: taskSchema,
      status: 202,
      handle: async ({ path, body }, request) => {
        const { id, kind, dataset, versionId, split, parameters, tenant } = await getReport(
          path.id,
          request.principal,
        )
        if (kind !== 'annotators')
          throw new Failure(
            'invalid_request',
            `The report ${id} is one of ${kind}; a consensus comes of one of annotators.`,
          )
        const task = await datasets.tasks.start(callerOf(options, request, tenant), {
          kind: consensusKind,
          dataset,
          parameters: {
            ...body,
            report: id,
            dataset,
            version: versionId,
            ...(split !== undefined && { split }),
            options: parameters,
          },
        })
        return toWireTask(task)
      },
    }),
    defineRoute<Principal, typeof reportPath, undefined, typeof applyBody>({
      method: 'POST',
      path: '/api/label-reports/{id}/apply',
      operationId: 'applyLabelDecisions',
      summary: 'Publishes what people decided of suspects as a new version.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: reportPath, body: applyBody },
      output: appliedSchema,
      handle: async ({ path, body }, request) => {
        const report = await getReport(path.id, request.principal)
        const { published, ...applied } = await applyDecisions(
          context,
          report,
          { branch: body.branch, message: body.message },
          callerOf(options, request, report.tenant),
        )
        return { ...applied, publication: published ? toWirePublished(published) : null }
      },
    }),
  ]
}

function toWireSummary(report: Omit<LabelReport, 'result'>): z.output<typeof summarySchema> {
  return {
    id: report.id,
    tenant: report.tenant,
    dataset: report.dataset,
    version: report.versionId,
    number: report.versionNumber,
    kind: report.kind,
    split: report.split ?? null,
    parameters: { ...(report.parameters as object) },
    author: report.author,
    created_at: report.createdAt.toISOString(),
  }
}

function cut(result: LabelReport['result'], most: number): LabelReport['result'] {
  if (result.kind === 'suspects') return { ...result, suspects: result.suspects.slice(0, most) }
  if (result.kind === 'annotators')
    return {
      ...result,
      consensus: result.consensus.slice(0, most),
      is_cut: result.is_cut || result.consensus.length > most,
    }
  return result
}
