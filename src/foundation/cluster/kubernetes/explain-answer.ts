import { Failure } from '../../platform/index.ts'
import type { Resource } from './objects.ts'

/** What was asked, for the words of a failure. */
export interface Asked {
  readonly verb: 'create' | 'get' | 'list' | 'watch' | 'delete'
  readonly resource: Resource
  /** `log` of a pod. */
  readonly subresource?: string
  readonly namespace: string
  readonly name?: string
}

interface Status {
  readonly reason?: string
  readonly message?: string
  readonly details?: {
    readonly retryAfterSeconds?: number
    readonly causes?: readonly { readonly field?: string; readonly message?: string }[]
  }
}

/** What an answer that is none of ours to use means, and what mends it. */
export function explainAnswer(
  code: number,
  body: string,
  asked: Asked,
  retryAfter: string | undefined,
): Failure {
  const status = parseStatus(body)
  const said = (status.message ?? '').slice(0, 1_000)
  const { resource, namespace, verb } = asked
  const plural = asked.subresource === undefined ? resource.plural : `${resource.plural}/${asked.subresource}`
  const what = asked.name === undefined ? plural : `${resource.kind} ${asked.name}`
  const seconds = retrySeconds(status, retryAfter)
  const fail = (failureCode: ConstructorParameters<typeof Failure>[0], message: string): Failure =>
    new Failure(failureCode, message, {
      details: {
        kubernetesStatus: code,
        kubernetesReason: status.reason,
        ...(seconds !== undefined && { retryAfterSeconds: seconds }),
      },
    })
  switch (code) {
    case 401:
      return fail(
        'upstream_unauthorized',
        'The API server of Kubernetes does not know us (401): the token has expired or is of another cluster. Renew the kubeconfig or the service account.',
      )
    case 403:
      if (/exceeded quota/.test(said))
        return fail('upstream_rate_limited', `A quota of the namespace ${namespace} is used up: ${said}`)
      if (/violates PodSecurity|admission webhook|denied the request/.test(said))
        return fail('upstream_rejected', `The cluster does not admit ${what}: ${said}`)
      return fail(
        'upstream_unauthorized',
        `We may not ${verb} ${plural} in the namespace ${namespace}. Add this rule to our Role there: {apiGroups: ["${resource.group}"], resources: ["${plural}"], verbs: ["${verb}"]}.`,
      )
    case 404:
      if (/could not find the requested resource|page not found/.test(said + body))
        return fail(
          'not_found',
          `The cluster knows no ${resource.kind} of ${resource.group || 'the core'}/${resource.version}: what brings it is not installed.`,
        )
      return fail(
        'not_found',
        verb === 'create'
          ? `There is no namespace ${namespace}: ${said}`
          : `There is no ${what} in ${namespace}.`,
      )
    case 409:
      return fail('conflict', `${what} in ${namespace} is there already or was changed meanwhile: ${said}`)
    case 422: {
      const causes = status.details?.causes?.map(({ field, message }) => `${field}: ${message}`).join('; ')
      return fail('upstream_rejected', `The cluster refuses ${what}: ${causes ?? said}`)
    }
    case 429:
      return fail('upstream_rate_limited', 'The API server of Kubernetes asks us to slow down.')
    default:
      return code >= 500
        ? fail('upstream_error', `The API server of Kubernetes answered ${code}: ${said}`)
        : fail(
            'upstream_rejected',
            `The API server of Kubernetes answered ${code} to ${verb} ${what}: ${said}`,
          )
  }
}

function parseStatus(body: string): Status {
  try {
    const read = JSON.parse(body) as unknown
    return typeof read === 'object' && read !== null ? read : {}
  } catch {
    return {}
  }
}

function retrySeconds(status: Status, header: string | undefined): number | undefined {
  const seconds = Number(header ?? status.details?.retryAfterSeconds)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined
}
