import type { InferenceAlternative } from '../decisions.ts'
import type { Inference, InferenceAttempt } from '../inference.ts'
import { attemptsOf } from '../waterfall/inference-spans.ts'
import type { ExplainStep } from './explain-step.ts'

const deniedWords: Readonly<Record<string, string>> = {
  retry_denied: 'It was not sent again.',
  hedge_denied: 'It was not sent to a second target beside the slow one.',
}

/** Where it went and why: each choice of a target, the wait for a place there, and how the attempt ended. */
export function attemptSteps(inference: Inference): ExplainStep[] {
  const steps = attemptsOf(inference).flatMap((attempt, index) => stepsOf(inference, attempt, index))
  for (const { kind, atMs } of inference.decisions?.denied ?? []) {
    steps.push({
      kind: 'route',
      decision: kind,
      atMs,
      text: deniedWords[kind] ?? kind,
      reason: 'The budget that bounds how many calls are sent twice was used up.',
      ground: { kind: 'configuration', hash: inference.snapshotHash },
      evidence: {},
    })
  }
  return steps
}

function stepsOf(inference: Inference, attempt: InferenceAttempt, index: number): ExplainStep[] {
  const ground = { kind: 'configuration', hash: inference.snapshotHash } as const
  const { target, model, reason, startMs, sentMs, alternatives } = attempt
  const where = `${target}${model === '' ? '' : ` ${model}`}`
  const steps: ExplainStep[] = [
    {
      kind: 'route',
      decision: decisionOf(reason, index),
      atMs: startMs,
      text: `Attempt ${index + 1} went to ${where}.`,
      reason: `${sentence(reason)}${alternatives ? ` ${alternatives.map(inWords).join('; ')}.` : ''}`,
      ground,
      evidence: {
        attempt: index + 1,
        target,
        model,
        reason,
        alternatives: alternatives?.map(evidenceOf) ?? null,
      },
    },
  ]
  const waitedMs = (sentMs ?? attempt.endMs ?? inference.latencyMs) - startMs
  if (sentMs === undefined || waitedMs >= 1) {
    const priority = inference.decisions?.priority
    steps.push({
      kind: 'queue',
      decision: sentMs === undefined ? 'not_sent' : 'waited',
      atMs: startMs,
      text:
        sentMs === undefined
          ? `It was never sent to ${target}.`
          : `It waited ${Math.round(waitedMs)} ms for a place at ${target}.`,
      reason: `Its class is ${priority ?? 'not recorded'}; the queue of the target lets in what it can hold, tenant by tenant.`,
      ground,
      evidence: { attempt: index + 1, waited_ms: waitedMs, priority: priority ?? null },
    })
  }
  steps.push(endOf(inference, attempt, index))
  return steps
}

function endOf(inference: Inference, attempt: InferenceAttempt, index: number): ExplainStep {
  const { outcome = 'ok', message, headersMs, firstTokenMs, sentMs } = attempt
  const endMs = attempt.endMs ?? inference.latencyMs
  const words =
    outcome === 'ok'
      ? 'answered'
      : outcome === 'abandoned'
        ? 'was given up, as another was faster'
        : outcome === 'client_closed'
          ? 'was given up, as the client had left'
          : `failed with ${outcome}`
  return {
    kind: 'attempt',
    decision: outcome,
    atMs: endMs,
    text: `Attempt ${index + 1} ${words}${sentMs === undefined ? '' : ` after ${Math.round(endMs - sentMs)} ms`}.`,
    reason: message ?? (outcome === 'ok' ? 'The upstream ended in order.' : 'Nothing more was said of it.'),
    ground: undefined,
    evidence: {
      attempt: index + 1,
      target: attempt.target,
      sent_ms: sentMs ?? null,
      headers_ms: headersMs ?? null,
      first_token_ms: firstTokenMs ?? null,
      end_ms: endMs,
    },
  }
}

function decisionOf(reason: string, index: number): string {
  if (reason.startsWith('fallback')) return 'fallback'
  if (reason.startsWith('retry')) return 'retry'
  if (reason.startsWith('no first token')) return 'hedge'
  return index === 0 ? 'chosen' : 'again'
}

function inWords({
  target,
  model,
  weight,
  inFlight,
  load,
  costNanoUsd,
  ruledOut,
  reason,
}: InferenceAlternative): string {
  const name = `${target} ${model}`
  if (ruledOut === 'tried') return `${name} had been tried`
  if (ruledOut === 'no_weight') return `${name} has no weight`
  if (ruledOut === 'unavailable') return `${name} was left alone (${reason ?? 'taken out'})`
  const cost = costNanoUsd === undefined ? '' : `, about $${(costNanoUsd / 1e9).toPrecision(3)}`
  return `${name} had ${inFlight} under way, load ${load.toPrecision(3)}, weight ${weight}${cost}`
}

function evidenceOf(alternative: InferenceAlternative): Record<string, unknown> {
  const { inFlight, costNanoUsd, ruledOut, reason, ...rest } = alternative
  return {
    ...rest,
    in_flight: inFlight,
    cost_nano_usd: costNanoUsd ?? null,
    ruled_out: ruledOut ?? null,
    reason: reason ?? null,
  }
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}
