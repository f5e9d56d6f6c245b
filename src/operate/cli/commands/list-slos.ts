import { Command } from 'commander'

import { sloShape } from '../alerts-wire.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf } from '../wire.ts'

export function listSlosCommand(): Command {
  return new Command('slo')
    .description('Show what is promised, what is left of the error budgets, and how fast they burn')
    .action(async (_options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const slos = await api.read('/api/slos', listOf(sloShape))
      if (terminal.isJson) return terminal.printJson(slos)
      printTable(
        terminal,
        slos.data,
        [
          { title: 'service', value: slo => slo.service },
          { title: 'objective', value: slo => slo.name },
          { title: 'promise', value: slo => slo.promise },
          { title: 'bad', value: slo => `${slo.whole.bad} of ${slo.whole.events}`, isNumber: true },
          {
            title: 'budget left',
            value: slo => (slo.whole.events === 0 ? '–' : `${(slo.budget_left * 100).toFixed(1)} %`),
            isNumber: true,
          },
          {
            title: 'burns',
            value: slo => slo.burns.map(({ windows }) => (windows[0]?.burn ?? 0).toFixed(1)).join(' / '),
          },
          {
            title: 'alert',
            value: slo => slo.burns.find(({ is_burning: isBurning }) => isBurning)?.severity ?? '–',
          },
        ],
        'Nothing is promised: declare `slos` of a service in slipway.yaml.',
      )
    })
}
