import type { InferenceLimit } from '../decisions.ts'
import type { Inference } from '../inference.ts'
import type { ExplainStep } from './explain-step.ts'

const counted: Readonly<Record<string, string>> = {
  requests: 'requests',
  tokens: 'tokens',
  concurrent: 'requests at once',
}

/** Which limits and budgets held, what was set aside in each, and whether that was there. */
export function limitsStep(inference: Inference): ExplainStep | undefined {
  const { decisions, admittedMs, snapshotHash, failureCode, failureMessage, outcome } = inference
  if (!decisions?.askedMs) return undefined
  const limits = decisions.limits ?? []
  const waitedMs = admittedMs === undefined ? undefined : admittedMs - decisions.askedMs
  const common = {
    kind: 'limits',
    atMs: decisions.askedMs,
    ground: { kind: 'configuration', hash: snapshotHash },
    evidence: {
      limits: limits.map(limitEvidence),
      waited_ms: waitedMs ?? null,
      bound_output_tokens: decisions.boundOutputTokens ?? null,
    },
  } as const
  if (admittedMs === undefined) {
    return {
      ...common,
      decision: outcome === 'aborted' ? 'left' : 'refused',
      text:
        outcome === 'aborted'
          ? 'The client left before limits let it through.'
          : 'A limit or a budget refused it.',
      reason: failureMessage ?? 'Nothing was said of it.',
      evidence: { ...common.evidence, code: failureCode ?? null },
    }
  }
  const bound =
    decisions.boundOutputTokens === undefined
      ? ''
      : ` A budget holds and the client set no bound, so the answer was bounded to ${decisions.boundOutputTokens} tokens.`
  return {
    ...common,
    decision: 'admitted',
    text:
      limits.length === 0 ? 'No limit or budget held for it.' : `Limits and budgets let it through.${bound}`,
    reason:
      limits.length === 0
        ? 'Neither its tenant, its key nor its service has one.'
        : `${limits.map(limitInWords).join('; ')}.`,
  }
}

function limitInWords({ scope, id, measure, kind, limit, per, setAside, left }: InferenceLimit): string {
  const amount = (value: number): string => (measure === 'usd' ? dollars(value) : String(value))
  const whole = measure === 'usd' ? `${dollars(limit)}` : `${limit} ${counted[measure] ?? measure}`
  const window = per === undefined ? '' : ` a ${per}`
  return `${scope} ${id}: ${kind === 'soft' ? 'soft ' : ''}${whole}${window}, ${amount(setAside)} set aside, ${amount(left)} left`
}

function limitEvidence({ setAside, per, ...limit }: InferenceLimit): Record<string, unknown> {
  return { ...limit, per: per ?? null, set_aside: setAside }
}

/** Nano-dollars with as many digits as they need, two at least. */
export function dollars(nanoUsd: number): string {
  return `$${(nanoUsd / 1e9).toFixed(9).replace(/0{1,7}$/, '')}`
}
