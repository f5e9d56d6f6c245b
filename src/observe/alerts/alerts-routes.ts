import { z } from 'zod'
import type { ConfigSnapshot } from '../../foundation/config/index.ts'
import {
  type AnyRoute,
  createId,
  type Database,
  defineRoute,
  Failure,
  type RequestContext,
} from '../../foundation/platform/index.ts'
import { actorOf, type Principal } from '../../govern/access/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import type { SeriesReader } from '../metrics/index.ts'
import { alertStates } from './alert.ts'
import { findAlerts, listAlerts, listEvents } from './alert-store.ts'
import {
  alertDetailSchema,
  alertListSchema,
  alertSchema,
  channelSchema,
  ruleSchema,
  silenceSchema,
  sloSchema,
  toWireAlert,
  toWireChannel,
  toWireSilence,
  toWireSlo,
} from './alert-wire.ts'
import { readObjective } from './burn.ts'
import { acknowledgeAlert, createSilence, removeSilence } from './change-alerts.ts'
import { SendProblem } from './channels/message.ts'
import { sendThrough } from './channels/send.ts'
import { exportFiles } from './export/export-files.ts'
import { readChannelStates } from './notification-store.ts'
import { objectivesOf } from './objective.ts'
import { listSilences } from './silence-store.ts'

