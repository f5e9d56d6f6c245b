import { Command } from 'commander'

import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { cacheShape, listOf } from '../wire.ts'

export function listCachesCommand(): Command {
  return new Command('cache')
    .description('Show which services give answers again, and whether the semantic ones may')
    .action(async (_options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const caches = await api.read('/api/caches', listOf(cacheShape))
      if (terminal.isJson) return terminal.printJson(caches)
      printTable(
        terminal,
        caches.data,
        [
          { title: 'service', value: cache => cache.service },
          { title: 'for', value: cache => cache.tenants?.join(', ') ?? 'all tenants' },
          { title: 'answers', value: cache => String(cache.answers), isNumber: true },
          { title: 'KiB', value: cache => (cache.bytes / 1_024).toFixed(1), isNumber: true },
          { title: 'exact', value: cache => (cache.exact ? 'serves' : '–') },
          { title: 'semantic', value: ({ semantic }) => describe(semantic) },
          {
            title: 'trials',
            value: ({ semantic }) => (semantic ? String(semantic.trials) : '–'),
            isNumber: true,
          },
          {
            title: 'wrong, at most / allowed',
            value: ({ semantic }) =>
              semantic ? `${percent(semantic.wrong_bound)} / ${percent(semantic.max_wrong)}` : '–',
            isNumber: true,
          },
        ],
        'No service keeps answers: say `cache` of a service in slipway.yaml.',
      )
    })
}

function describe(semantic: { readonly serving: boolean } | null | undefined): string {
  if (!semantic) return '–'
  return semantic.serving ? 'serves' : 'measures'
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
