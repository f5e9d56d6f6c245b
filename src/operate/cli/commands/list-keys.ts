import { Command } from 'commander'

import { formatTime } from '../figures.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { keyShape, listOf } from '../wire.ts'
import type { WireKey } from '../wire.ts'

export function listKeysCommand(): Command {
  return new Command('list')
    .description('List keys, without their secrets')
    .option('--tenant <id>', 'only those of a tenant')
    .action(async (options: { tenant?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const keys = await api.read('/api/keys', listOf(keyShape), { query: { tenant: options.tenant } })
      if (terminal.isJson) return terminal.printJson(keys)
      printTable(
        terminal,
        keys.data,
        [
          { title: 'id', value: key => key.id },
          { title: 'name', value: key => key.name },
          { title: 'prefix', value: key => `${key.prefix}…` },
          { title: 'role', value: key => key.role },
          { title: 'tenant', value: key => key.tenant ?? 'all' },
          { title: 'services', value: key => key.services?.join(', ') ?? 'all' },
          { title: 'last used', value: key => formatTime(key.last_used_at) },
          { title: 'state', value: stateOf },
        ],
        'There are no keys yet: `slipway key create <name>` makes one.',
      )
    })
}

function stateOf(key: WireKey): string {
  if (typeof key.revoked_at === 'string') return 'revoked'
  if (typeof key.expires_at !== 'string') return 'valid'
  return new Date(key.expires_at) < new Date() ? 'expired' : `until ${key.expires_at.slice(0, 10)}`
}
