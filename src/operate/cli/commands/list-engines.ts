import { Command } from 'commander'

import { printEngines } from '../engine-table.ts'
import { openSession } from '../session.ts'
import { engineShape, listOf } from '../wire.ts'

export function listEnginesCommand(): Command {
  return new Command('list')
    .description('List the engines of the server, and how they are')
    .action(async (_options: unknown, command: Command) => {
      const { api, terminal } = openSession(command)
      const engines = await api.read('/api/engines', listOf(engineShape))
      if (terminal.isJson) return terminal.printJson(engines)
      printEngines(terminal, engines.data)
    })
}
