import type { Faults } from './fake-cluster.ts'
import type { FakeEvent, FakeObject, FakeObjects } from './fake-objects.ts'

export interface FakeApi {
  readonly url: string
  readonly token: string
  /** `verb resource` of each request that was let in. */
  readonly asked: string[]
  /** Ends all watches and logs that are open, as a load balancer does. */
  cutStreams(): void
  /** As etcd does: older versions are forgotten, and a watch from one of them is told 410. */
  compact(): void
  stop(): Promise<void>
}

const groups: Readonly<Record<string, readonly string[]>> = {
  '/api/v1': ['pods', 'secrets'],
  '/apis/batch/v1': ['jobs'],
  '/apis/trainer.kubeflow.org/v1alpha1': ['trainjobs'],
}
const namespaces = ['training']

/** The HTTP of an API server: status objects, label selectors, watches in chunks with bookmarks, logs. */
export function createApi({
  objects,
  faults,
  readLog,
}: {
  readonly objects: FakeObjects
  readonly faults: Faults
  readonly readLog: (pod: string, container: string) => { text: string; isOpen: boolean } | undefined
}): FakeApi {
  const token = `token-${crypto.randomUUID()}`
  const asked: string[] = []
  const streams = new Set<() => void>()

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url)
    const [, prefix = '', namespace = '', rest = ''] =
      /^((?:\/api|\/apis\/[^/]+)\/[^/]+)\/namespaces\/([^/]+)\/(.+)$/.exec(url.pathname) ?? []
    const [plural = '', name, subresource] = rest.split('/')
    if (faults.refuse && faults.refuse.count > 0) {
      faults.refuse.count -= 1
      const { status, retryAfter } = faults.refuse
      return statusOf(
        status,
        'InternalError',
        'etcdserver: request timed out',
        {},
        {
          ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
        },
      )
    }
    if (request.headers.get('authorization') !== `Bearer ${token}`)
      return statusOf(401, 'Unauthorized', 'Unauthorized')
    if (!groups[prefix]?.includes(plural))
      return statusOf(404, 'NotFound', 'the server could not find the requested resource')
    const isWatch = url.searchParams.get('watch') === '1'
    const verbs = {
      POST: 'create',
      DELETE: 'delete',
      GET: name === undefined ? (isWatch ? 'watch' : 'list') : 'get',
    }
    const verb = verbs[request.method as keyof typeof verbs]
    const what = subresource === undefined ? plural : `${plural}/${subresource}`
    const action = `${verb} ${what}`
    asked.push(action)
    if (faults.denied.has(action))
      return statusOf(
        403,
        'Forbidden',
        `${what} is forbidden: User "system:serviceaccount:training:slipway" cannot ${verb} resource "${what}" in API group "${prefix.split('/')[2] ?? ''}" in the namespace "${namespace}"`,
      )
    if (subresource === 'log') return log(request, url, name ?? '')
    if (verb === 'create') return create(plural, namespace, (await request.json()) as FakeObject)
    if (verb === 'list' || verb === 'watch')
      return isWatch ? watch(request, url, plural, namespace) : list(url, plural, namespace)
    const found = objects.get(plural, namespace, name ?? '')
    if (!found) return statusOf(404, 'NotFound', `${plural} "${name}" not found`)
    if (verb === 'get') return Response.json(found)
    const options = (await request.json().catch(() => ({}))) as { propagationPolicy?: string }
    return Response.json(
      objects.remove(plural, namespace, name ?? '', options.propagationPolicy ?? 'Background'),
    )
  }

  function create(plural: string, namespace: string, object: FakeObject): Response {
    const { name } = object.metadata
    if (!namespaces.includes(namespace))
      return statusOf(404, 'NotFound', `namespaces "${namespace}" not found`)
    if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name))
      return statusOf(422, 'Invalid', `${object.kind} "${name}" is invalid`, {
        causes: [
          {
            field: 'metadata.name',
            message: 'a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters',
          },
        ],
      })
    if (objects.get(plural, namespace, name))
      return statusOf(409, 'AlreadyExists', `${plural} "${name}" already exists`)
    const { stringData, ...rest } = object as FakeObject & { stringData?: Record<string, string> }
    const made = objects.create(plural, {
      ...rest,
      metadata: { ...object.metadata, namespace },
      ...(stringData && {
        data: Object.fromEntries(
          Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
        ),
      }),
    })
    return Response.json(made, { status: 201 })
  }

  const selects = (url: URL, { metadata }: FakeObject): boolean =>
    (url.searchParams.get('labelSelector') ?? '')
      .split(',')
      .filter(term => term !== '')
      .every(term => {
        const [key = '', value] = term.split('=')
        return metadata.labels?.[key] === value
      })

  function list(url: URL, plural: string, namespace: string): Response {
    const items = objects.list(plural, namespace).filter(object => selects(url, object))
    return Response.json({
      kind: 'List',
      apiVersion: 'v1',
      metadata: { resourceVersion: String(objects.version()) },
      items,
    })
  }

  function watch(request: Request, url: URL, plural: string, namespace: string): Response {
    const from = Number(url.searchParams.get('resourceVersion') ?? '0')
    const expired = from < objects.oldest() - 1 && from < objects.version()
    const encoder = new TextEncoder()
    let close = (): void => undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const send = (type: string, object: unknown): void => {
          const bytes = encoder.encode(`${JSON.stringify({ type, object })}\n`)
          // as the network does: a letter of more bytes may be cut anywhere
          const middle = Math.floor(bytes.length / 2)
          controller.enqueue(bytes.subarray(0, middle))
          controller.enqueue(bytes.subarray(middle))
        }
        let isOpen = true
        const onEvent = (event: FakeEvent): void => {
          if (
            isOpen &&
            event.plural === plural &&
            event.namespace === namespace &&
            selects(url, event.object)
          )
            send(event.type, event.object)
        }
        const stopListening = objects.listen(onEvent)
        const bookmarks = setInterval(
          () =>
            send('BOOKMARK', {
              kind: 'Bookmark',
              metadata: { name: '', resourceVersion: String(objects.version()) },
            }),
          200,
        )
        close = () => {
          if (!isOpen) return
          isOpen = false
          clearInterval(bookmarks)
          stopListening()
          streams.delete(close)
          try {
            controller.close()
          } catch {
            // whoever read it has gone
          }
        }
        streams.add(close)
        request.signal.addEventListener('abort', close)
        if (expired) {
          send('ERROR', {
            kind: 'Status',
            code: 410,
            reason: 'Expired',
            message: `too old resource version: ${from}`,
            metadata: {},
          })
          return close()
        }
        for (const event of objects.since(from)) onEvent(event)
      },
      cancel: () => close(),
    })
    return new Response(body, { headers: { 'content-type': 'application/json' } })
  }

  function log(request: Request, url: URL, pod: string): Response {
    const container = url.searchParams.get('container') ?? ''
    if (!readLog(pod, container))
      return statusOf(
        400,
        'BadRequest',
        `container "${container}" in pod "${pod}" is waiting to start: PodInitializing`,
      )
    const since = url.searchParams.get('sinceTime')?.slice(0, 19) ?? ''
    let sent = 0
    let close = (): void => undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const timer = setInterval(look, 50)
        close = () => {
          clearInterval(timer)
          if (!streams.delete(close)) return
          try {
            controller.close()
          } catch {
            // whoever read it has gone
          }
        }
        streams.add(close)
        request.signal.addEventListener('abort', close)
        function look(): void {
          const found = readLog(pod, container)
          const text = (found?.text ?? '').slice(sent)
          const end = text.lastIndexOf('\n') + 1
          sent += end
          const lines = text
            .slice(0, end)
            .split('\n')
            .slice(0, -1)
            .filter(line => line.slice(0, 19) >= since)
          if (lines.length > 0) controller.enqueue(new TextEncoder().encode(`${lines.join('\n')}\n`))
          if (found?.isOpen !== true) close()
        }
        look()
      },
      cancel: () => close(),
    })
    return new Response(body, { headers: { 'content-type': 'text/plain' } })
  }

  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    fetch: async request => {
      if (faults.isAway) {
        // as a proxy in front of it answers
        return new Response('<html>no upstream</html>', { status: 503 })
      }
      return await answer(request)
    },
    error: () => new Response(null, { status: 500 }),
  })

  return {
    url: server.url.origin,
    token,
    asked,
    cutStreams: () => {
      for (const close of streams) close()
    },
    compact: () => objects.compact(),
    stop: async () => {
      for (const close of streams) close()
      await server.stop(true)
    },
  }
}

function statusOf(
  code: number,
  reason: string,
  message: string,
  details: object = {},
  headers: Record<string, string> = {},
): Response {
  return Response.json(
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code },
    { status: code, headers },
  )
}
