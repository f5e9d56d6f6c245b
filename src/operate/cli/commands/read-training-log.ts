import { Command } from 'commander'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { trainingLogShape } from '../training/train-wire.ts'

export function readTrainingLogCommand(): Command {
  return new Command('logs')
    .description('Print the end of what a trainer has written to its output')
    .argument('<id>', 'as `slipway train list` shows it')
    .option('--bytes <count>', 'of its end', wholeNumber(1, 1_048_576), 65_536)
    .action(async (id: string, { bytes }: { readonly bytes: number }, command: Command) => {
      const { api, terminal } = openSession(command)
      const path = `/api/training/jobs/${encodeURIComponent(id)}/log`
      const log = await api.read(path, trainingLogShape, { query: { bytes } })
      if (terminal.isJson) return terminal.printJson(log)
      if (log.text === '')
        return terminal.note('The trainer has written nothing, or its folder is not on that machine.')
      terminal.write(log.text.endsWith('\n') ? log.text : `${log.text}\n`)
    })
}
