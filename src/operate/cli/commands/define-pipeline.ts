import { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import { problemLines, readDeclaredFile, withFileErrors } from '../declared-file.ts'
import { exitCodes } from '../exit-codes.ts'
import { checkedShape, pipelineShape } from '../pipeline/pipeline-wire.ts'
import { openSession } from '../session.ts'

const mend = 'Name the YAML of a pipeline; docs/pipelines.md has an example.'

export function definePipelineCommand(): Command {
  return new Command('define')
    .description('Store a pipeline as its next version; its triggers hold from then on')
    .requiredOption('-f, --file <file>', 'the YAML of a pipeline')
    .option('--tenant <id>', 'for keys of the installation: whose it is')
    .action(
      async ({ file, tenant }: { readonly file: string; readonly tenant?: string }, command: Command) => {
        const { api, terminal } = openSession(command)
        const text = await readDeclaredFile(file, mend)
        const pipeline = await withFileErrors(file, 'pipeline.yaml', () =>
          api.read('/api/pipelines', pipelineShape, { method: 'PUT', body: { text, tenant } }),
        )
        if (terminal.isJson) return terminal.printJson(pipeline)
        terminal.print(
          `${terminal.style.green('✓')} ${pipeline.name} is version ${pipeline.version} (${pipeline.hash.slice(0, 12)}).`,
        )
      },
    )
}

export function checkPipelineCommand(): Command {
  return new Command('check')
    .description('Say all that is wrong with a pipeline, without storing it')
    .argument('<file>', 'the YAML of a pipeline')
    .option('--tenant <id>', 'for keys of the installation: whose it would be')
    .action(async (file: string, { tenant }: { readonly tenant?: string }, command: Command) => {
      const { api, terminal } = openSession(command)
      const text = await readDeclaredFile(file, mend)
      const checked = await api.read('/api/pipelines/check', checkedShape, {
        method: 'POST',
        body: { text, tenant },
      })
      if (terminal.isJson) terminal.printJson(checked)
      if (!checked.ok)
        throw new CommandError('invalid_pipeline', problemLines(file, checked.problems), {
          exitCode: exitCodes.badInput,
        })
      if (!terminal.isJson) terminal.print(`${terminal.style.green('✓')} ${file} is in order.`)
    })
}
