import { createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { Failure } from '../../../foundation/platform/index.ts'
import type { DialectOptions } from '../dialect.ts'
import { asCount, asObject, asText, parseLoosely } from '../loose-json.ts'

interface ServiceAccount {
  readonly email: string
  readonly keyId: string | undefined
  readonly key: KeyObject
  readonly tokenUrl: string
}

interface Token {
  readonly value: string
  readonly expiresAtMs: number
}

/** How long before its end a token is replaced while calls go on with it, and from when on they wait for the next. */
const renewEarlyMs = 5 * 60_000
const lastUseMs = 30_000
const timeoutMs = 10_000
const lifetimeSeconds = 3600
const scope = 'https://www.googleapis.com/auth/cloud-platform'
const usualTokenUrl = 'https://oauth2.googleapis.com/token'

/**
 * Access tokens for the key of a service account: a JWT signed with it is exchanged for one, which is kept in memory and
 * renewed before it ends; calls that come at once share one renewal. Throws `upstream_unauthorized` where the key is none
 * or is refused. https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 */
export function createAccessTokens(
  credentials: string,
  tokenUrl: string | undefined,
  options: DialectOptions,
): (signal: AbortSignal) => Promise<string> {
  let token: Token | undefined
  let renewal: Promise<Token> | undefined

  function renew(): Promise<Token> {
    renewal ??= requestToken(readServiceAccount(credentials, tokenUrl, options.label), options.label)
      .then(next => {
        options.failures.temporarySecrets = [next.value]
        return (token = next)
      })
      .finally(() => {
        renewal = undefined
      })
    return renewal
  }

  return async signal => {
    const leftMs = token ? token.expiresAtMs - Date.now() : 0
    if (!token || leftMs < lastUseMs) return (await untilAborted(renew(), signal)).value
    // whoever needs the next one when this is over will meet the failure again
    if (leftMs < renewEarlyMs) renew().catch(() => undefined)
    return token.value
  }
}

/** The renewal goes on for the others that wait for it. */
function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error)
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}

function readServiceAccount(
  credentials: string,
  tokenUrl: string | undefined,
  label: string,
): ServiceAccount {
  const account = asObject(parseLoosely(credentials))
  const email = asText(account?.['client_email'])
  const pem = asText(account?.['private_key'])
  if (!account || !email || !pem) {
    const message = `The credentials of the ${label} are not the key of a service account. Give the JSON file that Google made for it, with \`client_email\` and \`private_key\`.`
    throw new Failure('upstream_unauthorized', message)
  }
  return {
    email,
    keyId: asText(account['private_key_id']),
    key: readKey(pem, label),
    tokenUrl: tokenUrl ?? asText(account['token_uri']) ?? usualTokenUrl,
  }
}

/** What the parser says about a broken key is not kept: it may quote it. */
function readKey(pem: string, label: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    const message = `The \`private_key\` in the credentials of the ${label} cannot be read. Give the JSON file as Google made it.`
    throw new Failure('upstream_unauthorized', message)
  }
}

async function requestToken(account: ServiceAccount, label: string): Promise<Token> {
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: signAssertion(account, Math.floor(Date.now() / 1000)),
  })
  let text: string
  let status: number
  try {
    const response = await fetch(account.tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    text = await response.text()
    status = response.status
  } catch (cause) {
    const message = `The ${label} could not reach ${account.tokenUrl} for an access token.`
    throw new Failure('upstream_unreachable', message, { cause })
  }
  const answer = asObject(parseLoosely(text))
  const value = asText(answer?.['access_token'])
  const seconds = asCount(answer?.['expires_in'])
  if (status === 200 && value && seconds !== undefined) {
    return { value, expiresAtMs: Date.now() + seconds * 1000 }
  }
  const upstreamCode = asText(answer?.['error']) ?? `http_${status}`
  if (status === 429 || status >= 500) {
    const message = `The ${label} got no access token: ${account.tokenUrl} answered with HTTP ${status}.`
    throw new Failure('upstream_error', message, { details: { upstreamCode } })
  }
  const message = `The ${label} got no access token: ${account.tokenUrl} refused the service account ${account.email} (${upstreamCode}). Check that the key is in force and the clock is right.`
  throw new Failure('upstream_unauthorized', message, { details: { upstreamCode } })
}

function signAssertion({ email, keyId, key, tokenUrl }: ServiceAccount, nowSeconds: number): string {
  const header = { alg: 'RS256', typ: 'JWT', ...(keyId ? { kid: keyId } : {}) }
  const claims = { iss: email, scope, aud: tokenUrl, iat: nowSeconds, exp: nowSeconds + lifetimeSeconds }
  const signed = [header, claims]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`
}
