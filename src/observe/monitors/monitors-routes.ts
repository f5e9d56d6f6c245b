import { z } from 'zod'
import type { ConfigSnapshot } from '../../foundation/config/index.ts'
import {
  type AnyRoute,
  type Database,
  defineRoute,
  Failure,
  type RequestContext,
} from '../../foundation/platform/index.ts'
import { actorOf, type Principal } from '../../govern/access/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import { listAlarms } from './alarm-store.ts'
import { changeByPerson, type MonitorChange } from './change-monitor.ts'
import {
  monitorAlarmListSchema,
  monitorListSchema,
  monitorSchema,
  streamPointsSchema,
  toWireAlarm,
  toWireMonitor,
  toWirePoints,
} from './monitor-wire.ts'
import { readPoints } from './point-store.ts'
import { type EvaluationPorts, viewMonitors } from './read-monitors.ts'

const label = z.string().min(1).max(100)
const namePath = z.object({ name: label })
const streamPath = z.object({ name: label, stream: label })
const time = z.iso.datetime({ offset: true }).transform(text => new Date(text))
const pointsQuery = z.object({
  since: time.optional().describe('A day ago by default.'),
  until: time.optional().describe('Now by default.'),
})
const alarmsQuery = z.object({
  cursor: z.uuid().optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const resetInput = z.object({ stream: label.optional().describe('Only this one; all where left out.') })
const referenceInput = z
  .object({
    from: time.optional(),
    until: time.optional(),
    stream: label.optional().describe('Only that of this one; of all where left out.'),
  })
  .refine(
    ({ from, until }) => from === undefined || until === undefined || from < until,
    'It ends after it begins.',
  )
  .refine(
    ({ from, until, stream }) => stream === undefined || (from === undefined && until === undefined),
    '`from` and `until` are of all streams: leave them out beside `stream`.',
  )
  .describe('From when to when; the window of the configuration up to now where left out.')
const dayMs = 86_400_000

/** The rows of monitors: of the whole installation, as alerts are. */
export function monitorsRoutes(options: {
  readonly database: Database
  readonly audit: Pick<Audit, 'record'>
  readonly snapshot: () => ConfigSnapshot
  readonly references: EvaluationPorts
  /** Told after a person has changed a monitor. */
  readonly onChanged: () => void
  readonly now?: () => number
}): AnyRoute<Principal>[] {
  const { database, audit, snapshot, references, onChanged, now = Date.now } = options

  function mustBeDeclared(name: string): void {
    if (!Object.hasOwn(snapshot().config.monitors, name))
      throw new Failure('not_found', `There is no monitor named ${name}.`)
  }

  function mustHaveStream(name: string, stream: string | undefined): void {
    if (stream !== undefined && snapshot().config.monitors[name]?.streams[stream] === undefined)
      throw new Failure('not_found', `The monitor ${name} has no stream named ${stream}.`)
  }

  /** Slices go by the topics of its reference: others would be held against topics that there are no more. */
  function mustStandAlone(name: string, stream: string | undefined): void {
    const monitor = snapshot().config.monitors[name]
    if (stream === undefined || !monitor?.slices.includes('topic')) return
    if (monitor.streams[stream]?.kind === 'input-topic')
      throw new Failure(
        'invalid_request',
        `The slices of ${name} go by the topics of ${stream}: take the references of all streams anew, without \`stream\`.`,
      )
  }

  async function view(name: string) {
    mustBeDeclared(name)
    const [found] = await viewMonitors(database, references, snapshot(), now(), name)
    if (!found) throw new Failure('not_found', `There is no monitor named ${name}.`)
    return toWireMonitor(found)
  }

  async function change(
    name: string,
    wanted: MonitorChange,
    { principal, requestId }: RequestContext<Principal>,
  ) {
    mustBeDeclared(name)
    const by = { database, audit, actor: actorOf(principal), requestId, now: new Date(now()) }
    await changeByPerson(by, name, wanted)
    onChanged()
    return await view(name)
  }

  const changing = (kind: 'pause' | 'resume', summary: string): AnyRoute<Principal> =>
    defineRoute<Principal, typeof namePath>({
      method: 'POST',
      path: `/api/monitors/{name}/${kind}`,
      operationId: `${kind}Monitor`,
      summary,
      tag: 'Monitors',
      permission: 'monitor:change',
      tenant: 'system',
      input: { path: namePath },
      output: monitorSchema,
      handle: async ({ path: { name } }, context) => await change(name, { kind }, context),
    })

  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/monitors',
      operationId: 'listMonitors',
      summary: 'Monitors with where their detectors are.',
      tag: 'Monitors',
      permission: 'monitor:list',
      tenant: 'system',
      output: monitorListSchema,
      handle: async () => ({
        data: (await viewMonitors(database, references, snapshot(), now())).map(toWireMonitor),
        next_cursor: null,
      }),
    }),
    defineRoute<Principal, typeof namePath>({
      method: 'GET',
      path: '/api/monitors/{name}',
      operationId: 'readMonitor',
      summary: 'One monitor: its streams, their references beside now, and their detectors.',
      tag: 'Monitors',
      permission: 'monitor:list',
      tenant: 'system',
      input: { path: namePath },
      output: monitorSchema,
      handle: async ({ path: { name } }) => await view(name),
    }),
    defineRoute<Principal, typeof streamPath, typeof pointsQuery>({
      method: 'GET',
      path: '/api/monitors/{name}/streams/{stream}',
      operationId: 'readMonitorStream',
      summary:
        'The evidence of the detectors of a stream over time, with its means beside those of the reference.',
      tag: 'Monitors',
      permission: 'monitor:list',
      tenant: 'system',
      input: { path: streamPath, query: pointsQuery },
      output: streamPointsSchema,
      handle: async ({ path: { name, stream }, query }) => {
        mustBeDeclared(name)
        mustHaveStream(name, stream)
        const untilMs = query.until?.getTime() ?? now() + dayMs
        const sinceMs = query.since?.getTime() ?? now() - dayMs
        return toWirePoints(name, stream, await readPoints(database, name, stream, sinceMs, untilMs))
      },
    }),
    defineRoute<Principal, typeof namePath, typeof alarmsQuery>({
      method: 'GET',
      path: '/api/monitors/{name}/alarms',
      operationId: 'listMonitorAlarms',
      summary: 'What a monitor has found, the latest first, with the evidence.',
      tag: 'Monitors',
      permission: 'monitor:list',
      tenant: 'system',
      input: { path: namePath, query: alarmsQuery },
      output: monitorAlarmListSchema,
      handle: async ({ path: { name }, query: { cursor, limit } }) => {
        mustBeDeclared(name)
        const found = await listAlarms(database, { monitor: name }, limit + 1, cursor)
        const shown = found.slice(0, limit)
        return {
          data: shown.map(toWireAlarm),
          next_cursor: found.length > limit ? (shown.at(-1)?.id ?? null) : null,
        }
      },
    }),
    changing('pause', 'Stops watching; what comes meanwhile is not looked at later.'),
    changing('resume', 'Watches again.'),
    defineRoute<Principal, typeof namePath, undefined, typeof resetInput>({
      method: 'POST',
      path: '/api/monitors/{name}/reset',
      operationId: 'resetMonitor',
      summary: 'Begins detectors anew against their reference, and ends their alarms.',
      tag: 'Monitors',
      permission: 'monitor:change',
      tenant: 'system',
      input: { path: namePath, body: resetInput },
      output: monitorSchema,
      handle: async ({ path: { name }, body: { stream } }, context) => {
        mustHaveStream(name, stream)
        return await change(name, { kind: 'reset', stream }, context)
      },
    }),
    defineRoute<Principal, typeof namePath, undefined, typeof referenceInput>({
      method: 'POST',
      path: '/api/monitors/{name}/reference',
      operationId: 'setMonitorReference',
      summary: 'Takes references anew, and ends their alarms: what is normal is what was then.',
      tag: 'Monitors',
      permission: 'monitor:change',
      tenant: 'system',
      input: { path: namePath, body: referenceInput },
      output: monitorSchema,
      handle: async ({ path: { name }, body: { from, until, stream } }, context) => {
        mustHaveStream(name, stream)
        mustStandAlone(name, stream)
        return await change(name, { kind: 'reference', from, until, stream }, context)
      },
    }),
  ]
}
