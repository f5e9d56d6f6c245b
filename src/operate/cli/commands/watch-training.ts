import { Command } from 'commander'
import { openSession } from '../session.ts'
import { followJob } from '../training/follow-job.ts'

export function watchTrainingCommand(): Command {
  return new Command('watch')
    .description('Follow a job with its loss until it stops; Ctrl-C leaves it running')
    .argument('<id>', 'as `slipway train list` shows it')
    .action(async (id: string, _options: object, command: Command) => {
      await followJob(openSession(command), id)
    })
}
