import { z } from 'zod'
import { defineRoute } from '../../foundation/platform/index.ts'
import type { AnyRoute } from '../../foundation/platform/index.ts'
import type { Access } from './access.ts'
import { roles } from './principal.ts'
import type { Principal } from './principal.ts'
import { isSecureRequest, sessionCookie } from './session.ts'

const body = z.object({ key: z.string().min(1).max(1000) })

const meOutput = z
  .object({
    key_id: z.string(),
    key_name: z.string(),
    role: z.enum(roles),
    tenant: z.string().nullable().describe('Null means the whole installation.'),
    services: z.array(z.string()).nullable().describe('The services it may use; null means all.'),
    permissions: z.array(z.string()),
  })
  .meta({ id: 'Me' })

export function sessionRoutes(access: Access): AnyRoute<Principal>[] {
  return [
    defineRoute<Principal, undefined, undefined, typeof body>({
      method: 'POST',
      path: '/api/session',
      operationId: 'openSession',
      summary: 'Sign in with a key: answers with an HttpOnly cookie for the console.',
      tag: 'Access',
      permission: 'public',
      input: { body },
      output: undefined,
      status: 204,
      handle: async ({ body: { key } }, { request, requestId }) => {
        const cookie = await access.sessions.open(key.trim(), request, requestId)
        return new Response(null, { status: 204, headers: { 'set-cookie': cookie } })
      },
    }),
    defineRoute<Principal>({
      method: 'DELETE',
      path: '/api/session',
      operationId: 'closeSession',
      summary: 'Sign out: takes the cookie back.',
      tag: 'Access',
      permission: 'public',
      output: undefined,
      status: 204,
      handle: (_input, { request }) =>
        new Response(null, {
          status: 204,
          headers: { 'set-cookie': sessionCookie('', 0, isSecureRequest(request)) },
        }),
    }),
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/me',
      operationId: 'readMe',
      summary: 'Who this key is and what it may do. Gives a session more time.',
      tag: 'Access',
      permission: 'session:read',
      tenant: 'any',
      output: meOutput,
      handle: (_input, { principal, request }) => {
        const me: z.output<typeof meOutput> = {
          key_id: principal.keyId,
          key_name: principal.keyName,
          role: principal.role,
          tenant: principal.tenant ?? null,
          services: principal.services ? [...principal.services] : null,
          permissions: access.permissionsOf(principal),
        }
        const cookie = access.sessions.renew(request)
        if (cookie === undefined) return me
        return Response.json(me, { headers: { 'set-cookie': cookie, 'cache-control': 'no-store' } })
      },
    }),
  ]
}
