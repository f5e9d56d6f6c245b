import { usageOf } from '../../foundation/config/index.ts'
import type { Body, ClientDialect } from '../dialects/index.ts'
import type { UpstreamCall } from '../providers/index.ts'
import { callTargets, type Committed, type RouteDecision, type RoutePlan } from '../routing/index.ts'
import { addressCall } from './address-call.ts'
import type { Exchange } from './exchange.ts'
import type { Demand, EnterQueue } from './ports.ts'

interface Routed {
  readonly exchange: Exchange
  readonly dialect: ClientDialect
  readonly demand: Demand
  readonly body: Body
  /** The client's own text, where the body is still what it says. */
  readonly original: string | undefined
  readonly files: UpstreamCall['files']
  /** Those of the client's that its dialect passes on. */
  readonly headers: Headers
  readonly isContentWanted: boolean
  /** The key of the one target that the request has to go to. */
  readonly pin: string | undefined
  /** Where it may go, where that is not what the service does now. */
  readonly plan?: RoutePlan
  readonly enterQueue: EnterQueue
  readonly onDecision: (decision: RouteDecision) => void
}

/** Sends the request to a target of its service, or to several until one has answered. */
export async function routeCall(routed: Routed): Promise<Committed> {
  const { exchange, dialect, demand, body, original, files, isContentWanted, enterQueue } = routed
  const { service, isStream, trace, startedAt, principal, requestId } = exchange.options
  const forwarded = forwardedHeaders(routed.headers, dialect)
  return await callTargets({
    plan: routed.plan ?? service.plan,
    attempts: exchange.attempts,
    onDecision: routed.onDecision,
    choice: {
      stickyKey: principal.keyId,
      prefixHashes: demand.prefixHashes,
      expected: () =>
        usageOf({ inputTokens: demand.inputTokens(), outputTokens: demand.maxOutputTokens ?? 0 }),
      pin: routed.pin,
    },
    call: {
      isStream,
      control: exchange.control,
      startedAt,
      address: target => ({
        ...addressCall(dialect, body, original, target.upstream),
        ...(forwarded && { headers: forwarded }),
        ...(files && { files }),
        model: target.model,
        isStream,
        traceparent: trace.traceparent,
        requestId,
        isContentWanted,
      }),
      enter: (target, signal) => enterQueue(target, demand, signal),
      payAgain: () => exchange.payAgain(),
    },
  })
}

/** What the client said in headers that belong to its dialect. */
function forwardedHeaders(given: Headers, dialect: ClientDialect): UpstreamCall['headers'] {
  if (!dialect.forwardedHeaders) return undefined
  const headers: Record<string, string> = {}
  for (const name of dialect.forwardedHeaders) {
    const value = given.get(name)
    if (value !== null) headers[name] = value
  }
  return headers
}
