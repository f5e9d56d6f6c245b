import { Command } from 'commander'
import { readFile } from 'node:fs/promises'
import { CommandError } from '../command-error.ts'
import { decimal, wholeNumber } from '../options.ts'
import { sendExamples } from '../send-examples.ts'
import { openSession } from '../session.ts'
import { followJob } from '../training/follow-job.ts'
import { trainingJobShape } from '../training/train-wire.ts'

interface Options {
  readonly validation?: string
  readonly dpo?: true
  readonly epochs?: number
  readonly steps?: number
  readonly batchSize?: number
  readonly learningRate?: number
  readonly adapter?: number
  readonly patience?: number
  readonly seed?: number
  readonly suffix?: string
  readonly output?: string
  readonly trainer?: string
  readonly options?: string
  readonly detach?: true
  readonly tenant?: string
}

export function createTrainingCommand(): Command {
  return new Command('create')
    .description('Train a model on a file or a version of a dataset, and follow it')
    .argument(
      '<model>',
      'what to begin with: builtin/support, TRAINER/MODEL, a model of the registry, ftjob-…',
    )
    .argument('<data>', 'a JSONL file, or dataset:NAME@REVISION:SPLIT')
    .option('--validation <data>', 'the same, to measure on')
    .option('--dpo', 'learn preferences')
    .option('--epochs <count>', 'passes over the data', wholeNumber(1, 1_000))
    .option('--steps <count>', 'instead of passes', wholeNumber(1, 10_000_000))
    .option('--batch-size <examples>', 'of one step', wholeNumber(1, 4_096))
    .option('--learning-rate <rate>', 'the highest', decimal(1e-9, 10))
    .option('--adapter <rank>', 'train low-rank corrections (LoRA) of this rank', wholeNumber(1, 256))
    .option(
      '--patience <evaluations>',
      'end when the validation loss falls no more for so many',
      wholeNumber(1, 1_000),
    )
    .option('--seed <number>', 'the same seed trains the same', wholeNumber(0, 2_147_483_647))
    .option('--suffix <text>', 'of the name of the model that comes out')
    .option('--output <model>', 'the model of the registry that gets a version')
    .option('--trainer <name>', 'which one, where several know the model')
    .option('--options <file>', 'JSON with what this trainer alone knows')
    .option('--detach', 'begin it and leave')
    .option('--tenant <id>', 'for keys of the installation: whose it is')
    .action(async (model: string, data: string, options: Options, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const hyperparameters = { n_epochs: options.epochs, batch_size: options.batchSize }
      const job = await api.read('/api/training/jobs', trainingJobShape, {
        method: 'POST',
        body: {
          model,
          training_file: await sendExamples(api, data),
          ...(options.validation !== undefined && {
            validation_file: await sendExamples(api, options.validation),
          }),
          method:
            options.dpo === true
              ? { type: 'dpo', dpo: { hyperparameters } }
              : { type: 'supervised', supervised: { hyperparameters } },
          seed: options.seed,
          suffix: options.suffix,
          tenant: options.tenant,
          slipway: {
            trainer: options.trainer,
            output_model: options.output,
            steps: options.steps,
            learning_rate: options.learningRate,
            ...(options.adapter !== undefined && { adapter: { rank: options.adapter } }),
            ...(options.patience !== undefined && { early_stopping: { patience: options.patience } }),
            ...(options.options !== undefined && { options: await readOptions(options.options) }),
          },
        },
      })
      terminal.note(terminal.style.dim(`${job.id}: ${job.model} by ${job.trainer}`))
      if (options.detach !== true) return await followJob(session, job.id)
      if (terminal.isJson) return terminal.printJson(job)
      terminal.print(`${terminal.style.green('✓')} ${job.id}`)
    })
}

async function readOptions(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown
  } catch (error) {
    throw new CommandError('not_readable', `The options in ${file} cannot be read as JSON.`, { cause: error })
  }
}
