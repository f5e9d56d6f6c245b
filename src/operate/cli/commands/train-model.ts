import { Command } from 'commander'
import { join, resolve } from 'node:path'

import type { ModelCard } from '../../../improve/training/index.ts'
import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { withInterrupt } from '../interrupt.ts'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import type { Terminal } from '../terminal.ts'
import { createTrainingProgress } from '../training-progress.ts'

interface Options {
  readonly run?: string
  readonly output?: string
  readonly steps?: number
  readonly seed?: number
  readonly heldOut?: number
}

export function trainModelCommand(): Command {
  return new Command('train')
    .description('Train the built-in model from its generated corpus; stopped runs go on where they were')
    .option('--run <folder>', 'where the run is kept (default: <data>/training/support)')
    .option('--output <folder>', 'where weights and card go (default: `model` in the folder of the run)')
    .option(
      '--steps <count>',
      'how long; the learning rate falls to its end over them',
      wholeNumber(1, 1_000_000),
    )
    .option('--seed <number>', 'of weights and order', wholeNumber(0, 2_147_483_647))
    .option('--held-out <count>', 'unseen messages to answer at the end', wholeNumber(1, 100_000))
    .action(async (options: Options, command: Command) => {
      const { terminal, installation } = openSession(command)
      const runDirectory = resolve(options.run ?? join(installation.dataFolder, 'training', 'support'))
      const outputDirectory = resolve(options.output ?? join(runDirectory, 'model'))
      const card = await withInterrupt(signal =>
        train(terminal, options, { runDirectory, outputDirectory, signal }),
      )
      const file = join(outputDirectory, card.file)
      if (terminal.isJson) return terminal.printJson({ kind: 'finished', file, card })
      terminal.print(
        `${terminal.style.green('✓')} ${file} is trained; \`slipway model show ${outputDirectory}\` shows its card.`,
      )
      terminal.note(`  Serve it with \`model: ${file}\` under engines in slipway.yaml.`)
    })
}

async function train(
  terminal: Terminal,
  options: Options,
  where: { readonly runDirectory: string; readonly outputDirectory: string; readonly signal: AbortSignal },
): Promise<ModelCard> {
  const { supportTraining, trainSupportModel } = await import('../../../improve/training/index.ts')
  terminal.note(
    terminal.style.dim(
      `The run is kept in ${where.runDirectory}; Ctrl-C stops it, the same command goes on.`,
    ),
  )
  const progress = createTrainingProgress(terminal)
  try {
    return await trainSupportModel({
      ...where,
      spec: {
        ...supportTraining,
        ...(options.steps !== undefined && { steps: options.steps }),
        ...(options.seed !== undefined && { seed: options.seed }),
      },
      ...(options.heldOut !== undefined && { heldOutCount: options.heldOut }),
      onProgress: event => progress.show(event),
    })
  } catch (error) {
    if (!where.signal.aborted) throw error
    throw new CommandError('interrupted', 'The training was stopped; what it has learned so far is kept.', {
      mend: 'Run the same command again to go on.',
      exitCode: exitCodes.interrupted,
      cause: error,
    })
  } finally {
    progress.end()
  }
}