const label = z.string().min(1).max(100)
const listQuery = z.object({
  state: z
    .enum([...alertStates, 'open'])
    .optional()
    .describe('`open` is all that are not resolved.'),
  service: z.string().min(1).max(200).optional(),
  cursor: z.uuid().optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const idPath = z.object({ id: z.uuid() })
const namePath = z.object({ name: z.string().min(1).max(100) })
const time = z.iso.datetime({ offset: true }).transform(text => Date.parse(text))
const silenceInput = z.object({
  matchers: z
    .record(label, z.string().min(1).max(200))
    .refine(matchers => Object.keys(matchers).length > 0, 'A silence names one label at least.')
    .describe('Labels that an alert must have; `*` at the end of a value stands for anything.'),
  reason: z.string().trim().min(3).max(500),
  starts_at: time.optional().describe('Now by default.'),
  ends_at: time,
})
const page = <Item extends z.ZodType>(item: Item) => z.object({ data: z.array(item), next_cursor: z.null() })
const testSchema = z.object({
  is_sent: z.boolean(),
  problem: z.string().nullable().describe('Why it did not get through.'),
})
const filesSchema = z.object({
  files: z.array(z.object({ path: z.string(), content: z.string() })),
})

const silencesOfDays = 30
/** Objectives look back for weeks; what was read for one caller holds for the next. */
const slosFreshMs = 10_000

/** The rows of alerts, silences, objectives and channels: of the whole installation. */
export function alertsRoutes(options: {
  readonly database: Database
  readonly audit: Audit
  readonly reader: SeriesReader
  readonly snapshot: () => ConfigSnapshot
  readonly consoleUrl: () => string
  readonly now?: () => number
}): AnyRoute<Principal>[] {
  const { database, audit, reader, snapshot, consoleUrl, now = Date.now } = options
  const changeBy = ({ principal, requestId }: RequestContext<Principal>) => ({
    database,
    audit,
    actor: actorOf(principal),
    requestId,
    nowMs: now(),
  })
  let slos:
    | { readonly atMs: number; readonly of: ConfigSnapshot; readonly data: ReturnType<typeof readSlos> }
    | undefined

  async function readSlos() {
    const look = reader.look(now())
    const states = []
    for (const objective of objectivesOf(snapshot())) states.push(await readObjective(look, objective))
    return states.map(toWireSlo)
  }

  return [
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/alerts',
      operationId: 'listAlerts',
      summary: 'Alerts, the latest first.',
      tag: 'Alerts',
      permission: 'alert:list',
      tenant: 'system',
      input: { query: listQuery },
      output: alertListSchema,
      handle: async ({ query }) => {
        const { state, service, cursor, limit } = query
        const open = alertStates.filter(one => one !== 'resolved')
        const states = state === 'open' ? open : state === undefined ? undefined : [state]
        const found = await listAlerts(database, { states, service }, limit + 1, cursor)
        const shown = found.slice(0, limit)
        return {
          data: shown.map(toWireAlert),
          next_cursor: found.length > limit ? (shown.at(-1)?.id ?? null) : null,
        }
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/alerts/{id}',
      operationId: 'readAlert',
      summary: 'An alert with its evidence and everything that happened to it.',
      tag: 'Alerts',
      permission: 'alert:list',
      tenant: 'system',
      input: { path: idPath },
      output: alertDetailSchema,
      handle: async ({ path: { id } }) => {
        const [alert] = await findAlerts(database, [id])
        if (!alert) throw new Failure('not_found', `There is no alert ${id}.`)
        const events = await listEvents(database, id)
        return {
          ...toWireAlert(alert),
          events: events.map(({ at, kind, actor, note }) => ({
            at: at.toISOString(),
            kind,
            actor: actor ?? null,
            note: note ?? null,
          })),
        }
      },
    }),
    defineRoute<Principal, typeof idPath, undefined, typeof acknowledgeInput>({
      method: 'POST',
      path: '/api/alerts/{id}/acknowledge',
      operationId: 'acknowledgeAlert',
      summary: 'Takes an alert: it is not said again.',
      tag: 'Alerts',
      permission: 'alert:acknowledge',
      tenant: 'system',
      input: { path: idPath, body: acknowledgeInput },
      output: alertSchema,
      handle: async ({ path: { id }, body }, context) =>
        toWireAlert(await acknowledgeAlert(id, body.note, changeBy(context))),
    }),
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/silences',
      operationId: 'listSilences',
      summary: 'Silences that hold or will, and those of the last 30 days.',
      tag: 'Alerts',
      permission: 'alert:list',
      tenant: 'system',
      output: page(silenceSchema),
      handle: async () => {
        const nowMs = now()
        const silences = await listSilences(database, nowMs - silencesOfDays * 86_400_000)
        return { data: silences.map(silence => toWireSilence(silence, nowMs)), next_cursor: null }
      },
    }),
    defineRoute<Principal, undefined, undefined, typeof silenceInput>({
      method: 'POST',
      path: '/api/silences',
      operationId: 'createSilence',
      summary: 'Sends nothing of alerts with these labels, until a time.',
      tag: 'Alerts',
      permission: 'alert:silence',
      tenant: 'system',
      input: { body: silenceInput },
      output: silenceSchema,
      status: 201,
      handle: async ({ body }, context) => {
        const { matchers, reason, starts_at: startsAtMs = now(), ends_at: endsAtMs } = body
        const silence = await createSilence({ matchers, reason, startsAtMs, endsAtMs }, changeBy(context))
        return toWireSilence(silence, now())
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'DELETE',
      path: '/api/silences/{id}',
      operationId: 'endSilence',
      summary: 'Ends a silence before its time.',
      tag: 'Alerts',
      permission: 'alert:silence',
      tenant: 'system',
      input: { path: idPath },
      output: silenceSchema,
      handle: async ({ path: { id } }, context) =>
        toWireSilence(await removeSilence(id, changeBy(context)), now()),
    }),
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/slos',
      operationId: 'listSlos',
      summary: 'Service-level objectives with what is left of their error budgets, and how fast they burn.',
      tag: 'Alerts',
      permission: 'alert:list',
      tenant: 'system',
      output: page(sloSchema),
      handle: async () => {
        if (!slos || slos.of !== snapshot() || now() - slos.atMs > slosFreshMs)
          slos = { atMs: now(), of: snapshot(), data: readSlos() }
        return { data: await slos.data, next_cursor: null }
      },
    }),
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/rules',
      operationId: 'listRules',
      summary: 'Rules on metrics, with what they say now.',
      tag: 'Alerts',
      permission: 'alert:list',
      tenant: 'system',
      output: page(ruleSchema),
      handle: async () => {
        const look = reader.look(now())
        const data = []
        for (const [name, rule] of Object.entries(snapshot().config.alerts.rules)) {
          const { metric, where, measure, quantile, over, by, together, per, above, below, severity } = rule
          data.push({
            name,
            severity,
            query: { metric, where, measure, quantile, over, by, together, per },
            comparison: above === undefined ? ('below' as const) : ('above' as const),
            threshold: above ?? below ?? 0,
            for: rule.for ?? null,
            now: (await look.ask(rule)).map(group => ({ ...group })),
          })
        }
        return { data, next_cursor: null }
      },
    }),
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/channels',
      operationId: 'listChannels',
      summary: 'Where alerts are sent, and whether that works.',
      tag: 'Alerts',
      permission: 'alert:list',
      tenant: 'system',
      output: page(channelSchema),
      handle: async () => {
        const states = await readChannelStates(database)
        const { channels } = snapshot().config.alerts
        return {
          data: Object.entries(channels).map(([name, { kind }]) =>
            toWireChannel(
              name,
              kind,
              states.find(({ channel }) => channel === name),
            ),
          ),
          next_cursor: null,
        }
      },
    }),
    defineRoute<Principal, typeof namePath>({
      method: 'POST',
      path: '/api/channels/{name}/test',
      operationId: 'testChannel',
      summary: 'Sends a test through a channel, and says whether it got through.',
      tag: 'Alerts',
      permission: 'channel:test',
      tenant: 'system',
      input: { path: namePath },
      output: testSchema,
      handle: async ({ path: { name } }, context) => {
        const { alerts } = snapshot().config
        if (!Object.hasOwn(alerts.channels, name))
          throw new Failure('not_found', `There is no channel named ${name}.`)
        const at = new Date(now())
        const message = {
          id: createId(),
          kind: 'test',
          groupKey: 'test',
          alerts: [],
          consoleUrl: consoleUrl(),
          at,
        } as const
        const problem = await sendThrough(name, message, snapshot(), context.signal).then(
          () => null,
          (error: unknown) => {
            if (error instanceof SendProblem) return error.message
            throw error
          },
        )
        await audit.record({
          actor: actorOf(context.principal),
          action: 'channel:test',
          subject: `channel:${name}`,
          tenant: undefined,
          requestId: context.requestId,
          after: { is_sent: problem === null },
        })
        return { is_sent: problem === null, problem }
      },
    }),
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/observability/export',
      operationId: 'exportObservability',
      summary: 'Rules for Prometheus and dashboards for Grafana, from the same definitions.',
      tag: 'Alerts',
      permission: 'alert:list',
      tenant: 'system',
      output: filesSchema,
      handle: () => ({ files: exportFiles(snapshot(), consoleUrl()) }),
    }),
  ]
}

const acknowledgeInput = z.object({ note: z.string().trim().max(500).optional() })
