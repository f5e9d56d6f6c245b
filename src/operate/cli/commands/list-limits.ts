import { Command } from 'commander'

import { formatUsd } from '../figures.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf, scopeLimitsShape } from '../wire.ts'

export function listLimitsCommand(): Command {
  return new Command('limits')
    .description('Show limits and budgets, and what is left of them now')
    .action(async (_options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const limits = await api.read('/api/limits', listOf(scopeLimitsShape))
      if (terminal.isJson) return terminal.printJson(limits)
      const rows = limits.data.flatMap(({ scope, id, source, rules }) =>
        rules.map(rule => {
          const say = (amount: number) => (rule.measure === 'usd' ? formatUsd(amount) : String(amount))
          const bound = rule.measure === 'usd' ? `${rule.kind} budget` : rule.measure
          return { scope: `${scope} ${id}`, source, rule, say, bound }
        }),
      )
      printTable(
        terminal,
        rows,
        [
          { title: 'of', value: row => row.scope },
          { title: 'what', value: row => row.bound },
          { title: 'limit', value: row => row.say(row.rule.limit), isNumber: true },
          { title: 'per', value: row => row.rule.per ?? 'at once' },
          { title: 'spent', value: row => row.say(row.rule.spent), isNumber: true },
          { title: 'held', value: row => row.say(row.rule.leased), isNumber: true },
          { title: 'left', value: row => row.say(row.rule.remaining), isNumber: true },
          { title: 'set in', value: row => (row.source === 'file' ? 'slipway.yaml' : 'the API') },
        ],
        'There are no limits: declare them in slipway.yaml, or with `slipway limits set tenant <id> --budget 50/month`.',
      )
    })
}
