import { z } from 'zod'
import { renderApiPage } from './api-page.ts'
import { describeRoutes, type OpenApiInfo } from './openapi.ts'
import { type AnyRoute, defineRoute } from './route.ts'

/** The OpenAPI description of the rows given, of itself and of `otherPaths`, and a page to read it on. */
export function descriptionRoutes<Principal>(options: {
  readonly routes: readonly AnyRoute<Principal>[]
  readonly otherPaths: Record<string, Record<string, unknown>>
  readonly info: OpenApiInfo
}): AnyRoute<Principal>[] {
  let description: Record<string, unknown> | undefined
  const describe = (): Record<string, unknown> =>
    (description ??= describeRoutes([...options.routes, ...own], options.info, options.otherPaths))
  const own: AnyRoute<Principal>[] = [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/openapi.json',
      operationId: 'readOpenApi',
      summary: 'This description, as OpenAPI 3.1.',
      tag: 'System',
      permission: 'public',
      output: z.record(z.string(), z.unknown()),
      handle: () => describe(),
    }),
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/docs',
      operationId: 'readApiPage',
      summary: 'This description as a page.',
      tag: 'System',
      permission: 'public',
      output: z.string(),
      handle: () =>
        new Response(renderApiPage(describe()), {
          headers: {
            'content-type': 'text/html; charset=utf-8',
            'content-security-policy':
              "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
          },
        }),
    }),
  ]
  return own
}
