import { exchangePrefix } from '../foundation/cluster/index.ts'
import { createId, Failure } from '../foundation/platform/index.ts'
import { clientDialects, openAiErrors } from '../serve/dialects/index.ts'

export interface RequestHandlerOptions {
  readonly gateway: (request: Request, path: string) => Promise<Response>
  /** What is read and deleted under `/v1/responses/`; `undefined` for other paths. */
  readonly storedResponses: (request: Request, path: string) => Promise<Response> | undefined
  /** Files and batches; `undefined` for other paths. */
  readonly batches: (request: Request, path: string) => Promise<Response> | undefined
  /** Training jobs under `/v1/fine_tuning`; `undefined` for other paths. */
  readonly fineTuning: (request: Request, path: string) => Promise<Response> | undefined
  /** What was held for people, under `/v1/reviews`; `undefined` for other paths. */
  readonly reviews: (request: Request, path: string) => Promise<Response> | undefined
  /** What is sent to `/otlp`; answers in words of its own also while the server ends. */
  readonly spans: (request: Request, path: string, isRefusing: boolean) => Promise<Response>
  /** MLflow's API, under `/mlflow/`. */
  readonly mlflow: (request: Request, path: string) => Promise<Response>
  /** What pods of clusters bring and get, under `/exchange/`. */
  readonly exchange: (request: Request, path: string) => Promise<Response>
  readonly controlApi: (request: Request) => Promise<Response>
  readonly console: (request: Request, path: string) => Promise<Response>
  readonly metrics: () => Promise<string>
  /** Throws or answers false where the key may not. */
  readonly mayReadMetrics: (request: Request) => boolean
  /** Why this replica should get no traffic yet; empty when it may. */
  readonly isReady: () => Promise<readonly string[]>
}

export interface RequestHandler {
  fetch(request: Request, clientAddress: () => string | undefined): Promise<Response>
  inFlight(): number
  refuse(): void
}

/** Sends each request to its plane by its path. */
export function createRequestHandler(options: RequestHandlerOptions): RequestHandler {
  let isRefusing = false
  let inFlight = 0

  async function route(request: Request, clientAddress: () => string | undefined): Promise<Response> {
    const path = pathOf(request.url)
    if (path === '/healthz') return new Response('ok\n')
    if (path === '/readyz') return await answerReadiness()
    if (path.startsWith('/otlp/')) return await options.spans(request, path, isRefusing)
    if (isRefusing) return shuttingDown(path)
    if (path === '/v1' || path.startsWith('/v1/')) {
      return await (options.storedResponses(request, path) ??
        options.batches(request, path) ??
        options.fineTuning(request, path) ??
        options.reviews(request, path) ??
        options.gateway(request, path))
    }
    if (path === '/api' || path.startsWith('/api/')) return await options.controlApi(request)
    if (path.startsWith(exchangePrefix)) return await options.exchange(request, path)
    if (path.startsWith('/mlflow/')) return await options.mlflow(request, path)
    if (path === '/metrics') return await answerMetrics(request, clientAddress)
    return await options.console(request, path)
  }

  async function answerReadiness(): Promise<Response> {
    const reasons = isRefusing ? ['The server is shutting down.'] : await options.isReady()
    return new Response(reasons.length === 0 ? 'ready\n' : `${reasons.join('\n')}\n`, {
      status: reasons.length === 0 ? 200 : 503,
    })
  }

  /** Open on this machine, where Prometheus usually is; from elsewhere, or through a proxy, a key is needed. */
  async function answerMetrics(request: Request, clientAddress: () => string | undefined): Promise<Response> {
    if (!isFromThisMachine(request, clientAddress()) && !mayReadMetrics(request)) {
      return new Response('Send a key with the permission system:read as a bearer token.\n', { status: 401 })
    }
    return new Response(await options.metrics(), { headers: { 'content-type': 'text/plain; version=0.0.4' } })
  }

  function mayReadMetrics(request: Request): boolean {
    try {
      return options.mayReadMetrics(request)
    } catch (error) {
      if (error instanceof Failure) return false
      throw error
    }
  }

  return {
    fetch: async (request, clientAddress) => {
      inFlight += 1
      try {
        return await route(request, clientAddress)
      } finally {
        inFlight -= 1
      }
    },
    inFlight: () => inFlight,
    refuse: () => {
      isRefusing = true
    },
  }
}

function isFromThisMachine(request: Request, address: string | undefined): boolean {
  if (request.headers.has('x-forwarded-for') || request.headers.has('forwarded')) return false
  return address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1'
}

/** In the words of the API that is spoken on the path. */
function shuttingDown(path: string): Response {
  const failure = new Failure('shutting_down', 'The server is shutting down. Try again.')
  const words = clientDialects[path]?.errors ?? openAiErrors
  return Response.json(words.body(failure, createId()), {
    status: words.status?.(failure) ?? failure.status,
    headers: { 'retry-after': '1', connection: 'close' },
  })
}

/** The path of an absolute URL, without parsing the rest of it. */
function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  if (start < 0) return '/'
  const end = url.indexOf('?', start)
  return end < 0 ? url.slice(start) : url.slice(start, end)
}
