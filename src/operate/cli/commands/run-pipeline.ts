import { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import { isFile, readDeclaredFile, withFileErrors } from '../declared-file.ts'
import { exitCodes } from '../exit-codes.ts'
import { wholeNumber } from '../options.ts'
import { concludeRun } from '../pipeline/follow-run.ts'
import { pipelineShape, runShape } from '../pipeline/pipeline-wire.ts'
import { openSession } from '../session.ts'

interface Options {
  readonly parameter: readonly string[]
  readonly version?: number
  readonly cache: boolean
  readonly detach?: true
  readonly tenant?: string
}

export function runPipelineCommand(): Command {
  return new Command('run')
    .description('Begin a run and wait for its end: 0 succeeded, 1 failed, 5 a gate or a person said no')
    .argument('<pipeline>', 'the name of one that is defined, or a YAML file, which is defined first')
    .option(
      '-p, --parameter <name=value>',
      'a parameter; may be given several times',
      (word: string, before: readonly string[]) => [...before, word],
      [] as readonly string[],
    )
    .option('--version <number>', 'of the pipeline; the newest by default', wholeNumber(1, 1_000_000))
    .option('--no-cache', 'run every stage anew')
    .option('--detach', 'begin it and leave')
    .option('--tenant <id>', 'for keys of the installation: whose it is')
    .action(async (pipeline: string, options: Options, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const { tenant, version } = options
      const parameters = Object.fromEntries(options.parameter.map(parseParameter))
      const name = isFile(pipeline) ? await define() : pipeline
      const run = await api.read('/api/pipeline-runs', runShape, {
        method: 'POST',
        body: { pipeline: name, version, parameters, uses_cache: options.cache, trigger: 'manual', tenant },
      })
      terminal.note(terminal.style.dim(`${run.pipeline} v${run.version}  ${run.id}`))
      if (options.detach !== true) return await concludeRun(session, run.id)
      if (terminal.isJson) return terminal.printJson(run)
      terminal.print(`${terminal.style.green('✓')} ${run.id} is ${run.state}.`)

      async function define(): Promise<string> {
        const text = await readDeclaredFile(pipeline, 'Name the YAML of a pipeline, or one that is defined.')
        const defined = await withFileErrors(pipeline, 'pipeline.yaml', () =>
          api.read('/api/pipelines', pipelineShape, { method: 'PUT', body: { text, tenant } }),
        )
        return defined.name
      }
    })
}

/** Texts count as what the pipeline declares. */
function parseParameter(word: string): readonly [string, string] {
  const at = word.indexOf('=')
  if (at > 0) return [word.slice(0, at), word.slice(at + 1)]
  throw new CommandError('invalid_parameter', `\`${word}\` is no parameter.`, {
    mend: 'Write `-p name=value`.',
    exitCode: exitCodes.usage,
  })
}

export function watchPipelineCommand(): Command {
  return new Command('watch')
    .description('Follow a run until its end; Ctrl-C leaves it running')
    .argument('<run>', 'as `slipway pipeline list --runs` shows it')
    .action(async (id: string, _options: object, command: Command) => {
      await concludeRun(openSession(command), id)
    })
}

export function resumePipelineCommand(): Command {
  return new Command('resume')
    .description('Go on with a run that has failed or was cancelled, from what has not succeeded')
    .argument('<run>', 'as `slipway pipeline list --runs` shows it')
    .option('--detach', 'let it go on and leave')
    .action(async (id: string, { detach }: { readonly detach?: true }, command: Command) => {
      const session = openSession(command)
      const { api, terminal } = session
      const run = await api.read(`/api/pipeline-runs/${encodeURIComponent(id)}/resume`, runShape, {
        method: 'POST',
      })
      if (detach !== true) return await concludeRun(session, run.id)
      if (terminal.isJson) return terminal.printJson(run)
      terminal.print(`${terminal.style.green('✓')} ${run.id} is ${run.state}.`)
    })
}
