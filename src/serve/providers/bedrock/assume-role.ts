import { readFile } from 'node:fs/promises'
import { Failure } from '../../../foundation/platform/index.ts'
import type { DialectOptions } from '../dialect.ts'
import type { AwsCredentials } from './sign.ts'

export interface Role {
  readonly roleArn: string
  /** Read again each time: Kubernetes replaces the token in it. */
  readonly tokenFile: string
  /** Of the security token service. */
  readonly endpoint: string
}

interface Session extends AwsCredentials {
  readonly expiresAtMs: number
}

/** How long before its end a session is replaced while calls go on with it, and from when on they wait for the next. */
const renewEarlyMs = 10 * 60_000
const lastUseMs = 60_000
const timeoutMs = 10_000

/**
 * Credentials of a role that is assumed with a web identity token, kept in memory and renewed before they end; calls
 * that come at once share one renewal. Throws `upstream_unauthorized` where the role is refused.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export function assumeRole(role: Role, options: DialectOptions): () => Promise<AwsCredentials> {
  let session: Session | undefined
  let renewal: Promise<Session> | undefined

  function renew(): Promise<Session> {
    renewal ??= requestSession(role, options.label)
      .then(next => {
        options.failures.temporarySecrets = [next.secretAccessKey, next.sessionToken ?? ''].filter(Boolean)
        return (session = next)
      })
      .finally(() => {
        renewal = undefined
      })
    return renewal
  }

  return async () => {
    const leftMs = session ? session.expiresAtMs - Date.now() : 0
    if (!session || leftMs < lastUseMs) return renew()
    // whoever needs it when this one is over will meet the failure again
    if (leftMs < renewEarlyMs) renew().catch(() => undefined)
    return session
  }
}

async function requestSession(role: Role, label: string): Promise<Session> {
  const form = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: role.roleArn,
    RoleSessionName: 'slipway',
    WebIdentityToken: await readToken(role.tokenFile, label),
  })
  let text: string
  let isRefused: boolean
  try {
    const response = await fetch(role.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    text = await response.text()
    isRefused = !response.ok
  } catch (cause) {
    const message = `The ${label} could not reach ${role.endpoint} to assume its role.`
    throw new Failure('upstream_unreachable', message, { cause })
  }
  if (isRefused) throw refused(label, role, textOf(text, 'Code') ?? 'an error without a code')
  const accessKeyId = textOf(text, 'AccessKeyId')
  const secretAccessKey = textOf(text, 'SecretAccessKey')
  const expiresAtMs = Date.parse(textOf(text, 'Expiration') ?? '')
  if (!accessKeyId || !secretAccessKey || Number.isNaN(expiresAtMs)) {
    throw refused(label, role, 'an answer without credentials')
  }
  return { accessKeyId, secretAccessKey, sessionToken: textOf(text, 'SessionToken'), expiresAtMs }
}

async function readToken(tokenFile: string, label: string): Promise<string> {
  try {
    return (await readFile(tokenFile, 'utf8')).trim()
  } catch (cause) {
    const message = `The web identity token of the ${label} cannot be read from ${tokenFile}.`
    throw new Failure('upstream_unauthorized', message, { cause })
  }
}

function refused(label: string, { roleArn, endpoint }: Role, what: string): Failure {
  const message = `The ${label} could not assume ${roleArn}: ${endpoint} answered with ${what}. Check the role, its trust policy and the token.`
  return new Failure('upstream_unauthorized', message, { details: { upstreamCode: what } })
}

/** The text of the first element of this name. */
function textOf(xml: string, element: string): string | undefined {
  return new RegExp(`<${element}>([^<]+)</${element}>`).exec(xml)?.[1]?.trim()
}
