import { Command, Option } from 'commander'

import type { Role } from '../../../govern/access/index.ts'
import { parseMoment } from '../duration.ts'
import { limitOptions, type LimitOptions, readLimits } from '../limit-options.ts'
import { collect } from '../options.ts'
import { openSession } from '../session.ts'
import { printFields } from '../table.ts'
import { createdKeyShape, scopeLimitsShape } from '../wire.ts'

/** Only the type crosses the door: the domain itself would take longer to load than most commands run. */
const roles = [
  'service',
  'developer',
  'reviewer',
  'auditor',
  'operator',
  'owner',
] as const satisfies readonly Role[]

interface Options extends LimitOptions {
  readonly role: string
  readonly tenant?: string
  readonly service?: readonly string[]
  readonly expires?: string
}

export function createKeyCommand(): Command {
  const command = new Command('create')
    .description('Make a key; its secret is shown this once')
    .argument('<name>', 'what the key is for')
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).default('service'))
    .option('--tenant <id>', 'bind it to a tenant (default: the whole installation)')
    .option('--service <name>', 'only for this service; may come several times', collect)
    .option('--expires <when>', 'a day (2026-12-31), a time, or a span from now (30d)')
    .action(async (name: string, options: Options, own: Command) => {
      const { api, terminal } = openSession(own)
      const declared = readLimits(options)
      const key = await api.read('/api/keys', createdKeyShape, {
        method: 'POST',
        body: {
          name,
          role: options.role,
          tenant: options.tenant ?? null,
          ...(options.service !== undefined && { services: options.service }),
          ...(options.expires !== undefined && { expires_at: parseMoment(options.expires, 'ahead') }),
        },
      })
      // after the key, as they are named by its id; where they cannot be set, a key without them must not stay
      if (declared) {
        try {
          await api.read(`/api/limits/key/${key.id}`, scopeLimitsShape, { method: 'PUT', body: declared })
        } catch (error) {
          await api.send(`/api/keys/${key.id}`, { method: 'DELETE' })
          throw error
        }
      }
      if (terminal.isJson) return terminal.printJson(key)
      printFields(terminal, [
        ['id', key.id],
        ['name', key.name],
        ['role', key.role],
        ['tenant', key.tenant ?? 'all'],
        ['services', key.services?.join(', ') ?? 'all'],
        ['expires', key.expires_at],
      ])
      terminal.print(`\n${terminal.style.bold(key.secret)}`)
      terminal.note('\nKeep it now: only its hash is stored, and it is not shown again.')
    })
  return limitOptions(command)
}
