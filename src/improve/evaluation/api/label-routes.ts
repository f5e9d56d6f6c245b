import { z } from 'zod'
import { reviewPriorities } from '../../../foundation/config/index.ts'
import { type AnyRoute, type Database, defineRoute, Failure } from '../../../foundation/platform/index.ts'
import { type Access, actorOf, type Principal } from '../../../govern/access/index.ts'
import type { Audit } from '../../../govern/audit/index.ts'
import type { Labels } from '../labels/labels.ts'
import type { Run } from '../runs/run.ts'
import { findRun } from '../runs/run-store.ts'

const tag = 'Evaluations'
const idPath = z.object({ id: z.uuid() })
const name = z.string().min(1).max(200)
const requestBody = z.strictObject({
  evaluator: name.describe('A judge of the run.'),
  wanted: z.int().min(1).max(5_000).default(50).describe('How many answers shall have a label in the end.'),
  people: z.int().min(1).max(5).default(1).describe('How many people have to answer each.'),
  priority: z.enum(reviewPriorities).default('low'),
})
const putBody = z.strictObject({
  labels: z
    .array(
      z.strictObject({
        ordinal: z.int().min(0),
        release: name,
        repeat: z.int().min(0).default(0),
        evaluator: name,
        value: z.number().min(0).max(1).describe('From 0, the worst, to 1.'),
      }),
    )
    .min(1)
    .max(5_000),
})

/** The rows under `/api/evaluations/{id}/labels`: what people say of answers, which corrects judges. */
export function labelRoutes(options: {
  readonly database: Database
  readonly audit: Audit
  readonly access: Pick<Access, 'visibleTenant'>
  readonly labels: Labels
}): AnyRoute<Principal>[] {
  const { database, audit, access, labels } = options

  async function runOr404(id: string, principal: Principal): Promise<Run> {
    const run = await findRun(database, access.visibleTenant(principal), id)
    if (run) return run
    throw new Failure('not_found', `There is no evaluation ${id} that this key may see.`)
  }

  async function record(
    { principal, requestId }: { readonly principal: Principal; readonly requestId: string },
    run: Run,
    after: Record<string, unknown>,
  ): Promise<void> {
    await audit.record({
      actor: actorOf(principal),
      action: 'evaluation:label',
      subject: `evaluation:${run.id}`,
      tenant: run.tenant,
      requestId,
      after,
    })
  }

  return [
    defineRoute<Principal, typeof idPath, undefined, typeof requestBody>({
      method: 'POST',
      path: '/api/evaluations/{id}/label-requests',
      operationId: 'requestEvaluationLabels',
      summary:
        'Puts answers, drawn at random, into the review queue, so that people’s labels correct a judge.',
      tag,
      permission: 'evaluation:run',
      tenant: 'any',
      input: { path: idPath, body: requestBody },
      output: z.object({
        asked: z.int().describe('New questions in the queue.'),
        known: z.int().describe('Answers that have a label, or were asked about before.'),
      }),
      status: 201,
      handle: async ({ path, body }, context) => {
        const run = await runOr404(path.id, context.principal)
        const asked = await labels.request(run, { ...body, askedBy: context.principal.keyId })
        await record(context, run, { requested: asked.asked, evaluator: body.evaluator })
        return asked
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'POST',
      path: '/api/evaluations/{id}/labels/collect',
      operationId: 'collectEvaluationLabels',
      summary: 'Takes over what people have decided in the review queue, and makes the report anew.',
      tag,
      permission: 'evaluation:run',
      tenant: 'any',
      input: { path: idPath },
      output: z.object({
        collected: z.int(),
        labels: z.int().describe('Labels of this run’s answers, all in all.'),
      }),
      handle: async ({ path }, context) => {
        const run = await runOr404(path.id, context.principal)
        const found = await labels.collect(run)
        await record(context, run, { collected: found.collected })
        return found
      },
    }),
    defineRoute<Principal, typeof idPath, undefined, typeof putBody>({
      method: 'PUT',
      path: '/api/evaluations/{id}/labels',
      operationId: 'putEvaluationLabels',
      summary:
        'Takes labels of answers that were made elsewhere, in the name of this key, and makes the report anew.',
      tag,
      permission: 'evaluation:run',
      tenant: 'any',
      input: { path: idPath, body: putBody },
      output: undefined,
      status: 204,
      handle: async ({ path, body }, context) => {
        const run = await runOr404(path.id, context.principal)
        await labels.put(run, context.principal.keyId, body.labels)
        await record(context, run, { put: body.labels.length })
      },
    }),
  ]
}
