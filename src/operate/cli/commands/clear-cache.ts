import { Command } from 'commander'

import { confirm } from '../confirm.ts'
import { openSession } from '../session.ts'
import { clearedCacheShape } from '../wire.ts'

export function clearCacheCommand(): Command {
  return new Command('clear')
    .description('Forget the answers that the server keeps of a service; what was measured stays')
    .argument('<service>', 'its name')
    .option('--yes', 'do not ask')
    .action(async (service: string, options: { yes?: true }, command: Command) => {
      const { api, terminal } = openSession(command)
      const question = `Forget the kept answers of the service ${service}? The next such requests are paid for.`
      if (!(await confirm(terminal, question, options.yes === true)))
        return terminal.note('Nothing was changed.')
      const path = `/api/caches/${encodeURIComponent(service)}`
      const cleared = await api.read(path, clearedCacheShape, { method: 'DELETE' })
      if (terminal.isJson) return terminal.printJson(cleared)
      const { forgotten } = cleared
      terminal.print(
        `${terminal.style.green('✓')} Forgot ${forgotten} ${forgotten === 1 ? 'answer' : 'answers'} of the service ${service}.`,
      )
    })
}
