import type { Registry } from 'prom-client'
import { createId, Failure } from '../../foundation/platform/index.ts'
import type { Priority, ReviewsConfig } from '../../foundation/config/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import type { Cache } from '../cache/index.ts'
import {
  type AnswerMemory,
  type ClientDialect,
  clientDialects,
  messagesDialect,
  openAiErrors,
} from '../dialects/index.ts'
import type { Operation } from '../providers/index.ts'
import { followTraffic, type Traffic } from '../traffic/index.ts'
import { answerError, type ErrorLog } from './answer-error.ts'
import { type CopyOf, createCopies } from './copies.ts'
import { createGatewayMetrics } from './gateway-metrics.ts'
import { createEmbed, type EmbedFor } from './embed-text.ts'
import type { GuardPorts } from './guards.ts'
import { infer } from './infer.ts'
import type { MaskContent } from './kept-content.ts'
import type { ApprovedRequest } from './ask-approved.ts'
import type { ReviewDesk } from './review-desk.ts'
import type { RecordInference } from './inference-record.ts'
import { isOfAnthropic, listModels, readModel } from './models.ts'
import type { Admit, EnterQueue } from './ports.ts'
import type { ServingSnapshot } from './serving-snapshot.ts'

export interface GatewayOptions extends ErrorLog {
  /** The snapshot in force now; each request keeps the one it began with. */
  readonly snapshot: () => ServingSnapshot
  /** Throws `unauthenticated`. Memory only. */
  readonly authenticate: (request: Request) => Principal
  /** Whether the key may call the service. Memory only. */
  readonly mayCall: (principal: Principal, service: string) => boolean
  readonly admit: Admit
  readonly enterQueue: EnterQueue
  /** Tokens that a prompt may have, from its JSON; errs upwards. */
  readonly estimateTokens: (body: Readonly<Record<string, unknown>>) => number
  readonly cache: Pick<Cache, 'lookup'>
  /** What is declared of services' releases; without it the configured ones serve. */
  readonly traffic?: Traffic
  /** What remembers the answers of an operation, for requests that go on from them. */
  readonly memories?: Partial<Record<Operation, AnswerMemory>>
  readonly record: RecordInference
  readonly maskContent: MaskContent
  /** Where people decide on what a policy escalates, and on what terms. Without it, what is escalated is refused. */
  readonly reviews?: { readonly desk: ReviewDesk; readonly settings: () => ReviewsConfig } | undefined
  /** What lets policies work. */
  readonly guards: GuardPorts
  readonly registry: Registry
  readonly bodyLimitBytes: number
}

/** Who calls from inside of the process: a batch, a check. */
export interface InternalCaller {
  readonly principal: Principal
  readonly priority: Priority
  /**
   * The gateway itself asks, for a service that the configuration names: whether the key may call it does not matter. Such
   * a call is never guarded, since it may be a guard's own, and its content is never kept: it may be what must not be.
   */
  readonly isOurs?: true
  /** Asks this release of the service rather than the one that serves. */
  readonly release?: string | undefined
  /** Told of the inference when it has ended, before the answer is returned. */
  readonly onRecord?: RecordInference
  /** It asks with a request that people have approved: what escalated it then does not again. */
  readonly review?: ApprovedRequest
  /** It is a copy of what a client has been answered: no tenant pays for it, and nobody gets its answer. */
  readonly copy?: CopyOf
}

export type Gateway = (request: Request, path: string, caller?: InternalCaller) => Promise<Response>

const openAi: Pick<ClientDialect, 'errors' | 'requestIdHeader'> = { errors: openAiErrors }

/** Serves `/v1`: the one place through which a client reaches a model. Touches nothing but memory. */
export function createGateway(options: GatewayOptions): Gateway {
  const metrics = createGatewayMetrics(options.registry)
  const embed: EmbedFor = createEmbed((request, path, caller) => gateway(request, path, caller))
  const traffic = followTraffic(options.traffic, burst => metrics.burst(burst))
  const copies = createCopies((request, path, caller) => gateway(request, path, caller), metrics)
  const gateway: Gateway = async (request, path, caller) => {
    const requestId = acceptRequestId(request.headers.get('x-request-id'))
    const dialect = clientDialects[path]
    try {
      if (dialect && request.method === 'POST') {
        return await infer({
          request,
          path,
          dialect,
          requestId,
          caller,
          options,
          metrics,
          embed,
          traffic,
          copies,
        })
      }
      return serveModels(request, path, requestId, options)
    } catch (error) {
      if (error instanceof Failure) metrics.rejected(error.code)
      const { errors, requestIdHeader } = dialect ?? (isOfAnthropic(request) ? messagesDialect : openAi)
      const headers = requestIdHeader === undefined ? {} : { [requestIdHeader]: requestId }
      return answerError(error, requestId, errors, options, headers)
    }
  }
  return gateway
}

function serveModels(request: Request, path: string, requestId: string, options: GatewayOptions): Response {
  const isModels = path === '/v1/models' || path.startsWith('/v1/models/')
  if (!isModels && !clientDialects[path])
    throw new Failure('not_found', `Invalid URL (${request.method} ${path})`)
  if (request.method !== 'GET' || !isModels) {
    const message = `Not allowed to ${request.method} on ${path}. (HINT: Perhaps you meant to use a different HTTP method?)`
    throw new Failure('method_not_allowed', message)
  }
  const principal = options.authenticate(request)
  const snapshot = options.snapshot()
  const mayCall = (service: string): boolean => options.mayCall(principal, service)
  const response =
    path === '/v1/models'
      ? listModels(request, snapshot, mayCall)
      : readModel(request, snapshot, path.slice('/v1/models/'.length), mayCall)
  response.headers.set('x-request-id', requestId)
  return response
}

/** A client's own request id is kept where it is plain; anything else is replaced. */
function acceptRequestId(given: string | null): string {
  return given !== null && /^[\w.:-]{1,128}$/.test(given) ? given : createId()
}
