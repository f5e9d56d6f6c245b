import { Command, Option } from 'commander'

import { formatTime } from '../figures.ts'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf, reviewShape } from '../wire.ts'

interface Options {
  readonly tenant?: string
  readonly service?: string
  readonly state: string
  readonly priority?: string
  readonly mine?: true
  readonly limit: number
  readonly cursor?: string
}

export function listReviewsCommand(): Command {
  return new Command('list')
    .description('List what waits for people, the most urgent first; or what was decided')
    .addOption(
      new Option('--state <state>', 'pending, or what was decided')
        .choices(['pending', 'decided', 'approved', 'edited', 'rejected', 'expired'])
        .default('pending'),
    )
    .option('--tenant <id>', 'only those of a tenant')
    .option('--service <name>', 'only those of a service')
    .addOption(new Option('--priority <priority>', 'only these').choices(['urgent', 'high', 'normal', 'low']))
    .option('--mine', 'only those that you have taken')
    .option('--limit <count>', 'how many', wholeNumber(1, 200), 20)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .action(async ({ mine, ...options }: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const query = { ...options, ...(mine && { mine: 'true' }) }
      const page = await api.read('/api/reviews', listOf(reviewShape), { query })
      if (terminal.isJson) return terminal.printJson(page)
      printTable(
        terminal,
        page.data,
        [
          { title: 'id', value: review => review.id },
          { title: 'service', value: review => review.service },
          { title: 'waits', value: review => review.waits_for },
          {
            title: 'state',
            value: review => (review.state === 'pending' ? review.priority : review.state),
          },
          {
            title: options.state === 'pending' ? 'due' : 'decided',
            value: review => formatTime(review.decided_at ?? review.due_at),
          },
          { title: 'with', value: review => review.claimed_by ?? review.decided_by ?? '–' },
          { title: 'begins', value: review => review.preview.slice(0, 60) },
        ],
        options.state === 'pending' ? 'Nothing waits for a person.' : 'Nothing was decided yet.',
      )
      if (typeof page.next_cursor === 'string')
        terminal.note(terminal.style.dim(`More: add --cursor ${page.next_cursor}`))
    })
}
