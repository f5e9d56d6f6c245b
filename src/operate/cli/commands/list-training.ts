import { Command } from 'commander'
import { formatTime } from '../figures.ts'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { trainerShape, trainingJobShape } from '../training/train-wire.ts'
import { listOf } from '../wire.ts'

interface Options {
  readonly state?: string
  readonly limit: number
  readonly tenant?: string
  readonly trainers?: true
}

export function listTrainingCommand(): Command {
  return new Command('list')
    .description('List training jobs, newest first, or the trainers that there are')
    .option('--state <state>', 'only those: running, succeeded, failed …')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 200), 20)
    .option('--tenant <id>', 'only those of a tenant')
    .option('--trainers', 'list trainers instead')
    .action(async ({ trainers, ...query }: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      if (trainers === true) {
        const found = await api.read('/api/training/trainers', listOf(trainerShape))
        if (terminal.isJson) return terminal.printJson(found)
        return printTable(
          terminal,
          found.data,
          [
            { title: 'trainer', value: trainer => trainer.name },
            { title: 'kind', value: trainer => trainer.kind },
            { title: 'methods', value: trainer => trainer.methods.join(' ') },
            { title: 'adapters', value: trainer => (trainer.has_adapters ? 'yes' : 'no') },
            { title: 'data', value: trainer => (trainer.is_elsewhere ? 'leave here' : 'stay here') },
            { title: 'begins with', value: trainer => trainer.models.join(' ') },
          ],
          'There is no trainer.',
        )
      }
      const found = await api.read('/api/training/jobs', listOf(trainingJobShape), { query: { ...query } })
      if (terminal.isJson) return terminal.printJson(found)
      printTable(
        terminal,
        found.data,
        [
          { title: 'id', value: job => job.id },
          { title: 'begins with', value: job => job.model },
          { title: 'trainer', value: job => job.trainer },
          { title: 'state', value: job => job.error?.code ?? job.state },
          { title: 'step', value: job => `${job.step}/${job.steps ?? '?'}`, isNumber: true },
          { title: 'loss', value: job => job.training_loss?.toFixed(3) ?? '–', isNumber: true },
          { title: 'model', value: job => job.fine_tuned_model ?? '–' },
          { title: 'made', value: job => formatTime(job.created_at) },
        ],
        'Nothing was trained yet. Begin with `slipway train create builtin/support FILE`.',
      )
    })
}
