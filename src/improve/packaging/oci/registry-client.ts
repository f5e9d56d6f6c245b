import { Failure } from '../../../foundation/platform/index.ts'
import { createAuthorizer, type RegistryCredentials } from './authorization.ts'
import { failureOfAnswer, failureOfConnection } from './registry-failure.ts'

/** A registry that the configuration declares, and what this server shows it. */
export interface DeclaredRegistry {
  readonly name: string
  /** Without a path. */
  readonly url: string
  /** Repositories lie below it; empty for all. */
  readonly prefix: string
  readonly credentials: RegistryCredentials | undefined
  readonly allowsPlainHttp: boolean
}

export interface RegistryCall {
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Whole, so that it can be sent again after a 401. */
  readonly body?: Uint8Array | undefined
  readonly signal?: AbortSignal | undefined
  /** Statuses that are no failure. */
  readonly expect: readonly number[]
}

/** Calls of one repository of one registry. */
export interface RegistryClient {
  /** `hub/ml/support`, for people. */
  readonly place: string
  /** A path below the repository (`blobs/…`), or where the registry has said that something goes on. */
  call(method: string, target: string | URL, options: RegistryCall): Promise<Response>
  /** Where an answer says that something goes on. */
  locationOf(response: Response): URL
}

/** How long a registry may take to answer, and to send the next piece. */
export const silenceMs = 60_000
const mostRedirects = 5

export function createRegistryClient(
  registry: DeclaredRegistry,
  repository: string,
  actions: 'pull' | 'pull,push',
): RegistryClient {
  const full = registry.prefix === '' ? repository : `${registry.prefix}/${repository}`
  if (!/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/.test(full))
    throw new Failure(
      'invalid_request',
      `${JSON.stringify(full.slice(0, 100))} is no name of a repository: lower-case letters and digits, joined by ., _, - and /.`,
      { details: { parameter: 'repository' } },
    )
  const place = `${registry.name}/${full}`
  const base = new URL(`/v2/${full}/`, registry.url)
  const authorizer = createAuthorizer({
    registry: registry.name,
    scope: `repository:${full}:${actions}`,
    credentials: registry.credentials,
    allowsPlainHttp: registry.allowsPlainHttp,
    fetchToken: async (url, headers) => await send('GET', url, { headers, expect: [] }, undefined),
  })

  async function send(
    method: string,
    url: URL,
    { headers, body, signal }: RegistryCall,
    authorization: string | undefined,
  ): Promise<Response> {
    let target = url
    for (let redirects = 0; ; redirects += 1) {
      const silence = new AbortController()
      const timer = setTimeout(() => silence.abort(), silenceMs)
      let response: Response
      try {
        response = await fetch(target, {
          method,
          redirect: 'manual',
          headers: {
            ...headers,
            // what a storage behind the registry is shown stands in the address that it gave
            ...(authorization !== undefined && target.origin === base.origin && { authorization }),
          },
          ...(body !== undefined && { body: body as Uint8Array<ArrayBuffer> }),
          signal: AbortSignal.any([silence.signal, ...(signal ? [signal] : [])]),
        })
      } catch (error) {
        signal?.throwIfAborted()
        throw failureOfConnection(registry.name, error, silence.signal.aborted)
      } finally {
        clearTimeout(timer)
      }
      const next = response.headers.get('location')
      if (response.status < 300 || response.status >= 400 || response.status === 304 || next === null)
        return response
      await response.body?.cancel()
      if (redirects >= mostRedirects)
        throw new Failure('upstream_error', `The registry ${registry.name} sends us around in circles.`)
      target = reachable(new URL(next, target))
    }
  }

  /** A registry that is reached by https sends nobody elsewhere without. */
  function reachable(url: URL): URL {
    if (url.protocol === 'https:' || (url.protocol === 'http:' && registry.allowsPlainHttp)) return url
    throw new Failure(
      'upstream_error',
      `The registry ${registry.name} sends us to an address without https; that is only followed where the configuration says \`plainHttp: true\`.`,
    )
  }

  return {
    place,
    locationOf(response) {
      const location = response.headers.get('location')
      if (location !== null && URL.canParse(location, base)) return new URL(location, base)
      throw new Failure('upstream_error', `${place}: the registry does not say where an upload goes on.`)
    },
    async call(method, target, options) {
      const url = reachable(typeof target === 'string' ? new URL(target, base) : target)
      let response = await send(method, url, options, authorizer.header())
      if (response.status === 401) {
        const challenge = response.headers.get('www-authenticate')
        await response.body?.cancel()
        if (await authorizer.answer(challenge))
          response = await send(method, url, options, authorizer.header())
      }
      if (options.expect.includes(response.status)) return response
      throw await failureOfAnswer(place, method, response, registry.credentials !== undefined)
    },
  }
}
