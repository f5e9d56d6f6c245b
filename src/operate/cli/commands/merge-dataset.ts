import { Command, Option } from 'commander'

import { CommandError, usageError } from '../command-error.ts'
import { datasetPath } from '../dataset-reference.ts'
import { datasetMergeShape } from '../dataset-wire.ts'
import { describePublished } from '../describe-published.ts'
import { openSession } from '../session.ts'
import { printable } from '../table.ts'
import { shorten } from './log-dataset.ts'

interface Options {
  readonly into: string
  readonly ours?: true
  readonly theirs?: true
  readonly message?: string
  readonly tenant?: string
}

export function mergeDatasetCommand(): Command {
  return new Command('merge')
    .description('Merge a branch into another, by key and column')
    .argument('<name>')
    .argument('<from>', 'the branch, or any other revision')
    .option('--into <branch>', 'the branch that moves', 'main')
    .addOption(new Option('--ours', 'where both have changed a cell, keep that of the branch that moves'))
    .addOption(
      new Option('--theirs', 'where both have changed a cell, take that of <from>').conflicts('ours'),
    )
    .option('-m, --message <text>', 'what the version is about')
    .option('--tenant <id>', 'the tenant that it belongs to')
    .action(async (name: string, from: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      if (from.includes('@'))
        throw usageError(
          'Name the branch without its dataset.',
          `Write \`slipway dataset merge ${name} ${from.split('@')[1] ?? 'BRANCH'}\`.`,
        )
      const favour = options.ours ? 'ours' : options.theirs ? 'theirs' : undefined
      const merge = await api.read(`${datasetPath(name)}/merges`, datasetMergeShape, {
        method: 'POST',
        query: { tenant: options.tenant },
        body: { from, into: options.into, favour, message: options.message },
      })
      if (terminal.isJson) terminal.printJson(merge)
      if (merge.outcome === 'conflicts') {
        for (const { key, kind, columns, ours, theirs } of merge.shown) {
          if (kind === 'row')
            terminal.note(
              `${printable(key)}: ${ours ? `removed in ${from}, changed in ${options.into}` : `changed in ${from}, removed in ${options.into}`}`,
            )
          for (const column of columns)
            terminal.note(
              `${printable(key)} ${printable(column)}: ${options.into} ${shorten(ours?.[column], 60)}, ${from} ${shorten(theirs?.[column], 60)}`,
            )
        }
        throw new CommandError(
          'merge_conflicts',
          `${merge.conflicts} ${merge.conflicts === 1 ? 'row was' : 'rows were'} changed in both, and not to the same; nothing was merged.`,
          {
            mend: 'Add --ours or --theirs to decide for all, or commit rows that agree on one of the branches.',
          },
        )
      }
      if (terminal.isJson) return
      if (merge.published) return describePublished(terminal, merge.published)
      terminal.print(`${terminal.style.green('✓')} ${options.into} has all of ${from} already.`)
    })
}
