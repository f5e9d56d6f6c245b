import { Command } from 'commander'
import {
  cancelDriftCommand,
  listDriftCommand,
  reportDriftCommand,
  showDriftCommand,
} from './commands/report-drift.ts'

/** What explains that traffic, or data, is not like another. */
export function driftCommands(): Command {
  const group = new Command('drift')
    .description('Explain what has changed in traffic, or between versions of datasets')
    .helpCommand(false)
  for (const command of [reportDriftCommand(), listDriftCommand(), showDriftCommand(), cancelDriftCommand()])
    group.addCommand(command)
  return group
}
