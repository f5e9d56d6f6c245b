import { Command } from 'commander'
import { compareBiasCommand } from './commands/compare-bias.ts'
import { readDataBiasCommand } from './commands/read-data-bias.ts'
import { makeFormsCommand } from './commands/make-forms.ts'
import { mitigateBiasCommand } from './commands/mitigate-bias.ts'
import { readOddsCommand } from './commands/read-odds.ts'
import { readParityCommand } from './commands/read-parity.ts'

/** What depends on what it should not: in data, and in answers. */
export function biasCommands(): Command {
  const group = new Command('bias')
    .description('Find what depends on what it should not, in data and in answers, and work against it')
    .helpCommand(false)
  for (const command of [
    readDataBiasCommand(),
    makeFormsCommand(),
    readParityCommand(),
    readOddsCommand(),
    mitigateBiasCommand(),
    compareBiasCommand(),
  ])
    group.addCommand(command)
  return group
}
