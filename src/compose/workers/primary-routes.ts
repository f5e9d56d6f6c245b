import { type AnyRoute, Failure } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import { type Processes, questions } from './processes.ts'

interface Asked {
  readonly operationId: string
  readonly input: { readonly path: unknown; readonly query: unknown; readonly body: unknown }
  readonly principal: Omit<Principal, 'services'> & { readonly services: readonly string[] | undefined }
  readonly requestId: string
}

/** The longest that a route may take; each has a limit of its own, which is shorter. */
const limitMs = 3_600_000

/** What the primary handles for others, of all parts together. */
const routesOf = new WeakMap<Processes, Map<string, AnyRoute<Principal>>>()

/**
 * Routes whose work only the primary can do, because it alone has the data workers and their cache. Another process parses
 * and authorizes the request, and asks the primary to handle it; event streams and bytes it
 * answers itself.
 */
export function handleInPrimary(
  processes: Processes,
  routes: readonly AnyRoute<Principal>[],
): AnyRoute<Principal>[] {
  if (processes.worker === '0') {
    const known = routesOf.get(processes)
    const byId = known ?? new Map<string, AnyRoute<Principal>>()
    for (const route of routes) byId.set(route.operationId, route)
    if (known) return [...routes]
    routesOf.set(processes, byId)
    processes.handle(questions.handleRoute, async value => {
      const { operationId, input, principal, requestId } = value as Asked
      const route = byId.get(operationId)
      if (!route) throw new Failure('not_found', `The primary does not know ${operationId}.`)
      const { signal } = new AbortController()
      const request = new Request('http://primary/')
      const services = principal.services && new Set(principal.services)
      const context = { request, requestId, principal: { ...principal, services }, signal }
      return { result: await route.handle(input, context) }
    })
    return [...routes]
  }
  return routes.map(route =>
    route.output === 'stream' || route.output === 'file'
      ? route
      : {
          ...route,
          handle: async (input, { principal, requestId }) => {
            const services = principal.services && [...principal.services]
            const asked: Asked = {
              operationId: route.operationId,
              input,
              principal: { ...principal, services },
              requestId,
            }
            const answer = await processes.askPrimary(questions.handleRoute, asked, limitMs)
            return (answer as { result?: unknown }).result
          },
        },
  )
}
