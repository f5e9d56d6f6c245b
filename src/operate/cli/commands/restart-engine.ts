import { Command } from 'commander'

import { openSession } from '../session.ts'
import { engineShape } from '../wire.ts'

export function restartEngineCommand(): Command {
  return new Command('restart')
    .description('Start an engine over, once its requests in flight have ended')
    .argument('<name>')
    .action(async (name: string, _options: unknown, command: Command) => {
      const { api, terminal } = openSession(command)
      const path = `/api/engines/${encodeURIComponent(name)}/restart`
      const engine = await api.read(path, engineShape, { method: 'POST' })
      if (terminal.isJson) return terminal.printJson(engine)
      terminal.print(`${terminal.style.green('✓')} The engine ${engine.name} starts over.`)
    })
}
