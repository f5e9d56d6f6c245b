import { z } from 'zod'
import {
  type ConfigSnapshot,
  guardHash,
  guardActions,
  guardModes,
  guardStages,
  policyHash,
} from '../../foundation/config/index.ts'
import { type AnyRoute, type Database, defineRoute, Failure } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import { checkKinds } from './check-kinds.ts'
import { sumCounts } from './evidence/count-store.ts'
import type { Evidence } from './evidence/evidence.ts'
import { findPolicy, findReport, listReports, type StoredReport } from './evidence/report-store.ts'
import { verdictOutcomes } from './verdict.ts'

const guard = z.object({
  name: z.string(),
  hash: z.string().describe('Of what the entry does, whatever its mode: reports are of it.'),
  check: z.string(),
  stages: z.array(z.enum(guardStages)),
  mode: z.enum(guardModes),
  action: z.enum(guardActions),
  timeout_ms: z.int(),
  on_error: z.enum(['closed', 'open', 'fallback']),
  on_timeout: z.enum(['closed', 'open', 'fallback']),
  report: z.string().nullable().describe('The report that it is enforced on.'),
  waived: z.string().nullable().describe('Why it is enforced without one.'),
})

const policy = z
  .object({
    name: z.string(),
    hash: z.string().describe('Names the policy as it stands; recorded on every inference.'),
    description: z.string().nullable(),
    services: z.array(z.object({ service: z.string(), tenant: z.string().nullable() })),
    guards: z.array(guard),
  })
  .meta({ id: 'Policy' })

const count = z
  .object({
    service: z.string(),
    policy_hash: z.string(),
    guard: z.string(),
    check: z.string(),
    stage: z.string(),
    mode: z.string(),
    outcome: z.enum(verdictOutcomes),
    inferences: z.int(),
    findings: z.int(),
    scanned_chars: z.int(),
    mean_ms: z.number().describe('What it took for one inference, in milliseconds.'),
  })
  .meta({ id: 'VerdictCount' })

const reportContent = z.object({
  policy: z.string(),
  guard: z.string(),
  guard_hash: z.string(),
  check: z.string(),
  action: z.string(),
  threshold: z.number(),
  since: z.string(),
  until: z.string(),
  looked: z.int().describe('Pairs of an inference and a stage that it looked at.'),
  would_have_acted: z.int(),
  share: z.number(),
  share_upper: z.number().describe('What the share is at most, 95 % sure however often somebody looks.'),
  findings: z.int(),
  errors: z.int(),
  timeouts: z.int(),
  scanned_texts: z.int(),
  scanned_chars: z.int(),
  mean_ms: z.number(),
  by: z.array(
    z.object({
      service: z.string(),
      stage: z.string(),
      outcome: z.string(),
      inferences: z.int(),
      findings: z.int(),
    }),
  ),
})

const report = z
  .object({
    hash: z.string().describe('What `report:` of the configuration names.'),
    created_at: z.iso.datetime(),
    created_by: z.string(),
    content: reportContent,
  })
  .meta({ id: 'GuardrailReport' })

const check = z
  .object({
    name: z.string(),
    description: z.string(),
    stages: z.array(z.string()),
    cost: z.enum(['deterministic', 'local', 'model', 'judge']),
    held: z
      .string()
      .describe('What of a stream waits for it: a number of characters, `sentence` or `whole`.'),
    parameters: z.record(z.string(), z.unknown()).describe('JSON Schema of its parameters.'),
  })
  .meta({ id: 'GuardrailCheck' })

const hours = z.object({
  hours: z.coerce.number().int().min(1).max(2_160).default(24).describe('How far back, in hours.'),
})
const byHash = z.object({ hash: z.string().regex(/^[0-9a-f]{16}$/) })
const askedReport = z.strictObject({
  policy: z.string().min(1),
  guard: z.string().min(1).describe('The entry of the policy: its name, else its check.'),
  since: z.iso.datetime().optional().describe('Since it is as it is now, where this is left out.'),
})

export interface GuardrailRouteOptions {
  readonly database: Database
  readonly audit: Audit
  readonly evidence: Evidence
  readonly snapshot: () => ConfigSnapshot
}

