import type { z } from 'zod'

/** Who is asking; `access` decides what the fields mean, the platform only carries them along. */
export interface RequestContext<Principal = unknown> {
  readonly request: Request
  readonly requestId: string
  readonly principal: Principal
  /** Aborts when the client is gone or the server has waited long enough at shutdown. */
  readonly signal: AbortSignal
}

type Shape = z.ZodType
type Out<T extends Shape | undefined> = T extends Shape ? z.output<T> : undefined

/**
 * One URL of the control API. OpenAPI, the console's types, the command line and the test that walks every
 * permission come from these rows.
 *
 * `permission` is the Cedar action, or `public` for the short list that needs no key. `tenant` says which tenant
 * the request touches: `any` lists across those that the principal may see (the handler filters by
 * `principal`), `system` is the installation itself, and a function reads it from the input.
 */
export interface Route<
  Path extends Shape | undefined = Shape | undefined,
  Query extends Shape | undefined = Shape | undefined,
  Body extends Shape | undefined = Shape | undefined,
  Principal = unknown,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** In OpenAPI's spelling: `/api/inferences/{id}`. */
  readonly path: `/${string}`
  readonly operationId: string
  readonly summary: string
  readonly tag: string
  readonly permission: string
  readonly tenant?: 'any' | 'system'
  readonly input?: { readonly path?: Path; readonly query?: Query; readonly body?: Body }
  /** `undefined` for 204; `'stream'` for server-sent events, `'file'` for bytes; else the schema of the 200 (or 201) body. */
  readonly output: Shape | 'stream' | 'file' | undefined
  readonly status?: 200 | 201 | 202 | 204
  /** An administrative read: who looked is written to the audit log. Changes write their own entries. */
  readonly isAuditedRead?: boolean
  /** Returns what becomes the JSON body, or a `Response` of its own; throws `Failure`. */
  handle(
    input: { readonly path: Out<Path>; readonly query: Out<Query>; readonly body: Out<Body> },
    context: RequestContext<Principal>,
  ): unknown
}

/** Keeps the types of one row's schemas together with its handler. */
export function defineRoute<
  Principal,
  Path extends Shape | undefined = undefined,
  Query extends Shape | undefined = undefined,
  Body extends Shape | undefined = undefined,
>(route: Route<Path, Query, Body, Principal>): AnyRoute<Principal> {
  return route
}

export type AnyRoute<Principal = unknown> = Route<
  Shape | undefined,
  Shape | undefined,
  Shape | undefined,
  Principal
>
