import { Command, Option } from 'commander'

import { wholeNumber } from '../options.ts'
import { printLineage } from '../registry/print-lineage.ts'
import { lineageShape } from '../registry/model-wire.ts'
import { openSession } from '../session.ts'

interface Options {
  readonly direction: string
  readonly depth: number
  readonly tenant?: string
}

export function modelLineageCommand(): Command {
  return new Command('lineage')
    .description(
      'Show what something comes from and what came of it: data, jobs, models, engines, inferences',
    )
    .argument(
      '<what>',
      'a version NAME@3; or KIND:ID, as dataset:NAME@12, training:JOB, evaluation:RUN, inference:ID',
    )
    .addOption(
      new Option('--direction <direction>', 'what it comes from, what came of it')
        .choices(['up', 'down', 'both'])
        .default('both'),
    )
    .option('--depth <steps>', 'steps away from it', wholeNumber(1, 12), 6)
    .option('--tenant <id>', 'whose it is')
    .action(async (what: string, options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const of = /^[a-z]+:./.test(what) ? what : `model:${what}`
      const found = await api.read('/api/lineage', lineageShape, { query: { of, ...options } })
      if (terminal.isJson) return terminal.printJson(found)
      printLineage(terminal, found)
    })
}
