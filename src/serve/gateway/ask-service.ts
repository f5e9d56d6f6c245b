import type { Registry } from 'prom-client'
import { Failure } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import type { AskService, ServiceCall } from '../guardrails/index.ts'
import { asObject, parseLoosely } from '../providers/index.ts'
import type { Gateway } from './gateway.ts'
import { createCheckMetrics } from './check-metrics.ts'
import type { InferenceRecord } from './inference-record.ts'

/** What checks ask services of ours through: the gateway, in the name of the check, at the tenant's cost. */
export function createAskService(gateway: Gateway, registry: Registry): AskService {
  const metrics = createCheckMetrics(registry)
  return async call => {
    call.signal.throwIfAborted()
    let record: InferenceRecord | undefined
    const request = new Request(`http://gateway.internal${call.path}`, {
      method: 'POST',
      body: JSON.stringify({ ...call.body, model: call.service }),
      signal: call.signal,
    })
    try {
      const response = await gateway(request, call.path, {
        principal: principalOf(call),
        priority: call.priority ?? 'interactive',
        isOurs: true,
        onRecord: ended => (record = ended),
      })
      const body = await readAnswer(response, call)
      return { body, model: record?.upstreamModel, costNanoUsd: record?.costNanoUsd }
    } finally {
      metrics.asked(call, record)
    }
  }
}

/** The check, or the judge, is the key: its spend stands in the ledger and the costs under its own name. */
function principalOf({ check, tenant }: ServiceCall): Principal {
  const name = check.startsWith('judge:') ? check : `check:${check}`
  return { keyId: name, keyName: name, role: 'service', tenant, services: undefined }
}

async function readAnswer(response: Response, call: ServiceCall): Promise<Record<string, unknown>> {
  const text = await response.text()
  call.signal.throwIfAborted()
  const body = asObject(parseLoosely(text))
  const { check, service } = call
  if (!response.ok) {
    const code = (body?.['error'] as { code?: unknown } | undefined)?.code
    throw new Failure('upstream_error', `The check ${check} got no answer of the service ${service}.`, {
      details: {
        status: response.status,
        ...(typeof code === 'string' && { upstreamCode: code.slice(0, 64) }),
      },
    })
  }
  if (!body)
    throw new Failure(
      'upstream_error',
      `The service ${service} answered the check ${check} with no JSON object.`,
    )
  return body
}
