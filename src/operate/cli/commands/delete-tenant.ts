import { Command } from 'commander'

import { confirm } from '../confirm.ts'
import { openSession } from '../session.ts'

export function deleteTenantCommand(): Command {
  return new Command('delete')
    .description('Delete a tenant; its keys stop working')
    .argument('<id>')
    .option('--yes', 'do not ask')
    .action(async (id: string, options: { yes?: true }, command: Command) => {
      const { api, terminal } = openSession(command)
      if (!(await confirm(terminal, `Delete the tenant ${id}? Its keys stop working.`, options.yes === true)))
        return terminal.note('Nothing was changed.')
      await api.send(`/api/tenants/${encodeURIComponent(id)}`, { method: 'DELETE' })
      if (terminal.isJson) return terminal.printJson({ id, is_deleted: true })
      terminal.print(`${terminal.style.green('✓')} The tenant ${id} is deleted.`)
    })
}
