import { z } from 'zod'
import type { AnyRoute } from './route.ts'

export interface OpenApiInfo {
  readonly title: string
  readonly version: string
  readonly description: string
}

type Json = Record<string, unknown>

/** The OpenAPI 3.1 description of the rows. Schemas with a zod `id` (`.meta({ id })`) become components. */
export function describeRoutes<Principal>(
  routes: readonly AnyRoute<Principal>[],
  info: OpenApiInfo,
  otherPaths: Record<string, Json> = {},
): Json {
  const components: Json = { Error: errorSchema }
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const operations = (paths[route.path] ??= {})
    operations[route.method.toLowerCase()] = describeOperation(route, components)
  }
  return {
    openapi: '3.1.0',
    info: { ...info, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    security: [{ key: [] }, { session: [] }],
    paths: { ...paths, ...otherPaths },
    components: {
      schemas: components,
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A Slipway key.' },
        session: { type: 'apiKey', in: 'cookie', name: 'slipway_session' },
      },
    },
  }
}

function describeOperation<Principal>(route: AnyRoute<Principal>, components: Json): Json {
  const isPublic = route.permission === 'public'
  const status = route.status ?? (route.output === undefined ? 204 : 200)
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    ...(isPublic ? { security: [] } : { 'x-permission': route.permission }),
    ...parameters(route, components),
    ...(route.input?.body
      ? { requestBody: { required: true, content: json(schemaOf(route.input.body, 'input', components)) } }
      : {}),
    responses: {
      [status]: success(route, components),
      ...failures(route),
    },
  }
}

function success<Principal>(route: AnyRoute<Principal>, components: Json): Json {
  if (route.output === undefined) return { description: 'Done.' }
  if (route.output === 'stream') {
    return {
      description: 'Server-sent events.',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    }
  }
  if (route.output === 'file') {
    return {
      description: 'The file.',
      content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
    }
  }
  return { description: 'Done.', content: json(schemaOf(route.output, 'output', components)) }
}

function failures<Principal>(route: AnyRoute<Principal>): Json {
  const error = (description: string): Json => ({
    description,
    content: json({ $ref: '#/components/schemas/Error' }),
  })
  return {
    ...(route.input ? { 400: error('Something in the request is wrong; the message names it.') } : {}),
    ...(route.permission === 'public'
      ? {}
      : {
          401: error('No valid key.'),
          403: error('The key lacks the permission, or belongs to another tenant.'),
        }),
    ...(route.input?.path ? { 404: error('There is no such thing, or this key may not know of it.') } : {}),
    500: error('A bug; the request id leads to the log.'),
  }
}

function parameters<Principal>(route: AnyRoute<Principal>, components: Json): Json {
  const described = [
    ...propertiesOf(route.input?.path, 'path', components),
    ...propertiesOf(route.input?.query, 'query', components),
  ]
  return described.length > 0 ? { parameters: described } : {}
}

function propertiesOf(schema: z.ZodType | undefined, place: 'path' | 'query', components: Json): Json[] {
  if (!schema) return []
  const object = schemaOf(schema, 'input', components) as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(object.properties ?? {}).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: place === 'path' || (object.required ?? []).includes(name),
    ...(description === undefined ? {} : { description }),
    schema: property,
  }))
}

/** Schemas with an id become components, as do those that zod must name itself because they contain themselves. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Json): Json {
  const converted = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
  const {
    $schema: _dialect,
    $defs,
    ...described
  } = rewriteReferences(converted, `${schema.meta()?.id ?? ''}Part`) as Json
  Object.assign(components, $defs)
  const id = schema.meta()?.id
  if (typeof id !== 'string' || '$ref' in described) return described
  components[id] = described
  return { $ref: `#/components/schemas/${id}` }
}

function rewriteReferences(value: unknown, partName: string): unknown {
  if (Array.isArray(value)) return value.map(item => rewriteReferences(item, partName))
  if (typeof value === 'string' && value.startsWith('#/$defs/')) {
    return value.replace('#/$defs/', '#/components/schemas/').replace('__schema', partName)
  }
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      // zod repeats a component's id inside it, where JSON Schema knows no such keyword
      .filter(([key, inner]) => key !== 'id' || typeof inner !== 'string')
      .map(([key, inner]) => [key.replace(/^__schema/, partName), rewriteReferences(inner, partName)]),
  )
}

function json(schema: unknown): Json {
  return { 'application/json': { schema } }
}

const errorSchema: Json = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'request_id'],
      properties: {
        code: { type: 'string', description: 'Stable; meant for programs.' },
        message: { type: 'string', description: 'What was wrong and how to mend it.' },
        parameter: { type: 'string', description: 'The first parameter at fault.' },
        problems: {
          type: 'array',
          items: { type: 'object' },
          description: 'Every problem, where there are several.',
        },
        request_id: { type: 'string' },
      },
    },
  },
}
