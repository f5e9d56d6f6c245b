import { Failure } from '../../../foundation/platform/index.ts'
import type { Share } from './grant.ts'
import type { Rule } from './rule.ts'

const counted = { requests: 'requests', tokens: 'tokens', usd: 'dollars', concurrent: 'requests' } as const

/** Why a request may not go now, and when it may. */
export function refusalOf({ rule, account, amount }: Share, nowMs: number): Failure {
  const { scope, measure, limit, per } = rule
  const whose = `the ${scope} of this request`
  const details = { scope, limit: ruleName(rule), window: account.window }
  if (measure === 'concurrent') {
    const message = `${limit} requests of ${whose} are under way, which is all that may be at once. Try again when one has ended.`
    return new Failure('rate_limited', message, { details: { ...details, retryAfterSeconds: 1 } })
  }
  const retryAfterSeconds = Math.max(1, Math.ceil((account.endsAtMs - nowMs) / 1_000))
  if (measure === 'usd') {
    const message = `The budget of ${whose}, ${dollars(limit)} a ${per}, does not have the ${dollars(amount)} left that this request may cost at most. It begins anew in ${retryAfterSeconds} s; a smaller max_tokens may still fit.`
    return new Failure('budget_exhausted', message, {
      details: { ...details, retryAfterSeconds, shouldRetry: false },
    })
  }
  if (amount > limit) {
    const message = `This request may take ${amount} tokens, and the limit of ${whose} is ${limit} a ${per}: it never fits. Send a shorter prompt or a smaller max_tokens.`
    return new Failure('rate_limited', message, { details: { ...details, shouldRetry: false } })
  }
  const message = `The limit of ${whose}, ${limit} ${counted[measure]} a ${per}, is reached. It begins anew in ${retryAfterSeconds} s.`
  return new Failure('rate_limited', message, { details: { ...details, retryAfterSeconds } })
}

/** A budget that cannot be kept is not: what has no price is not sent. */
export function unpricedRefusal(rule: Rule, service: string): Failure {
  const message = `A hard budget holds for the ${rule.scope} of this request, and the service ${service} can go to a target without a price, so nobody can say what it would cost. Declare the price in the configuration (\`prices\` or \`priceLists\`), or make the budget soft.`
  return new Failure('unpriced_target', message, { details: { scope: rule.scope, shouldRetry: false } })
}

function ruleName({ measure, limit, per }: Rule): string {
  const amount = measure === 'usd' ? dollars(limit) : `${limit} ${counted[measure]}`
  return per === undefined ? `${amount} at once` : `${amount} a ${per}`
}

/** Nano-dollars as dollars, with as many digits as they need and two at least. */
export function dollars(nanoUsd: number): string {
  return `$${(nanoUsd / 1e9).toFixed(9).replace(/0{1,7}$/, '')}`
}
