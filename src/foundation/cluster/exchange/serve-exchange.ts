import { Failure } from '../../platform/index.ts'
import type { Exchange } from './exchange.ts'

/** Where the couriers of pods come. A token opens the files of its own job and nothing else of the server. */
export const exchangePrefix = '/exchange/'

/**
 * `GET /exchange/ID/files`: what a pod has to have. `GET /exchange/ID/files/PATH`: one of them. `PUT …/files/PATH`: what it leaves.
 * `POST /exchange/ID/notes` with `{kind, path}`: a folder is whole or gone, or all was brought.
 */
export function serveExchange(
  exchange: Exchange,
  onBug: (error: unknown) => void,
): (request: Request, path: string) => Promise<Response> {
  return async (request, path) => {
    try {
      return await answer(exchange, request, path)
    } catch (error) {
      if (!(error instanceof Failure)) onBug(error)
      const failure =
        error instanceof Failure ? error : new Failure('storage_unavailable', 'It could not be kept.')
      return Response.json(
        { error: { code: failure.code, message: failure.message } },
        { status: failure.status },
      )
    }
  }
}

async function answer(exchange: Exchange, request: Request, path: string): Promise<Response> {
  const [id = '', what = '', ...rest] = path.slice(exchangePrefix.length).split('/')
  const token = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  const job = await exchange.admit(id, token)
  const place = rest.map(decode).join('/')
  if (what === 'files' && request.method === 'GET') {
    const files = await exchange.offered(job)
    if (place === '')
      return Response.json({
        files: files.map(file => ({
          path: file.path,
          size_bytes: file.sizeBytes,
          is_runnable: file.isRunnable,
        })),
        may_leave: job.mayLeave,
      })
    const file = files.find(one => one.path === place)
    if (!file) throw new Failure('not_found', 'There is no such file for this job.')
    return new Response(await exchange.read(job, file), {
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(file.sizeBytes) },
    })
  }
  if (what === 'files' && request.method === 'PUT' && place !== '') {
    const sizeBytes = number(request.headers.get('x-file-bytes'))
    if (sizeBytes === undefined) throw new Failure('invalid_request', 'Say with x-file-bytes how many come.')
    const body = request.body ?? new Blob([]).stream()
    await exchange.take(
      job,
      {
        path: place,
        sizeBytes,
        isRunnable: request.headers.get('x-file-runnable') === '1',
        beginsAt: number(request.headers.get('x-file-begins-at')),
      },
      body,
    )
    return Response.json({})
  }
  if (what === 'notes' && request.method === 'POST' && place === '') {
    const note = (await request.json().catch(() => ({}))) as { kind?: unknown; path?: unknown }
    const { kind } = note
    if (kind !== 'whole' && kind !== 'gone' && kind !== 'delivered')
      throw new Failure('invalid_request', '`kind` is one of whole, gone, delivered.')
    await exchange.note(job, kind, typeof note.path === 'string' ? note.path : '')
    return Response.json({})
  }
  throw new Failure('not_found', 'There is nothing here.')
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new Failure('invalid_request', 'The path is not written as a URL has it.')
  }
}

function number(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
