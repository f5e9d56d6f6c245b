import { z } from 'zod'
import { createId, Failure } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import { openAiErrors } from '../dialects/index.ts'
import { listInputItems, pageOf } from './list-input-items.ts'
import { findVisible, type MemoryOptions } from './response-memory.ts'
import type { StoredResponse } from './stored-response.ts'

export interface StoredResponsesOptions extends MemoryOptions {
  /** Throws `unauthenticated`. */
  readonly authenticate: (request: Request) => Principal
  readonly onFailure: (failure: Failure, requestId: string) => void
  readonly onBug: (error: unknown, requestId: string) => void
}

const prefix = '/v1/responses/'

/**
 * Serves what is under `/v1/responses/`: reading a response and its input items, deleting it. `undefined` for other
 * paths. These read Postgres where this replica does not hold the response; no call to a model waits for them.
 */
export function createStoredResponses(
  options: StoredResponsesOptions,
): (request: Request, path: string) => Promise<Response> | undefined {
  return (request, path) =>
    path.startsWith(prefix) ? answer(request, path.slice(prefix.length), options) : undefined
}

async function answer(request: Request, rest: string, options: StoredResponsesOptions): Promise<Response> {
  const requestId = createId()
  const headers = { 'x-request-id': requestId }
  try {
    return Response.json(await serve(request, rest, options), { headers })
  } catch (error) {
    if (!(error instanceof Failure)) {
      options.onBug(error, requestId)
      return Response.json(openAiErrors.bug(requestId), { status: 500, headers })
    }
    options.onFailure(error, requestId)
    return Response.json(openAiErrors.body(error, requestId), { status: error.status, headers })
  }
}

async function serve(request: Request, rest: string, options: StoredResponsesOptions): Promise<object> {
  const { method } = request
  const [id = '', part, ...more] = rest.split('/')
  const call = `${method} ${part ?? ''}`
  const isKnown = ['GET ', 'DELETE ', 'GET input_items', 'POST cancel'].includes(call)
  if (more.length > 0 || !isKnown) throw new Failure('not_found', `Invalid URL (${method} ${prefix}${rest})`)
  const stored = await findOr404(id, options.authenticate(request), options)
  const query = new URL(request.url).searchParams
  if (call === 'GET ') return readResponse(stored, query)
  if (call === 'GET input_items') return pageOf(listInputItems(stored), readPage(query))
  if (call === 'DELETE ') {
    await options.archive.remove(stored.id)
    return { id, object: 'response', deleted: true }
  }
  throw new Failure(
    'invalid_request',
    'Only responses that were made with `background: true` can be cancelled. This one was answered at once.',
  )
}

async function findOr404(
  id: string,
  principal: Principal,
  options: StoredResponsesOptions,
): Promise<StoredResponse> {
  const stored = await findVisible(id, principal, options)
  if (!stored) throw new Failure('not_found', `Response with id '${id}' not found.`)
  return stored
}

function readResponse(stored: StoredResponse, query: URLSearchParams): object {
  for (const name of ['stream', 'starting_after']) {
    const value = query.get(name)
    if (value === null || value === 'false') continue
    const message = `\`${name}\` is only for responses that were made in the background. Read this one whole.`
    throw new Failure('unsupported_parameter', message, { details: { parameter: name } })
  }
  return stored.response
}

const pageQuery = z.object({
  after: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  order: z.enum(['asc', 'desc']).default('desc'),
})

function readPage(query: URLSearchParams): {
  after: string | undefined
  limit: number
  order: 'asc' | 'desc'
} {
  const result = pageQuery.safeParse(Object.fromEntries(query))
  if (result.success) return { ...result.data, after: result.data.after }
  const [issue] = result.error.issues
  const parameter = issue?.path.join('.') ?? 'limit'
  throw new Failure('invalid_request', `Invalid '${parameter}': ${issue?.message}`, {
    details: { parameter },
  })
}
