import { totalInputTokens, totalOutputTokens } from '../../foundation/config/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import type { CallRelease, NoAnswer, ReleaseAnswer, ReleaseRequest } from '../../improve/evaluation/index.ts'
import type { Gateway, InferenceRecord } from '../../serve/gateway/index.ts'
import { asObject, parseLoosely } from '../../serve/providers/index.ts'
import { readStreamedChat } from './read-streamed-chat.ts'

const path = '/v1/chat/completions'

/** What evaluations ask releases through: the gateway, behind everybody who waits, in the name of the suite. */
export function createCallRelease(gateway: Gateway): CallRelease {
  return async call => {
    call.signal.throwIfAborted()
    let record: InferenceRecord | undefined
    const request = new Request(`http://evaluation.internal${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        // a repeat that a cache answers is no repeat
        'cache-control': 'no-store',
        ...(call.requestId !== undefined && { 'x-request-id': call.requestId }),
      },
      body: JSON.stringify(bodyOf(call)),
      signal: call.signal,
    })
    const response = await gateway(request, path, {
      principal: principalOf(call),
      priority: 'batch',
      isOurs: true,
      release: call.release,
      onRecord: ended => (record = ended),
    })
    const text = await response.text()
    call.signal.throwIfAborted()
    if (!response.ok) return noAnswer(response, text, record)
    const body = call.isStreamed === true ? readStreamedChat(text) : asObject(parseLoosely(text))
    const problem = body === undefined ? 'no JSON object' : errorOf(body)
    if (body === undefined || problem !== undefined) {
      return {
        kind: 'failed',
        status: response.status,
        code: record?.failureCode ?? 'upstream_error',
        message: `The release answered with ${problem ?? 'nothing that can be read'}.`,
        isRetryable: true,
        costNanoUsd: record?.costNanoUsd,
      }
    }
    return answerOf(body, record)
  }
}

function bodyOf({ body, service, seed, isStreamed }: ReleaseRequest): Record<string, unknown> {
  return {
    ...body,
    model: service,
    ...(seed !== undefined && { seed }),
    ...(isStreamed === true && { stream: true, stream_options: { include_usage: true } }),
  }
}

/** The suite is the key: its spend stands in the ledger and the costs under its own name. */
function principalOf({ suite, tenant }: ReleaseRequest): Principal {
  const name = `evaluation:${suite}`
  return { keyId: name, keyName: name, role: 'service', tenant, services: undefined }
}

interface ChatAnswer {
  readonly choices?: readonly {
    readonly message?: { readonly content?: unknown }
    readonly finish_reason?: unknown
  }[]
}

function answerOf(
  body: Readonly<Record<string, unknown>>,
  record: InferenceRecord | undefined,
): ReleaseAnswer {
  const choice = (body as ChatAnswer).choices?.[0]
  const content = choice?.message?.content
  const usage = record?.usage
  const waitedMs = record?.upstreamStartMs ?? 0
  const firstMs = record?.timeToFirstTokenMs
  return {
    kind: 'answer',
    text: typeof content === 'string' ? content : '',
    body,
    inferenceId: record?.id,
    release: record?.release,
    model: record?.upstreamModel,
    finishReason: typeof choice?.finish_reason === 'string' ? choice.finish_reason : record?.finishReason,
    latencyMs: Math.max(0, (record?.latencyMs ?? 0) - waitedMs),
    firstTokenMs:
      record?.isStream !== true || firstMs === undefined ? undefined : Math.max(0, firstMs - waitedMs),
    usage: usage && { input: totalInputTokens(usage), output: totalOutputTokens(usage) },
    costNanoUsd: record?.costNanoUsd,
  }
}

function noAnswer(response: Response, text: string, record: InferenceRecord | undefined): NoAnswer {
  const error = errorBody(asObject(parseLoosely(text)))
  const code = record?.failureCode ?? error.code ?? 'upstream_error'
  const seconds = Number(response.headers.get('retry-after'))
  const retryAfterSeconds = Number.isFinite(seconds) && seconds > 0 ? seconds : undefined
  if (code === 'budget_exhausted' || code === 'unpriced_target') return { kind: 'budget', why: code }
  // of the provider: waiting for a minute does not fill it either
  if (error.code === 'insufficient_quota') return { kind: 'budget', why: code }
  if (response.status === 429 || response.status === 503) {
    return { kind: 'full', retryAfterSeconds, why: code }
  }
  return {
    kind: 'failed',
    status: response.status,
    code,
    message: record?.failureMessage ?? `The release was not asked, or did not answer: ${code}.`,
    isRetryable: response.status >= 500,
    costNanoUsd: record?.costNanoUsd,
  }
}

function errorBody(body: Record<string, unknown> | undefined): { readonly code: string | undefined } {
  const { code } = (body?.['error'] ?? {}) as { code?: unknown }
  return { code: typeof code === 'string' ? code.slice(0, 64) : undefined }
}

/** What is wrong with a 200. */
function errorOf(body: Record<string, unknown>): string | undefined {
  if (body['error'] !== undefined) return 'an error'
  return (body as ChatAnswer).choices?.[0]?.message === undefined ? 'no choice' : undefined
}
