import { z } from 'zod'
import {
  type AnyRoute,
  type Database,
  defineRoute,
  Failure,
  type RequestContext,
  type RowNews,
} from '../../../foundation/platform/index.ts'
import { type Access, type Principal, tenantOf } from '../../../govern/access/index.ts'
import { type Rollout, rolloutStates } from '../rollout.ts'
import { findLatestRollout, findRollout, listRollouts } from '../rollout-store.ts'
import type { RolloutCaller } from '../rollout-caller.ts'
import type { Rollouts } from '../rollouts.ts'
import { findVerdict, lastVerdicts, listVerdicts } from '../verdicts/verdict-store.ts'
import { answerVerdict, outcomeSchema, statusQuery, toOutcome } from './outcome.ts'
import { readDetail, readRollout, readRollouts, type WireDetail } from './read-rollouts.ts'
import {
  liveSchema,
  rolloutDetailSchema,
  rolloutSchema,
  toWireLive,
  toWireVerdict,
  verdictSchema,
} from './rollout-wire.ts'

const tag = 'Rollouts'
const name = z.string().min(1).max(200)
const reason = z.string().min(1, 'say why').max(2_000).describe('Why; it stays with the rollout.')
const idPath = z.object({ id: z.uuid() })
const servicePath = z.object({ service: name })
const startBody = z.strictObject({
  tenant: name
    .optional()
    .describe('For keys of the installation: whose models `onPromoted` names, and who is told.'),
  id: z.uuid().optional().describe('Of your own, so that asking again begins nothing new.'),
  service: name,
  candidate: name.optional().describe('A release of the service; a test names its own.'),
  plan: z
    .string()
    .min(1)
    .max(100_000)
    .optional()
    .describe('YAML, as under `services.<name>.rollout`; that one where it is left out.'),
  file: name.default('plan.yaml').describe('How problems of the plan name it.'),
  reason,
})
const listQuery = z.object({
  service: name.optional(),
  state: z.enum(rolloutStates).optional(),
  cursor: z.uuid().optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const verdictsQuery = z.object({
  step: z.coerce.number().int().min(0).optional(),
  cursor: z.uuid().optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
const reasonBody = z.strictObject({ reason })
const promoteBody = z.strictObject({
  reason,
  to: z.enum(['next', 'all']).default('next').describe('The next step, or past all of them.'),
})
const liveBody = z.strictObject({ release: name, reason })

export interface RolloutRoutesOptions {
  readonly database: Database
  readonly access: Pick<Access, 'visibleTenant' | 'authorize' | 'isAllowed'>
  readonly rollouts: Rollouts
  readonly news: RowNews<WireDetail>
}

type Asked = Pick<RequestContext<Principal>, 'principal' | 'requestId'>

/** The rows under `/api/rollouts`. What answers for a service concerns all tenants, so that only keys of the installation reach them. */
export function rolloutRoutes(options: RolloutRoutesOptions): AnyRoute<Principal>[] {
  const { database, access, rollouts, news } = options

  const callerOf = ({ principal, requestId }: Asked, tenant?: string) => ({
    principal,
    requestId,
    tenant: tenantOf(options, principal, tenant),
  })

  async function rolloutOr404(
    id: string,
    principal: Principal,
    permission = 'rollout:read',
  ): Promise<Rollout> {
    const found = await findRollout(database, id)
    if (!found || !access.isAllowed(principal, 'rollout:read', { tenant: null, service: found.service }))
      throw new Failure('not_found', `There is no rollout ${id} that this key may see.`)
    access.authorize(principal, permission, { tenant: null, service: found.service })
    return found
  }

  const one = async (rollout: Rollout) => await readRollout(database, rollout)

  /** `permission`: what the act needs; everyone who may see the rollout is told what is missing. */
  const act = <Body extends z.ZodType>(
    verb: string,
    permission: string,
    summary: string,
    body: Body,
    run: (caller: RolloutCaller, id: string, body: z.output<Body>) => Promise<Rollout>,
  ) =>
    defineRoute<Principal, typeof idPath, undefined, Body>({
      method: 'POST',
      path: `/api/rollouts/{id}/${verb}`,
      operationId: `${verb}Rollout`,
      summary,
      tag,
      permission,
      tenant: 'system',
      input: { path: idPath, body },
      output: rolloutSchema,
      handle: async ({ path: { id }, body: given }, context) => {
        await rolloutOr404(id, context.principal, permission)
        return await one(await run(callerOf(context), id, body.parse(given)))
      },
    })

  return [
    defineRoute<Principal, undefined, undefined, typeof startBody>({
      method: 'POST',
      path: '/api/rollouts',
      operationId: 'startRollout',
      summary: 'Begins to roll a release out; what both sides are is pinned now.',
      tag,
      permission: 'rollout:write',
      tenant: 'system',
      input: { body: startBody },
      output: rolloutSchema,
      status: 201,
      handle: async ({ body }, context) => {
        const { id, service, candidate, plan, file } = body
        const begun = await rollouts.start(callerOf(context, body.tenant), {
          id,
          service,
          candidate,
          plan: plan === undefined ? undefined : { text: plan, file },
          reason: body.reason,
        })
        return await one(begun)
      },
    }),
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/rollouts',
      operationId: 'listRollouts',
      summary: 'Rollouts, newest first, with where each is and its last verdict.',
      tag,
      permission: 'rollout:read',
      tenant: 'system',
      input: { query: listQuery },
      output: z.object({ data: z.array(rolloutSchema), next_cursor: z.string().nullable() }),
      handle: async ({ query }, { principal }) => {
        const { cursor, limit, service, state } = query
        const before = cursor === undefined ? undefined : await rolloutOr404(cursor, principal)
        const services = principal.services && [...principal.services]
        const found = await listRollouts(database, { service, services, state, before, limit: limit + 1 })
        const page = found.slice(0, limit)
        return {
          data: await readRollouts(database, page),
          next_cursor: found.length > limit ? (page.at(-1)?.id ?? null) : null,
        }
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/rollouts/{id}',
      operationId: 'readRollout',
      summary: 'One rollout with its plan, how often it errs at most, and all that happened.',
      tag,
      permission: 'rollout:read',
      tenant: 'system',
      input: { path: idPath },
      output: rolloutDetailSchema,
      handle: async ({ path: { id } }, { principal }) =>
        await readDetail(database, await rolloutOr404(id, principal)),
    }),
    defineRoute<Principal, typeof idPath, typeof verdictsQuery>({
      method: 'GET',
      path: '/api/rollouts/{id}/verdicts',
      operationId: 'listRolloutVerdicts',
      summary:
        'What was decided by numbers, newest first: every metric with its bounds, and the requests it rests on.',
      tag,
      permission: 'rollout:read',
      tenant: 'system',
      input: { path: idPath, query: verdictsQuery },
      output: z.object({ data: z.array(verdictSchema), next_cursor: z.string().nullable() }),
      handle: async ({ path: { id }, query }, { principal }) => {
        await rolloutOr404(id, principal)
        const { step, cursor, limit } = query
        const before = cursor === undefined ? undefined : await findVerdict(database, id, cursor)
        const found = await listVerdicts(database, id, { step, before, limit: limit + 1 })
        const page = found.slice(0, limit)
        return {
          data: page.map(toWireVerdict),
          next_cursor: found.length > limit ? (page.at(-1)?.id ?? null) : null,
        }
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/rollouts/{id}/live',
      operationId: 'followRollout',
      summary: 'Server-sent events `rollout`, whenever it has moved or was judged; ends with it.',
      tag,
      permission: 'rollout:read',
      tenant: 'system',
      input: { path: idPath },
      output: 'stream',
      handle: async ({ path: { id } }, { principal }) =>
        news.open(await readDetail(database, await rolloutOr404(id, principal)), detail => detail),
    }),
    ...verdictRoutes('GET'),
    ...verdictRoutes('POST'),
    act(
      'pause',
      'rollout:write',
      'Goes no further until it is resumed; harm rolls it back all the same.',
      reasonBody,
      (caller, id, body) => rollouts.pause(caller, id, body.reason),
    ),
    act(
      'resume',
      'rollout:write',
      'Goes on with one that is paused, or takes a refused promotion up again.',
      reasonBody,
      (caller, id, body) => rollouts.resume(caller, id, body.reason),
    ),
    act(
      'approve',
      'rollout:approve',
      'Says yes to the last step of one that waits for it; never by whoever began it.',
      reasonBody,
      (caller, id, body) => rollouts.approve(caller, id, body.reason),
    ),
    act(
      'promote',
      'rollout:write',
      'Passes the step, or all of them, whatever the verdicts say.',
      promoteBody,
      (caller, id, body) => rollouts.promote(caller, id, body.to, body.reason),
    ),
    act(
      'abort',
      'rollout:write',
      'Ends it, with all traffic on the baseline.',
      reasonBody,
      (caller, id, body) => rollouts.abort(caller, id, body.reason),
    ),
    defineRoute<Principal, typeof servicePath>({
      method: 'GET',
      path: '/api/services/{service}/live-release',
      operationId: 'readLiveRelease',
      summary: 'The release that answers for a service, and which did before.',
      tag,
      permission: 'rollout:read',
      tenant: 'system',
      input: { path: servicePath },
      output: liveSchema,
      handle: async ({ path: { service } }, { principal }) => {
        access.authorize(principal, 'rollout:read', { tenant: null, service })
        return toWireLive(await rollouts.readLive(service))
      },
    }),
    defineRoute<Principal, typeof servicePath, undefined, typeof liveBody>({
      method: 'POST',
      path: '/api/services/{service}/live-release',
      operationId: 'setLiveRelease',
      summary:
        'Sends all traffic of a service to one of its releases at once; a rollout that is under way ends.',
      tag,
      permission: 'rollout:write',
      tenant: 'system',
      input: { path: servicePath, body: liveBody },
      output: liveSchema,
      handle: async ({ path: { service }, body }, context) =>
        toWireLive(await rollouts.setLive(callerOf(context), service, body.release, body.reason)),
    }),
  ]

  /** With POST for webhooks, whose bodies say nothing that is needed. */
  function verdictRoutes(method: 'GET' | 'POST'): AnyRoute<Principal>[] {
    const name = method === 'GET' ? 'read' : 'post'
    const common = {
      method,
      tag,
      permission: 'rollout:read',
      tenant: 'system',
      output: outcomeSchema,
    } as const
    return [
      defineRoute<Principal, typeof idPath, typeof statusQuery>({
        ...common,
        path: '/api/rollouts/{id}/verdict',
        operationId: `${name}RolloutVerdict`,
        summary:
          'What other controllers may act on: success, failure or inconclusive; as a status code where they want one.',
        input: { path: idPath, query: statusQuery },
        handle: async ({ path: { id }, query }, { principal }) =>
          await outcomeOf(await rolloutOr404(id, principal), query),
      }),
      defineRoute<Principal, typeof servicePath, typeof statusQuery>({
        ...common,
        path: '/api/services/{service}/rollout-verdict',
        operationId: `${name}ServiceVerdict`,
        summary: 'The same of the newest rollout of a service, for manifests that know no id.',
        input: { path: servicePath, query: statusQuery },
        handle: async ({ path: { service }, query }, { principal }) => {
          access.authorize(principal, 'rollout:read', { tenant: null, service })
          const found = await findLatestRollout(database, service)
          if (!found) throw new Failure('not_found', `\`${service}\` has had no rollout.`)
          return await outcomeOf(found, query)
        },
      }),
    ]
  }

  async function outcomeOf(rollout: Rollout, query: z.output<typeof statusQuery>): Promise<unknown> {
    const last = (await lastVerdicts(database, [rollout.id])).get(rollout.id)
    return answerVerdict(toOutcome(rollout, last), query)
  }
}
