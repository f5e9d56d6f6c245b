import { Command } from 'commander'

import type { ApiClient } from '../api-client.ts'
import { CommandError } from '../command-error.ts'
import { confirm } from '../confirm.ts'
import { openSession } from '../session.ts'
import { keyShape, listOf } from '../wire.ts'
import type { WireKey } from '../wire.ts'

export function revokeKeyCommand(): Command {
  return new Command('revoke')
    .description('Make a key worthless, at once and for good')
    .argument('<key>', 'its id, name or prefix, as `slipway key list` shows them')
    .option('--yes', 'do not ask')
    .action(async (wanted: string, options: { yes?: true }, command: Command) => {
      const { api, terminal } = openSession(command)
      const key = await findOneKey(api, wanted)
      const question = `Revoke the key ${key.name} (${key.prefix}…, ${key.role})? Calls that use it will fail.`
      if (!(await confirm(terminal, question, options.yes === true)))
        return terminal.note('Nothing was changed.')
      await api.send(`/api/keys/${encodeURIComponent(key.id)}`, { method: 'DELETE' })
      if (terminal.isJson) return terminal.printJson({ id: key.id, name: key.name, is_revoked: true })
      terminal.print(`${terminal.style.green('✓')} The key ${key.name} is revoked.`)
    })
}

async function findOneKey(api: ApiClient, wanted: string): Promise<WireKey> {
  const { data } = await api.read('/api/keys', listOf(keyShape))
  const byId = data.find(key => key.id === wanted)
  if (byId !== undefined) return byId
  const alive = data.filter(key => typeof key.revoked_at !== 'string')
  const matches = alive.filter(key => key.name === wanted || key.prefix === wanted.replace(/…$/, ''))
  const [only] = matches
  if (only !== undefined && matches.length === 1) return only
  if (matches.length === 0)
    throw new CommandError('not_found', `There is no valid key with the id, name or prefix \`${wanted}\`.`, {
      mend: '`slipway key list` shows them.',
    })
  throw new CommandError('ambiguous', `${matches.length} keys match \`${wanted}\`.`, {
    mend: `Name one by its id: ${matches.map(key => key.id).join(', ')}.`,
  })
}
