import { Command } from 'commander'
import {
  changeRolloutCommands,
  promoteRolloutCommand,
  setLiveReleaseCommand,
  showLiveReleaseCommand,
} from './commands/change-rollout.ts'
import { listRolloutsCommand, showRolloutCommand } from './commands/list-rollouts.ts'
import { startRolloutCommand, watchRolloutCommand } from './commands/start-rollout.ts'

/** How a release comes to answer for a service, and how it is taken back. */
export function rolloutCommands(): Command {
  const group = new Command('rollout')
    .description('Roll releases out by steps that are judged: start, watch, approve, go back')
    .helpCommand(false)
  for (const command of [
    startRolloutCommand(),
    listRolloutsCommand(),
    showRolloutCommand(),
    watchRolloutCommand(),
    ...changeRolloutCommands(),
    promoteRolloutCommand(),
    showLiveReleaseCommand(),
    setLiveReleaseCommand(),
  ])
    group.addCommand(command)
  return group
}
