import { Failure } from '../../foundation/platform/index.ts'
import type { EmbedTexts } from '../../improve/evaluation/index.ts'
import type { Gateway, InferenceRecord } from '../../serve/gateway/index.ts'

const path = '/v1/embeddings'

interface Reply {
  readonly data?: readonly { readonly index?: unknown; readonly embedding?: unknown }[]
}

/** What evaluators make vectors of texts with: a service of ours, through the gateway, in the name of the suite. */
export function createEmbedTexts(gateway: Gateway): EmbedTexts {
  return async ({ suite, ...call }) => await embedThrough(gateway, { ...call, name: `evaluation:${suite}` })
}

/** Makes vectors of texts, in their order; `name` is whose spend it is. */
export async function embedThrough(
  gateway: Gateway,
  {
    name,
    tenant,
    service,
    texts,
    signal,
  }: {
    readonly name: string
    readonly tenant: string | undefined
    readonly service: string
    readonly texts: readonly string[]
    readonly signal: AbortSignal
  },
): Promise<{ readonly vectors: number[][]; readonly costNanoUsd: number | undefined }> {
  if (texts.length === 0) return { vectors: [], costNanoUsd: undefined }
  let record: InferenceRecord | undefined
  const request = new Request(`http://internal${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: service, input: texts, encoding_format: 'float' }),
    signal,
  })
  const response = await gateway(request, path, {
    principal: { keyId: name, keyName: name, role: 'service', tenant, services: undefined },
    priority: 'batch',
    isOurs: true,
    onRecord: ended => (record = ended),
  })
  const text = await response.text()
  signal.throwIfAborted()
  const vectors = response.ok ? readVectors(text, texts.length) : undefined
  if (vectors) return { vectors, costNanoUsd: record?.costNanoUsd }
  throw new Failure('upstream_error', `The service ${service} made no vectors of the texts.`, {
    details: { status: response.status, reason: record?.failureCode },
  })
}

function readVectors(text: string, count: number): number[][] | undefined {
  const { data } = JSON.parse(text) as Reply
  if (data?.length !== count) return undefined
  const vectors = data
    .toSorted((left, right) => Number(left.index ?? 0) - Number(right.index ?? 0))
    .map(({ embedding }) => embedding)
  return vectors.every(vector => Array.isArray(vector)) ? (vectors as number[][]) : undefined
}
