import { createId, Failure, parseObject, readText } from '../../../foundation/platform/index.ts'
import { type Access, homeTenant, type Principal } from '../../../govern/access/index.ts'
import { artifactEndpoints, serveArtifacts } from './artifacts.ts'
import { experimentEndpoints } from './experiments.ts'
import { loggedModelEndpoints } from './logged-models.ts'
import type { MlflowCall, MlflowContext, MlflowEndpoint } from './mlflow-context.ts'
import { endpointNotFound, toMlflowResponse } from './mlflow-failure.ts'
import { registeredModelEndpoints } from './registered-models.ts'
import { runEndpoints } from './runs.ts'

export interface MlflowApiOptions extends MlflowContext {
  readonly authenticate: (request: Request) => Principal
  readonly access: Pick<Access, 'authorize'>
  readonly bodyLimitBytes: number
  readonly onFailure: (failure: Failure, requestId: string) => void
  readonly onBug: (error: unknown, requestId: string) => void
  /** Told of each call and the status it was answered with. */
  readonly onCall: (endpoint: string, status: number) => void
}

const apiPrefix = '/mlflow/api/2.0/mlflow/'
const artifactPrefix = '/mlflow/api/2.0/mlflow-artifacts/artifacts'
const serverInfo = '/mlflow/api/3.0/mlflow/server-info'
const endpoints: Readonly<Record<string, MlflowEndpoint>> = {
  ...experimentEndpoints,
  ...runEndpoints,
  ...artifactEndpoints,
  ...loggedModelEndpoints,
  ...registeredModelEndpoints,
}
const patterns = Object.entries(endpoints).map(([name, endpoint]) => ({
  name,
  endpoint,
  form: new RegExp(`^${name.replaceAll('*', '([^/]+)')}$`),
}))

/** MLflow's REST API, as its Python client speaks it; errors are in MLflow's own form. */
export function createMlflowApi(options: MlflowApiOptions) {
  return async (request: Request, path: string): Promise<Response> => {
    const requestId = createId()
    let name = 'none'
    const answer = async (): Promise<Response> => {
      if (path === artifactPrefix || path.startsWith(`${artifactPrefix}/`)) {
        name = `${request.method} artifacts`
        const call = callOf(
          options,
          request,
          requestId,
          request.method === 'GET' ? 'model:read' : 'model:write',
        )
        const file = decode(path.slice(artifactPrefix.length + 1))
        return (await serveArtifacts(call, request, file)) ?? endpointNotFound(request.method, path)
      }
      if (path === serverInfo && request.method === 'GET') {
        name = 'GET server-info'
        return Response.json({
          store_type: 'slipway',
          workspaces_enabled: false,
          multipart_uploads_enabled: false,
          multipart_downloads_enabled: false,
        })
      }
      const asked = `${request.method} ${path.startsWith(apiPrefix) ? path.slice(apiPrefix.length) : '-'}`
      for (const { name: known, endpoint, form } of patterns) {
        const [, ...parts] = form.exec(asked) ?? ['']
        if (parts.length === 0 && asked !== known) continue
        name = known
        const call = {
          ...callOf(options, request, requestId, endpoint.permission),
          path: parts.map(decode),
        }
        return Response.json(await endpoint.handle(call, await readGiven(request, options.bodyLimitBytes)), {
          headers: { 'x-request-id': requestId, 'cache-control': 'no-store' },
        })
      }
      return endpointNotFound(request.method, path)
    }
    const response = await answer().catch((error: unknown) => {
      if (error instanceof Failure) {
        options.onFailure(error, requestId)
        return toMlflowResponse(error, requestId)
      }
      options.onBug(error, requestId)
      return Response.json(
        {
          error_code: 'INTERNAL_ERROR',
          message: `Something broke on our side. The log has it under request id ${requestId}.`,
        },
        { status: 500 },
      )
    })
    options.onCall(name, response.status)
    return response
  }
}

function callOf(
  options: MlflowApiOptions,
  request: Request,
  requestId: string,
  permission: string,
): MlflowCall {
  const principal = options.authenticate(request)
  const tenant = homeTenant(principal)
  options.access.authorize(principal, permission, { tenant })
  return {
    ...options,
    path: [],
    caller: { tenant, author: principal.keyName, keyId: principal.keyId, requestId },
  }
}

/** What a call says: the body, or the query, where a name that comes again is a list. */
async function readGiven(request: Request, bodyLimitBytes: number): Promise<unknown> {
  const { searchParams } = new URL(request.url)
  const given: Record<string, unknown> = {}
  for (const key of new Set(searchParams.keys())) {
    const values = searchParams.getAll(key)
    given[key] = values.length > 1 || key === 'order_by' ? values : values[0]
  }
  if (request.method === 'GET') return given
  const text = await readText(request, bodyLimitBytes)
  return text.trim() === '' ? given : parseObject(text)
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (cause) {
    throw new Failure('invalid_request', 'The path is not encoded as one should be.', { cause })
  }
}
