import { Command } from 'commander'
import { z } from 'zod'
import { readDeclaredFile, withFileErrors } from '../declared-file.ts'
import { printDistillation } from '../distillation/print-distillation.ts'
import { concludeRun } from '../pipeline/follow-run.ts'
import { openSession } from '../session.ts'

interface Options {
  readonly cache: boolean
  readonly detach?: true
  readonly tenant?: string
}

const begunShape = z.looseObject({
  run: z.string(),
  pipeline: z.string(),
  version: z.number(),
  suite: z.string().nullable(),
})

export function distilCommand(): Command {
  return new Command('distil')
    .description(
      'Have a student learn a teacher’s answers by a recipe, and compare the two: 0 succeeded, 1 failed, 5 a gate said no',
    )
    .argument('<recipe>', 'a YAML file: docs/training.md')
    .option('--no-cache', 'do every part anew')
    .option('--detach', 'begin it and leave')
    .option('--tenant <id>', 'for keys of the installation: whose it is')
    .action(async (file: string, { cache, detach, tenant }: Options, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const text = await readDeclaredFile(file, 'Name the YAML of a recipe.')
      const begun = await withFileErrors(file, 'recipe.yaml', () =>
        api.read('/api/distillations', begunShape, {
          method: 'POST',
          body: { text, uses_cache: cache, tenant },
        }),
      )
      terminal.note(terminal.style.dim(`${begun.pipeline} v${begun.version}  ${begun.run}`))
      if (detach === true) {
        if (terminal.isJson) return terminal.printJson(begun)
        return terminal.print(`${terminal.style.green('✓')} ${begun.run} is begun.`)
      }
      try {
        await concludeRun(session, begun.run)
      } finally {
        if (!terminal.isJson) await printDistillation(session, begun.run)
      }
    })
}
