import { createId, Failure } from '../../foundation/platform/index.ts'
import { homeTenant, type Principal } from '../../govern/access/index.ts'
import { openAiErrors } from '../dialects/index.ts'
import { toWireBatch } from './batch.ts'
import { toWireFile } from './file.ts'
import {
  type BatchesOptions,
  cancelBatch,
  createBatch,
  findBatchOr404,
  readBatchPage,
} from './serve-batches.ts'
import {
  type Caller,
  createFile,
  deleteFile,
  findFileOr404,
  readContent,
  readFilePage,
} from './serve-files.ts'

export interface FilesAndBatchesOptions extends BatchesOptions {
  /** Throws `unauthenticated`. */
  readonly authenticate: (request: Request) => Principal
  /** Throws `forbidden` where the key may use neither. */
  readonly authorize: (principal: Principal) => void
  readonly onFailure: (failure: Failure, requestId: string) => void
  readonly onBug: (error: unknown, requestId: string) => void
}

/** Serves `/v1/files` and `/v1/batches` as OpenAI's clients know them; `undefined` for other paths. */
export function createFilesAndBatches(
  options: FilesAndBatchesOptions,
): (request: Request, path: string) => Promise<Response> | undefined {
  return (request, path) =>
    /^\/v1\/(?:files|batches)(?:\/|$)/.test(path) ? answer(request, path, options) : undefined
}

async function answer(request: Request, path: string, options: FilesAndBatchesOptions): Promise<Response> {
  const requestId = createId()
  const headers = { 'x-request-id': requestId }
  try {
    const principal = options.authenticate(request)
    options.authorize(principal)
    const result = await serve(request, path, { principal, requestId }, options)
    if (!(result instanceof Response)) return Response.json(result, { headers })
    result.headers.set('x-request-id', requestId)
    return result
  } catch (error) {
    if (!(error instanceof Failure)) {
      options.onBug(error, requestId)
      return Response.json(openAiErrors.bug(requestId), { status: 500, headers })
    }
    options.onFailure(error, requestId)
    return Response.json(openAiErrors.body(error, requestId), { status: error.status, headers })
  }
}

async function serve(
  request: Request,
  path: string,
  caller: Caller,
  options: FilesAndBatchesOptions,
): Promise<object> {
  const [, , kind, id, part, ...more] = path.split('/')
  const call = `${request.method} ${kind}${id === undefined ? '' : '/id'}${part === undefined ? '' : `/${part}`}`
  const tenant = homeTenant(caller.principal)
  if (more.length === 0 && id !== '') {
    switch (call) {
      case 'POST files':
        return await createFile(request, caller, options)
      case 'GET files':
        return await readFilePage(request, caller, options)
      case 'POST batches':
        return await createBatch(request, caller, options)
      case 'GET batches':
        return await readBatchPage(request, caller, options)
    }
    if (id !== undefined) {
      switch (call) {
        case 'GET files/id':
          return toWireFile(await findFileOr404(id, caller.principal, options))
        case 'DELETE files/id':
          return await deleteFile(id, caller, options)
        case 'GET files/id/content':
          return await readContent(id, caller, options)
        case 'GET batches/id':
          return toWireBatch(await findBatchOr404(id, tenant, options))
        case 'POST batches/id/cancel':
          return toWireBatch(await cancelBatch(id, tenant, caller, options))
      }
    }
  }
  throw new Failure('not_found', `Invalid URL (${request.method} ${path})`)
}
