import type { Failure } from '../../foundation/platform/index.ts'
import { homeTenant } from '../../govern/access/index.ts'
import { WordsAbout } from '../../govern/privacy/index.ts'
import { type Attempt, onlyTarget } from '../routing/index.ts'
import type { Exchange } from './exchange.ts'
import type { InferenceRecord, RecordedAttempt } from './inference-record.ts'
import { contentNow } from './kept-content.ts'
import type { Spend } from './spend.ts'

/** What is kept of an exchange when it has ended. */
export function describeInference(
  exchange: Exchange,
  end: {
    readonly outcome: InferenceRecord['outcome']
    readonly status: number
    readonly failure: Failure | undefined
    readonly spend: Spend
  },
): InferenceRecord {
  const { options, attempts } = exchange
  const { outcome, status, failure, spend } = end
  const last = exchange.answering ?? attempts.at(-1)
  const observation = last?.observation
  const firstTokenAt = observation?.firstTokenAt
  if (exchange.assignment) exchange.decisions.traffic = exchange.assignment.decision
  exchange.decisions.routedMs = attempts[0]?.record.startMs
  const words = new WordsAbout(exchange.request)
  return {
    id: options.id,
    requestId: options.requestId,
    traceId: options.trace.traceId,
    spanId: options.trace.spanId,
    parentSpanId: options.trace.parentSpanId,
    tenant: homeTenant(options.principal),
    conversationId: exchange.conversation?.id,
    noTraining: exchange.noTraining,
    keyId: options.principal.keyId,
    service: options.service.name,
    release: exchange.releaseName ?? options.service.releaseName,
    ...ofRollout(exchange),
    target: last?.target.name,
    upstreamModel: observation?.upstreamModel ?? last?.target.model,
    operation: options.operation,
    isStream: options.isStream,
    outcome,
    status,
    failureCode: failure?.code ?? (status === 500 ? 'internal_error' : undefined),
    failureMessage: words.record(failure?.code, failure?.message),
    finishReason: exchange.guards?.finishReason ?? observation?.finishReason ?? finishOf(exchange),
    usage: spend.usage,
    // what a cache answers costs nothing, which is not the same as being unpriced
    costNanoUsd: exchange.cached ? 0 : spend.costNanoUsd,
    isCostEstimate: spend.isEstimate,
    charges: spend.charges,
    reportedCostNanoUsd: observation?.reportedCostNanoUsd,
    serviceTier: observation?.serviceTier,
    upstreamId: observation?.upstreamId,
    cache: exchange.cached?.how,
    savedNanoUsd: exchange.cached?.savedNanoUsd,
    startedAtMs: options.startedAtMs,
    latencyMs: exchange.elapsedMs,
    timeToFirstTokenMs: firstTokenAt === undefined ? undefined : firstTokenAt - options.startedAt,
    admittedMs: exchange.admittedMs,
    upstreamStartMs: last?.record.sentMs,
    upstreamHeadersMs: last?.record.headersMs,
    attempts: decisions(attempts, words),
    decisions: exchange.decisions,
    snapshotHash: options.snapshot.hash,
    ...exchange.guards?.verdicts(),
    content: contentNow(exchange),
  }
}

/** Nothing where there is none, which costs nothing. */
function ofRollout({
  assignment,
}: Exchange): Pick<InferenceRecord, 'rollout' | 'rolloutStep' | 'arm' | 'isShadow'> | undefined {
  if (!assignment) return undefined
  const { rollout } = assignment.watch
  return { rollout: rollout.id, rolloutStep: rollout.step, arm: assignment.arm, isShadow: assignment.isCopy }
}

/** One attempt at the only target there is says nothing that the inference does not. */
function decisions(attempts: readonly Attempt[], words: WordsAbout): RecordedAttempt[] | undefined {
  const [first, ...others] = attempts
  if (!first || (others.length === 0 && first.record.reason === onlyTarget)) return undefined
  return attempts.map(({ record }) => ({ ...record, message: words.record(record.outcome, record.message) }))
}

function finishOf({ cached }: Exchange): string | undefined {
  return cached?.answer.kind === 'message' ? cached.answer.finishReason : undefined
}
