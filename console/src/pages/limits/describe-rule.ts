import { formatNanoUsd } from '../../format/money.ts'
import { formatCount } from '../../format/number.ts'
import type { Rule } from './limit-bar.ts'

/** `600 requests a minute`, `$50.00 a month, hard`, `20 at once`. */
export function describeRule(rule: Rule): string {
  const much = formatAmount(rule, rule.limit)
  if (rule.per === null) return `${much} at once`
  return rule.measure === 'usd'
    ? `${much} a ${rule.per}, ${rule.kind}`
    : `${much} ${rule.measure} a ${rule.per}`
}

export function formatAmount({ measure }: Pick<Rule, 'measure'>, amount: number): string {
  return measure === 'usd' ? formatNanoUsd(amount) : formatCount(amount)
}