export function guardrailRoutes(options: GuardrailRouteOptions): AnyRoute<Principal>[] {
  const { database, audit, evidence, snapshot } = options
  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/guardrails/policies',
      operationId: 'listPolicies',
      summary: 'The policies in force, with the services that they hold for.',
      tag: 'Guardrails',
      permission: 'guardrail:list',
      tenant: 'system',
      output: z.object({ data: z.array(policy), next_cursor: z.null() }),
      handle: () => ({ data: describePolicies(snapshot()), next_cursor: null }),
    }),
    defineRoute<Principal, typeof byHash>({
      method: 'GET',
      path: '/api/guardrails/policies/{hash}',
      operationId: 'readPolicy',
      summary: 'A policy that is or was in force, by the hash that inferences carry.',
      tag: 'Guardrails',
      permission: 'guardrail:list',
      tenant: 'system',
      input: { path: byHash },
      output: z.object({
        hash: z.string(),
        name: z.string(),
        first_used_at: z.iso.datetime(),
        content: z.unknown(),
      }),
      handle: async ({ path: { hash } }) => {
        const found = await findPolicy(database, hash)
        if (!found) throw new Failure('not_found', `No policy with the hash ${hash} was ever in force here.`)
        const { name, content, firstUsedAt } = found
        return { hash, name, first_used_at: firstUsedAt.toISOString(), content }
      },
    }),
    defineRoute<Principal, undefined, typeof hours>({
      method: 'GET',
      path: '/api/guardrails/verdicts',
      operationId: 'countVerdicts',
      summary: 'What checks said, by service, policy, check, stage and outcome.',
      tag: 'Guardrails',
      permission: 'guardrail:list',
      tenant: 'system',
      input: { query: hours },
      output: z.object({ since: z.iso.datetime(), data: z.array(count), next_cursor: z.null() }),
      handle: async ({ query }) => {
        const since = new Date(Math.floor(Date.now() / 3_600_000 - query.hours + 1) * 3_600_000)
        const counts = await sumCounts(database, { since })
        const data = counts.map(row => ({
          service: row.service,
          policy_hash: row.policy_hash,
          guard: row.guard,
          check: row.check_name,
          stage: row.stage,
          mode: row.mode,
          outcome: row.outcome as z.output<typeof count>['outcome'],
          inferences: row.inferences,
          findings: row.findings,
          scanned_chars: row.scanned_chars,
          mean_ms: row.duration_us / 1_000 / row.inferences,
        }))
        return { since: since.toISOString(), data, next_cursor: null }
      },
    }),
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/guardrails/checks',
      operationId: 'listGuardrailChecks',
      summary: 'The checks that a policy can name.',
      tag: 'Guardrails',
      permission: 'guardrail:list',
      tenant: 'system',
      output: z.object({ data: z.array(check), next_cursor: z.null() }),
      handle: () => ({ data: describeChecks(), next_cursor: null }),
    }),
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/guardrails/reports',
      operationId: 'listGuardrailReports',
      summary: 'Reports of what checks in shadow would have done, newest first.',
      tag: 'Guardrails',
      permission: 'guardrail:list',
      tenant: 'system',
      output: z.object({ data: z.array(report), next_cursor: z.null() }),
      handle: async () => ({
        data: (await listReports(database, 100)).map(describeReport),
        next_cursor: null,
      }),
    }),
    defineRoute<Principal, typeof byHash>({
      method: 'GET',
      path: '/api/guardrails/reports/{hash}',
      operationId: 'readGuardrailReport',
      summary: 'One report, by its hash.',
      tag: 'Guardrails',
      permission: 'guardrail:list',
      tenant: 'system',
      input: { path: byHash },
      output: report,
      handle: async ({ path: { hash } }) => {
        const found = await findReport(database, hash)
        if (!found) throw new Failure('not_found', `There is no report ${hash}.`)
        return describeReport(found)
      },
    }),
    defineRoute<Principal, undefined, undefined, typeof askedReport>({
      method: 'POST',
      path: '/api/guardrails/reports',
      operationId: 'createGuardrailReport',
      summary: 'Writes down what a check in shadow would have done, so that it can be enforced.',
      tag: 'Guardrails',
      permission: 'guardrail:report',
      tenant: 'system',
      input: { body: askedReport },
      status: 201,
      output: report,
      handle: async ({ body }, { principal, requestId }) => {
        const since = body.since === undefined ? undefined : new Date(body.since)
        const stored = await evidence.report({ ...body, since }, principal.keyName)
        await audit.record({
          actor: { id: principal.keyId, name: principal.keyName },
          action: 'guardrail:report',
          subject: `guardrail-report:${stored.hash}`,
          tenant: undefined,
          before: null,
          after: stored.content,
          requestId,
        })
        return describeReport(stored)
      },
    }),
  ]
}

function describePolicies({ config }: ConfigSnapshot): z.output<typeof policy>[] {
  return Object.entries(config.policies).map(([name, content]) => ({
    name,
    hash: policyHash(name, content),
    description: content.description ?? null,
    services: Object.entries(config.services).flatMap(([service, { policy: usual, tenantPolicies }]) => [
      ...(usual === name ? [{ service, tenant: null }] : []),
      ...Object.entries(tenantPolicies ?? {}).flatMap(([tenant, other]) =>
        other === name ? [{ service, tenant }] : [],
      ),
    ]),
    guards: content.checks.map(entry => {
      const usual = entry.action === 'annotate' ? 'open' : 'closed'
      const kind = checkKinds.find(({ manifest }) => manifest.name === entry.check)
      return {
        name: entry.name ?? entry.check,
        hash: guardHash(name, entry),
        check: entry.check,
        stages: [...(entry.on ?? kind?.manifest.stages ?? [])],
        mode: entry.mode,
        action: entry.action,
        timeout_ms: entry.timeoutMs,
        on_error: entry.onError ?? usual,
        on_timeout: entry.onTimeout ?? usual,
        report: entry.report ?? null,
        waived: entry.waived ?? null,
      }
    }),
  }))
}

function describeChecks(): z.output<typeof check>[] {
  return checkKinds.map(({ manifest }) => ({
    name: manifest.name,
    description: manifest.description,
    stages: [...manifest.stages],
    cost: manifest.cost,
    held: String(manifest.maxSpan),
    parameters: z.toJSONSchema(manifest.parameters, { io: 'input', unrepresentable: 'any' }),
  }))
}

function describeReport({ hash, createdAt, createdBy, content }: StoredReport): z.output<typeof report> {
  return {
    hash,
    created_at: createdAt.toISOString(),
    created_by: createdBy,
    content: reportContent.parse(content),
  }
}
