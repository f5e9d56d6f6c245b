import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'

export interface RegistryCredentials {
  readonly username: string
  readonly password: string
}

export interface Authorizer {
  /** The header for the next call; `undefined` before a registry has asked for any. */
  header(): string | undefined
  /** Takes up what a 401 asks for; `false` where there is nothing more to offer. */
  answer(challenge: string | null): Promise<boolean>
}

const tokenShape = z.looseObject({ token: z.string().optional(), access_token: z.string().optional() })

/**
 * Shows a registry who asks: with name and password, or with a token that its token server gives for them
 * (https://distribution.github.io/distribution/spec/auth/token/).
 */
export function createAuthorizer(options: {
  readonly registry: string
  readonly scope: string
  readonly credentials: RegistryCredentials | undefined
  readonly allowsPlainHttp: boolean
  readonly fetchToken: (url: URL, headers: Readonly<Record<string, string>>) => Promise<Response>
}): Authorizer {
  const { registry, credentials } = options
  let header: string | undefined
  const basic =
    credentials &&
    `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`

  async function fetchToken(parameters: ReadonlyMap<string, string>): Promise<string> {
    const realm = parameters.get('realm') ?? ''
    if (!URL.canParse(realm)) throw refuse(`The registry ${registry} names no token server.`)
    const url = new URL(realm)
    // name and password go to nobody over a line that others read
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && options.allowsPlainHttp))
      throw refuse(`The token server of the registry ${registry} is not reached by https.`)
    const service = parameters.get('service')
    if (service !== undefined) url.searchParams.set('service', service)
    url.searchParams.set('scope', options.scope)
    if (credentials) url.searchParams.set('account', credentials.username)
    const response = await options.fetchToken(url, basic === undefined ? {} : { authorization: basic })
    if (!response.ok) {
      await response.body?.cancel()
      throw refuse(
        `The token server of the registry ${registry} answers ${response.status}. Check its credentials in the configuration.`,
      )
    }
    const parsed = tokenShape.safeParse(await response.json().catch(() => undefined))
    const token = parsed.data?.token ?? parsed.data?.access_token
    if (token === undefined) throw refuse(`The token server of the registry ${registry} gives no token.`)
    return `Bearer ${token}`
  }

  return {
    header: () => header,
    async answer(challenge) {
      const [, scheme = '', rest = ''] = /^\s*(\w+)\s*(.*)$/s.exec(challenge ?? '') ?? []
      if (scheme.toLowerCase() === 'basic' && basic !== undefined && header !== basic) {
        header = basic
        return true
      }
      if (scheme.toLowerCase() !== 'bearer') return false
      const parameters = new Map(
        [...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
          name.toLowerCase(),
          value,
        ]),
      )
      const next = await fetchToken(parameters)
      if (next === header) return false
      header = next
      return true
    },
  }
}

function refuse(message: string): Failure {
  return new Failure('upstream_unauthorized', message)
}
