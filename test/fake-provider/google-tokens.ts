import { createVerify, generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeTokens {
  /** Where tokens are given. */
  readonly url: string
  /** The key of a service account, as the JSON file that Google makes. */
  readonly credentials: string
  /** How many tokens were asked for. */
  readonly count: number
  /** The token that was given last. */
  readonly last: string
  /** For the tokens to come. */
  answer(next: { readonly lifetimeSeconds?: number; readonly status?: number; readonly error?: string }): void
  [Symbol.asyncDispose](): Promise<void>
}

/** Plays Google's token endpoint on loopback: takes JWTs that are signed with the key, for this audience and in force. */
export async function startFakeTokens(delayMs = 0): Promise<FakeTokens> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  let count = 0
  let lifetimeSeconds = 3600
  let failure: { status: number; error: string } | undefined
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => (body += String(chunk)))
    request.on('end', () => {
      count += 1
      const problem = failure?.error ?? problemOf(new URLSearchParams(body))
      const reply = problem
        ? { error: problem, error_description: 'Invalid JWT Signature.' }
        : { access_token: `ya29.fake-token-${count}`, expires_in: lifetimeSeconds, token_type: 'Bearer' }
      setTimeout(() => {
        response.writeHead(problem ? (failure?.status ?? 400) : 200, { 'content-type': 'application/json' })
        response.end(JSON.stringify(reply))
      }, delayMs)
    })
  })

  function problemOf(form: URLSearchParams): string | undefined {
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      return 'unsupported_grant_type'
    const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.')
    const verify = createVerify('RSA-SHA256').update(`${header}.${claims}`)
    if (!verify.verify(publicKey, Buffer.from(signature, 'base64url'))) return 'invalid_grant'
    const { alg, kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, unknown>
    const { iss, aud, scope, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<
      string,
      unknown
    >
    const now = Date.now() / 1000
    const isInForce = Number(iat) <= now + 5 && Number(exp) > now && Number(exp) - Number(iat) <= 3600
    const isForUs = iss === 'caller@project.iam.gserviceaccount.com' && aud === url && alg === 'RS256'
    const isWhole = kid === 'key-1' && scope === 'https://www.googleapis.com/auth/cloud-platform'
    return isInForce && isForUs && isWhole ? undefined : 'invalid_grant'
  }

  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
  return {
    url,
    credentials: JSON.stringify({
      type: 'service_account',
      project_id: 'my-project',
      private_key_id: 'key-1',
      private_key: pem,
      client_email: 'caller@project.iam.gserviceaccount.com',
      token_uri: url,
    }),
    get count() {
      return count
    },
    get last() {
      return `ya29.fake-token-${count}`
    },
    answer(next) {
      lifetimeSeconds = next.lifetimeSeconds ?? 3600
      failure = next.error === undefined ? undefined : { status: next.status ?? 400, error: next.error }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
