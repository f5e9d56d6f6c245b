import { Command } from 'commander'

import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf, revisionShape } from '../wire.ts'

interface Options {
  readonly limit: number
}

export function listRevisionsCommand(): Command {
  return new Command('history')
    .description('Show what was published, newest first; the first is in force')
    .option('--limit <count>', 'how many', wholeNumber(1, 200), 20)
    .action(async ({ limit }: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const revisions = await api.read('/api/configuration/revisions', listOf(revisionShape), {
        query: { limit },
      })
      if (terminal.isJson) return terminal.printJson(revisions)
      printTable(
        terminal,
        revisions.data,
        [
          { title: 'revision', value: ({ revision }) => String(revision), isNumber: true },
          { title: 'published', value: ({ published_at }) => published_at.slice(0, 19).replace('T', ' ') },
          { title: 'by', value: ({ published_by }) => published_by },
          {
            title: 'how',
            value: ({ origin, restores }) =>
              typeof restores === 'number' ? `rollback to ${restores}` : origin,
          },
          { title: 'hash', value: ({ hash }) => hash },
        ],
        'Nothing was published yet: the built-in default is in force.',
      )
    })
}
