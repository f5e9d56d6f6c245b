import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import {
  type AnyRoute,
  defineRoute,
  eventStreamHeaders,
  Failure,
  formatEvent,
  streamOf,
} from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { taskSchema, toWireTask } from '../datasets-wire.ts'
import { type DatasetsRoutesOptions, limitQuery, tag, tenantQuery } from '../routes-context.ts'
import { findTask, listTasks, type TaskRecord } from '../stores/task-store.ts'

const idPath = z.object({ id: z.uuid() })
const listQuery = z.object({
  tenant: tenantQuery,
  dataset: z.string().max(200).optional(),
  open: z.stringbool().default(false).describe('Only those that have not ended.'),
  cursor: z.uuid().optional(),
  limit: limitQuery(50, 200),
})
const lookMs = 400
/** Proxies close what is silent for long. */
const silenceMs = 15_000

/** Long operations: how far each is, and an end to it. */
export function taskRoutes(options: DatasetsRoutesOptions): AnyRoute<Principal>[] {
  const { access, context, tasks } = options
  const { database } = context

  async function get(id: string, principal: Principal): Promise<TaskRecord> {
    const task = await findTask(database, access.visibleTenant(principal), id)
    if (!task) throw new Failure('not_found', `There is no task ${id}.`)
    return task
  }

  async function* watch(id: string, principal: Principal, signal: AbortSignal): AsyncGenerator<string> {
    let said = ''
    let saidAt = Date.now()
    while (!signal.aborted) {
      const task = toWireTask(await get(id, principal))
      const text = JSON.stringify(task)
      if (text !== said) yield formatEvent('task', task)
      else if (Date.now() - saidAt > silenceMs) yield ': still here\n\n'
      if (text !== said || Date.now() - saidAt > silenceMs) saidAt = Date.now()
      said = text
      if (task.ended_at !== null) return
      await sleep(lookMs, undefined, { signal }).catch(() => undefined)
    }
  }

  return [
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/dataset-tasks',
      operationId: 'listDatasetTasks',
      summary: 'Long operations on datasets, the newest first.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { query: listQuery },
      output: z.object({ data: z.array(taskSchema), next_cursor: z.string().nullable() }),
      handle: async ({ query }, { principal }) => {
        const before = query.cursor === undefined ? undefined : await get(query.cursor, principal)
        const found = await listTasks(database, {
          tenant: access.visibleTenant(principal, query.tenant),
          dataset: query.dataset,
          isOpen: query.open,
          before,
          limit: query.limit + 1,
        })
        const page = found.slice(0, query.limit)
        return {
          data: page.map(toWireTask),
          next_cursor: found.length > page.length ? (page.at(-1)?.id ?? null) : null,
        }
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/dataset-tasks/{id}',
      operationId: 'readDatasetTask',
      summary: 'One long operation: how far it is, or what came of it.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: idPath },
      output: taskSchema,
      handle: async ({ path }, { principal }) => toWireTask(await get(path.id, principal)),
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/dataset-tasks/{id}/live',
      operationId: 'watchDatasetTask',
      summary: 'One long operation until its end: an event stream of `task`.',
      tag,
      permission: 'dataset:read',
      tenant: 'any',
      input: { path: idPath },
      output: 'stream',
      handle: async ({ path }, { principal, signal }) => {
        await get(path.id, principal)
        const events = watch(path.id, principal, signal)
        return new Response(streamOf(events), { headers: eventStreamHeaders })
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'POST',
      path: '/api/dataset-tasks/{id}/cancel',
      operationId: 'cancelDatasetTask',
      summary: 'Cancels a long operation; nothing of it is published.',
      tag,
      permission: 'dataset:write',
      tenant: 'any',
      input: { path: idPath },
      output: taskSchema,
      handle: async ({ path }, { principal }) =>
        toWireTask(await tasks.cancel(await get(path.id, principal))),
    }),
  ]
}
