import { Command } from 'commander'
import { createTrainingCommand } from './commands/create-training.ts'
import { listTrainingCommand } from './commands/list-training.ts'
import { moveTrainingCommand } from './commands/move-training.ts'
import { readTrainingLogCommand } from './commands/read-training-log.ts'
import { printTrainerManifestCommand } from './commands/print-manifest.ts'
import { watchTrainingCommand } from './commands/watch-training.ts'

/** Training jobs. */
export function trainCommands(): Command {
  const group = new Command('train')
    .description('Train models: begin jobs, follow and end them')
    .helpCommand(false)
  for (const command of [
    createTrainingCommand(),
    listTrainingCommand(),
    watchTrainingCommand(),
    moveTrainingCommand('cancel'),
    moveTrainingCommand('pause'),
    moveTrainingCommand('resume'),
    readTrainingLogCommand(),
    printTrainerManifestCommand(),
  ])
    group.addCommand(command)
  return group
}
