import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, retryWaitMs } from '../../platform/index.ts'
import type { KubernetesConnection } from './connection.ts'
import { type Asked, explainAnswer } from './explain-answer.ts'
import type { KubernetesObject, Resource } from './objects.ts'
import { type ApiRequest, readLines, readWhole, sendRequest } from './send-request.ts'

/** The part of the API of Kubernetes that we use. Every call throws a `Failure` that says what to do. */
export interface KubernetesClient {
  get<Item extends KubernetesObject>(
    resource: Resource,
    namespace: string,
    name: string,
  ): Promise<Item | undefined>
  /** The object that is there under this name, made now or before. */
  createIfAbsent<Item extends KubernetesObject>(
    resource: Resource,
    namespace: string,
    object: KubernetesObject,
  ): Promise<{ readonly object: Item | undefined; readonly isNew: boolean }>
  /** Deletes what it owns first; false where there is none. */
  delete(resource: Resource, namespace: string, name: string): Promise<boolean>
  /**
   * All that a label selects, now and after each change: lists, then watches from there, over cuts, answers of 410 and an API
   * server that is away. Ends with the signal; throws only where another try is in vain (401, 403, 404).
   */
  follow<Item extends KubernetesObject>(
    resource: Resource,
    namespace: string,
    options: FollowOptions,
  ): AsyncGenerator<readonly Item[]>
  /** Lines of a container's output with their time, from `since` on; ends with the container, the signal or a cut. */
  readLog(
    namespace: string,
    pod: string,
    container: string,
    options: { readonly since: string | undefined; readonly signal: AbortSignal },
  ): AsyncGenerator<LogLine>
}

export interface FollowOptions {
  readonly labelSelector: string
  readonly signal: AbortSignal
  /** Told while the API server cannot be reached, each time that was tried. */
  readonly onTrouble?: (failure: Failure) => void
}

export interface LogLine {
  /** RFC 3339 with nanoseconds, as the cluster spells it. */
  readonly time: string
  readonly text: string
}

export interface ClientOptions {
  readonly connection: () => Promise<KubernetesConnection>
  readonly timeoutMs?: number
  /** Tries of a request whose failure may pass. */
  readonly attempts?: number
  readonly firstPauseMs?: number
}

const longestPauseMs = 15_000
const watchSeconds = 240
/** Of a connection that died without a word. */
const watchMarginMs = 15_000

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: KubernetesObject & { readonly code?: number; readonly message?: string }
}

/** What we know was compacted away: list again. */
class Expired extends Error {}

