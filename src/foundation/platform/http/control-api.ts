import type { z } from 'zod'
import { Failure } from '../failure.ts'
import { createId } from '../identifiers.ts'
import { parseObject, readText } from './request-body.ts'
import { lateLibraries } from '../late-libraries.ts'
import type { AnyRoute } from './route.ts'

/** What the control API asks of access and audit; the platform knows neither. */
export interface Gatekeeper<Principal> {
  /** Throws `unauthenticated`. */
  authenticate(request: Request): Principal
  /** What stands for the caller on a route that needs no key. */
  readonly anonymous: Principal
  /** Throws `forbidden`. */
  authorize(principal: Principal, route: AnyRoute<Principal>): void
  /** An administrative read has been answered. */
  recordRead(principal: Principal, route: AnyRoute<Principal>, requestId: string): Promise<void>
}

export interface ControlApiOptions<Principal> {
  readonly routes: readonly AnyRoute<Principal>[]
  readonly gatekeeper: Gatekeeper<Principal>
  readonly bodyLimitBytes: number
  /** A failure or a bug on its way to the client; `bug` has no `Failure` code and is answered 500. */
  readonly onFailure: (failure: Failure, route: string, requestId: string) => void
  readonly onBug: (error: unknown, route: string, requestId: string) => void
}

/** Serves the rows under `/api`: authenticate, authorize, parse, handle, reply, always in that order. */
export function createControlApi<Principal>(
  options: ControlApiOptions<Principal>,
): (request: Request) => Promise<Response> {
  const { Hono } = lateLibraries.hono()
  const app = new Hono()
  for (const route of options.routes) {
    app.on(route.method, honoPath(route.path), async context => {
      const requestId = createId()
      try {
        const response = await answer(route, context.req.raw, context.req.param(), requestId, options)
        response.headers.set('x-request-id', requestId)
        return response
      } catch (error) {
        return answerFailure(error, `${route.method} ${route.path}`, requestId, options)
      }
    })
  }
  app.notFound(context => {
    const allowed = options.routes
      .filter(route => matchesPath(route.path, context.req.path))
      .map(route => route.method)
    const failure =
      allowed.length > 0
        ? new Failure(
            'method_not_allowed',
            `${context.req.method} is not served here; ${allowed.join(', ')} is.`,
          )
        : new Failure(
            'not_found',
            `There is no ${context.req.method} ${context.req.path}. See /api/docs for what there is.`,
          )
    return answerFailure(failure, 'none', createId(), options)
  })
  return async request => await app.fetch(request)
}

async function answer<Principal>(
  route: AnyRoute<Principal>,
  request: Request,
  parameters: Record<string, string>,
  requestId: string,
  options: ControlApiOptions<Principal>,
): Promise<Response> {
  const { gatekeeper } = options
  let principal = gatekeeper.anonymous
  if (route.permission !== 'public') {
    principal = gatekeeper.authenticate(request)
    gatekeeper.authorize(principal, route)
  }
  const query = Object.fromEntries(new URL(request.url).searchParams)
  const input = {
    path: parse(route.input?.path, parameters, 'path'),
    query: parse(route.input?.query, query, 'query'),
    body: route.input?.body
      ? parse(route.input.body, parseObject(await readText(request, options.bodyLimitBytes)), 'body')
      : undefined,
  }
  const result = await route.handle(input, { request, requestId, principal, signal: request.signal })
  if (route.isAuditedRead) await gatekeeper.recordRead(principal, route, requestId)
  if (result instanceof Response) return result
  const status = route.status ?? 200
  return result === undefined
    ? new Response(null, { status: 204 })
    : Response.json(result, { status, headers: { 'cache-control': 'no-store' } })
}

function answerFailure<Principal>(
  error: unknown,
  route: string,
  requestId: string,
  options: ControlApiOptions<Principal>,
): Response {
  const headers = { 'x-request-id': requestId, 'cache-control': 'no-store' }
  if (!(error instanceof Failure)) {
    options.onBug(error, route, requestId)
    const message = `Something broke on our side. The log has it under request id ${requestId}.`
    return Response.json(
      { error: { code: 'internal_error', message, request_id: requestId } },
      { status: 500, headers },
    )
  }
  options.onFailure(error, route, requestId)
  const { parameter, problems, retryAfterSeconds } = error.details
  return Response.json(
    {
      error: {
        code: error.code,
        message: error.message,
        ...(parameter === undefined ? {} : { parameter }),
        ...(problems === undefined ? {} : { problems }),
        request_id: requestId,
      },
    },
    {
      status: error.kind.status,
      headers:
        retryAfterSeconds === undefined
          ? headers
          : { ...headers, 'retry-after': String(Math.ceil(retryAfterSeconds)) },
    },
  )
}

/** Parses one part of the input; a problem names its first parameter and lists them all. */
function parse(schema: z.ZodType | undefined, value: unknown, part: 'path' | 'query' | 'body'): unknown {
  if (!schema) return undefined
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map(issue => {
    const where = issue.path.join('.') || part
    return { parameter: where, message: issue.message }
  })
  throw new Failure(
    'invalid_request',
    problems.map(({ parameter, message }) => `${parameter}: ${message}`).join('; '),
    {
      details: { parameter: problems[0]?.parameter ?? part, problems },
    },
  )
}

function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

function matchesPath(pattern: string, path: string): boolean {
  return new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path)
}
