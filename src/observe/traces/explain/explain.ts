import type { Inference } from '../inference.ts'
import { answerStep } from './answer-step.ts'
import { attemptSteps } from './attempt-steps.ts'
import { cacheStep } from './cache-step.ts'
import { checkSteps } from './check-steps.ts'
import type { ExplainStep } from './explain-step.ts'
import { limitsStep } from './limits-step.ts'
import { priceSteps } from './price-step.ts'
import { type ExplainedReview, reviewSteps } from './review-steps.ts'

/**
 * Every decision of an inference in the order in which it was made, from its record alone: what was decided, why, on what
 * ground (configuration or policy, by hash) and with what evidence. What was not kept yet when it was recorded is left out.
 */
export function explain(inference: Inference, reviews: readonly ExplainedReview[] = []): ExplainStep[] {
  const steps = [
    accessStep(inference),
    serviceStep(inference),
    limitsStep(inference),
    ...checkSteps(inference, ['input', 'context']),
    cacheStep(inference),
    ...attemptSteps(inference),
    ...checkSteps(inference, ['reasoning', 'tool_call', 'output']),
    ...reviewSteps(inference, reviews),
    answerStep(inference),
    ...priceSteps(inference),
  ].filter(step => step !== undefined)
  return steps.sort((one, other) => one.atMs - other.atMs)
}

function accessStep({ keyId, tenant, service, decisions }: Inference): ExplainStep {
  const listed =
    decisions === undefined
      ? ''
      : decisions.isListed
        ? ', and the key names this service among those that it may call'
        : ', and the key names no services, so it may call all of its tenant'
  return {
    kind: 'access',
    decision: 'allowed',
    atMs: 0,
    text: `The key ${keyId} of the tenant ${tenant} may call ${service}.`,
    reason: decisions ? `Its role is ${decisions.role}${listed}.` : 'The policies allowed it.',
    ground: undefined,
    evidence: { key_id: keyId, tenant, service, ...(decisions && { role: decisions.role }) },
  }
}

function serviceStep(inference: Inference): ExplainStep {
  const { service, release, snapshotHash, conversationId, decisions } = inference
  return {
    kind: 'service',
    decision: release === undefined ? 'none' : 'release',
    atMs: decisions?.readMs ?? 0,
    text:
      release === undefined
        ? `No release of ${service} was chosen.`
        : `The release ${release} of ${service} answers.`,
    reason: whyThere(inference),
    ground: { kind: 'configuration', hash: snapshotHash },
    evidence: {
      release: release ?? null,
      ...trafficOf(inference),
      operation: inference.operation,
      streamed: inference.isStream,
      conversation_id: conversationId ?? null,
      trace_id: inference.traceId,
    },
  }
}

const stickyWords: Readonly<Record<string, string>> = {
  user: 'the user that its client named',
  conversation: 'its conversation',
  key: 'its key',
  request: 'the request alone',
}

function whyThere({ rollout, rolloutStep, decisions }: Inference): string {
  const traffic = decisions?.traffic
  if (!traffic || rollout === undefined)
    return 'It is the one that serves: the configuration names it, or a rollout has promoted it.'
  const { by, why, fell } = traffic
  const during = `During step ${rolloutStep ?? 0} of the rollout ${rollout}`
  const fallen = `${stickyWords[by] ?? by} falls to ${fell}`
  switch (why) {
    case 'assigned':
      return `${during}, ${fallen}.`
    case 'bound':
      return `${during}, ${fallen}; what it goes on from can be read here alone.`
    case 'copied':
      return `${during}, it is a copy of what the baseline has answered; nobody gets its answer.`
    case 'held back':
      return `${during}, ${fallen}, to which this process had stopped sending.`
    case 'sent back':
      return `${during}, ${fallen}, which failed before it said anything and was stopped; the baseline was asked instead.`
  }
}

function trafficOf({ rollout, rolloutStep, arm, decisions }: Inference): Record<string, unknown> {
  if (rollout === undefined) return {}
  const { by, why, fell } = decisions?.traffic ?? {}
  return { rollout, rollout_step: rolloutStep ?? null, arm: arm ?? null, sticky_by: by, why, fell_to: fell }
}