export function createKubernetesClient(options: ClientOptions): KubernetesClient {
  const { timeoutMs = 30_000, attempts = 6, firstPauseMs = 250 } = options

  function pathOf(
    { resource, namespace, name, subresource }: Asked,
    query: Record<string, string> = {},
  ): string {
    const { group, version, plural } = resource
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
    const parts = [`namespaces/${encodeURIComponent(namespace)}`, plural]
    if (name !== undefined) parts.push(encodeURIComponent(name))
    if (subresource !== undefined) parts.push(subresource)
    const words = new URLSearchParams(query).toString()
    return `${root}/${parts.join('/')}${words === '' ? '' : `?${words}`}`
  }

  async function sendOnce(asked: Asked, request: Omit<ApiRequest, 'timeoutMs'>) {
    const answer = await sendRequest(await options.connection(), { ...request, timeoutMs })
    const code = answer.statusCode ?? 0
    if (code >= 200 && code < 300) return answer
    const body = await readWhole(answer)
    if (code === 410) throw new Expired(body)
    throw explainAnswer(code, body, asked, answer.headers['retry-after'])
  }

  /** Full jitter, and no sooner than the server asks for. */
  async function pause(failure: Failure, attempt: number, signal?: AbortSignal): Promise<void> {
    const asked = failure.details.retryAfterSeconds
    const bounds = { firstMs: firstPauseMs, capMs: longestPauseMs }
    const waitMs = retryWaitMs(attempt, asked && asked * 1_000, Math.random, bounds)
    await sleep(waitMs, undefined, signal && { signal })
  }

  async function send<Answer>(asked: Asked, request: Omit<ApiRequest, 'timeoutMs'>): Promise<Answer> {
    for (let attempt = 0; ; attempt += 1)
      try {
        const answer = await sendOnce(asked, request)
        return JSON.parse(await readWhole(answer)) as Answer
      } catch (error) {
        const failure = asFailure(error)
        if (!failure.kind.isRetryable || attempt + 1 >= attempts) throw failure
        await pause(failure, attempt)
      }
  }

  async function get<Item extends KubernetesObject>(
    resource: Resource,
    namespace: string,
    name: string,
  ): Promise<Item | undefined> {
    const asked: Asked = { verb: 'get', resource, namespace, name }
    try {
      return await send<Item>(asked, { method: 'GET', path: pathOf(asked) })
    } catch (error) {
      // "not found" is also what a cluster without the kind says
      if (
        error instanceof Failure &&
        error.details['kubernetesReason'] === 'NotFound' &&
        !isUnknownKind(error)
      )
        return undefined
      throw error
    }
  }

  async function* watchOnce<Item extends KubernetesObject>(
    resource: Resource,
    namespace: string,
    { labelSelector, signal }: FollowOptions,
    onGood: () => void,
  ): AsyncGenerator<readonly Item[]> {
    const listed: Asked = { verb: 'list', resource, namespace }
    const answer = await sendOnce(listed, { method: 'GET', path: pathOf(listed, { labelSelector }), signal })
    const list = JSON.parse(await readWhole(answer)) as {
      readonly metadata: { readonly resourceVersion: string }
      readonly items: readonly Item[]
    }
    const items = new Map(list.items.map(item => [item.metadata.name, item]))
    let { resourceVersion } = list.metadata
    onGood()
    yield [...items.values()]
    while (!signal.aborted) {
      const asked: Asked = { verb: 'watch', resource, namespace }
      const since = performance.now()
      const limit = AbortSignal.any([signal, AbortSignal.timeout(watchSeconds * 1_000 + watchMarginMs)])
      const stream = await sendOnce(asked, {
        method: 'GET',
        path: pathOf(asked, {
          watch: '1',
          labelSelector,
          resourceVersion,
          allowWatchBookmarks: 'true',
          timeoutSeconds: String(watchSeconds),
        }),
        signal: limit,
      })
      for await (const line of readLines(stream, limit)) {
        const { type, object } = JSON.parse(line) as WatchEvent
        if (type === 'ERROR') {
          if (object.code === 410) throw new Expired(object.message)
          throw explainAnswer(object.code ?? 500, line, asked, undefined)
        }
        onGood()
        resourceVersion = object.metadata.resourceVersion ?? resourceVersion
        if (type === 'BOOKMARK') continue
        if (type === 'DELETED') items.delete(object.metadata.name)
        else items.set(object.metadata.name, object as unknown as Item)
        yield [...items.values()]
      }
      // one that ends at once again and again must not become a storm
      if (performance.now() - since < 1_000) await sleep(firstPauseMs)
    }
  }

  return {
    get,
    async createIfAbsent<Item extends KubernetesObject>(
      resource: Resource,
      namespace: string,
      object: KubernetesObject,
    ) {
      const asked: Asked = { verb: 'create', resource, namespace, name: object.metadata.name }
      const path = pathOf({ verb: 'create', resource, namespace })
      try {
        return { object: await send<Item>(asked, { method: 'POST', path, body: object }), isNew: true }
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'conflict') throw error
        return { object: undefined, isNew: false }
      }
    },
    async delete(resource, namespace, name) {
      const asked: Asked = { verb: 'delete', resource, namespace, name }
      const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Foreground' }
      try {
        await send(asked, { method: 'DELETE', path: pathOf(asked), body })
        return true
      } catch (error) {
        if (error instanceof Failure && error.details['kubernetesReason'] === 'NotFound') return false
        throw error
      }
    },
    async *follow<Item extends KubernetesObject>(resource: Resource, namespace: string, how: FollowOptions) {
      let failures = 0
      while (!how.signal.aborted)
        try {
          yield* watchOnce<Item>(resource, namespace, how, () => {
            failures = 0
          })
        } catch (error) {
          if (how.signal.aborted) return
          if (error instanceof Expired) continue
          const failure = asFailure(error)
          if (!failure.kind.isRetryable) throw failure
          how.onTrouble?.(failure)
          await pause(failure, failures, how.signal).catch(() => undefined)
          failures = Math.min(failures + 1, 10)
        }
    },
    async *readLog(namespace, pod, container, { since, signal }) {
      const asked: Asked = { verb: 'get', resource: podResource, subresource: 'log', namespace, name: pod }
      const query = {
        container,
        follow: 'true',
        timestamps: 'true',
        ...(since !== undefined && { sinceTime: since }),
      }
      const answer = await sendOnce(asked, { method: 'GET', path: pathOf(asked, query), signal })
      for await (const line of readLines(answer, signal)) {
        const at = line.indexOf(' ')
        const time = at < 0 ? line : line.slice(0, at)
        // `sinceTime` has whole seconds: what was read before comes again
        if (since !== undefined && time <= since) continue
        yield { time, text: at < 0 ? '' : line.slice(at + 1) }
      }
    },
  }
}

const podResource: Resource = { group: '', version: 'v1', plural: 'pods', kind: 'Pod' }

const isUnknownKind = (failure: Failure): boolean => failure.message.startsWith('The cluster knows no ')

/** A stream that is cut, or a body that is none, is a server that went away. */
function asFailure(error: unknown): Failure {
  return error instanceof Failure
    ? error
    : new Failure('upstream_unreachable', 'The API server of Kubernetes broke off.', { cause: error })
}
