import { Command } from 'commander'

import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { writtenRevisionShape } from '../wire.ts'

export function showRevisionCommand(): Command {
  return new Command('show')
    .description('Print a revision of the configuration as YAML')
    .argument('<revision>', 'its number, as `slipway config history` shows it', wholeNumber(1, 2 ** 31))
    .action(async (wanted: number, _options: unknown, command: Command) => {
      const { api, terminal } = openSession(command)
      const revision = await api.read(`/api/configuration/revisions/${wanted}`, writtenRevisionShape)
      if (terminal.isJson) return terminal.printJson(revision)
      terminal.print(revision.text.trimEnd())
    })
}
