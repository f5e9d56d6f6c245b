import { Command } from 'commander'

import { confirm } from '../confirm.ts'
import { openSession } from '../session.ts'
import { batchShape } from '../wire.ts'

export function cancelBatchCommand(): Command {
  return new Command('cancel')
    .description('End a batch; what is answered is kept, the rest is never asked')
    .argument('<id>', 'as `slipway batch list` shows it')
    .option('--yes', 'do not ask')
    .action(async (id: string, options: { yes?: true }, command: Command) => {
      const { api, terminal } = openSession(command)
      const path = `/api/batches/${encodeURIComponent(id)}`
      const batch = await api.read(path, batchShape)
      const left = batch.total - batch.completed - batch.failed
      const question = `Cancel ${batch.id} of ${batch.tenant}? ${left} lines will not be asked; ${batch.completed} answers are kept.`
      if (!(await confirm(terminal, question, options.yes === true)))
        return terminal.note('Nothing was changed.')
      const cancelled = await api.read(`${path}/cancel`, batchShape, { method: 'POST' })
      if (terminal.isJson) return terminal.printJson(cancelled)
      terminal.print(`${terminal.style.green('✓')} ${batch.id} ends; its answers stay readable.`)
    })
}
