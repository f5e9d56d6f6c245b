import { Command } from 'commander'

import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { verdictsShape } from '../wire.ts'

export function listVerdictsCommand(): Command {
  return new Command('verdicts')
    .description('Show how often each check said what, by service and kind of text')
    .option('--hours <count>', 'how far back', wholeNumber(1, 2_160), 24)
    .action(async ({ hours }: { hours: number }, command: Command) => {
      const { api, terminal } = openSession(command)
      const counts = await api.read('/api/guardrails/verdicts', verdictsShape, { query: { hours } })
      if (terminal.isJson) return terminal.printJson(counts)
      printTable(
        terminal,
        counts.data,
        [
          { title: 'service', value: count => count.service },
          { title: 'policy', value: count => count.policy_hash },
          { title: 'check', value: count => count.guard },
          { title: 'on', value: count => count.stage },
          { title: 'mode', value: count => count.mode },
          { title: 'said', value: count => count.outcome },
          { title: 'inferences', value: count => String(count.inferences), isNumber: true },
          { title: 'findings', value: count => String(count.findings), isNumber: true },
          { title: 'characters', value: count => String(count.scanned_chars), isNumber: true },
          { title: 'mean ms', value: count => count.mean_ms.toFixed(3), isNumber: true },
        ],
        `No check has said anything in the last ${hours} hours.`,
      )
    })
}
