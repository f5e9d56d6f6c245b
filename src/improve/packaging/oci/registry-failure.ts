import { z } from 'zod'
import { Failure, type FailureCode } from '../../../foundation/platform/index.ts'

const errorShape = z.looseObject({
  errors: z.array(z.looseObject({ code: z.string().optional(), message: z.string().optional() })).min(1),
})
const longestAnswer = 16 * 1024

/** What an answer of a registry means that is none of those that were waited for. */
export async function failureOfAnswer(
  place: string,
  method: string,
  response: Response,
  hasCredentials: boolean,
): Promise<Failure> {
  const said = await readError(response)
  const told = said === '' ? '' : ` It says: ${said}.`
  const { status } = response
  const [code, what] = meaningOf(status, place, hasCredentials)
  return new Failure(code, `${what}${told}`, { details: { registryStatus: status, method } })
}

function meaningOf(status: number, place: string, hasCredentials: boolean): [FailureCode, string] {
  if (status === 401 || status === 403)
    return [
      'upstream_unauthorized',
      hasCredentials
        ? `${place}: the registry refuses (${status}). Check what its credentials in the configuration may do.`
        : `${place}: the registry wants to know who asks (${status}). Give it credentials in the configuration.`,
    ]
  if (status === 404) return ['not_found', `${place}: the registry has none of this name.`]
  if (status === 413 || status === 507)
    return [
      'upstream_rejected',
      `${place}: the registry has no room for it (${status}). Free space there, or raise its limit.`,
    ]
  if (status === 429)
    return ['upstream_rate_limited', `${place}: the registry has had enough calls for now. Try again later.`]
  if (status >= 500)
    return ['upstream_error', `${place}: the registry has trouble (${status}). Try again later.`]
  return ['upstream_rejected', `${place}: the registry does not take it (${status}).`]
}

export function failureOfConnection(registry: string, error: unknown, isSilent: boolean): Failure {
  return isSilent
    ? new Failure('upstream_timeout', `The registry ${registry} does not answer.`, { cause: error })
    : new Failure(
        'upstream_unreachable',
        `The connection to the registry ${registry} was not made, or was cut. Check its address in the configuration, and try again.`,
        { cause: error },
      )
}

async function readError(response: Response): Promise<string> {
  const text = await response.text().catch(() => '')
  if (text.length > longestAnswer) return ''
  try {
    const parsed = errorShape.safeParse(JSON.parse(text))
    const [error] = parsed.data?.errors ?? []
    return [error?.code, error?.message].filter(Boolean).join(', ').slice(0, 300)
  } catch {
    return ''
  }
}
