import { Command } from 'commander'
import { formatTime } from '../figures.ts'
import { wholeNumber } from '../options.ts'
import { kindShape, pipelineShape, runDetailShape, runShape } from '../pipeline/pipeline-wire.ts'
import { renderArtifacts, renderRun } from '../pipeline/render-run.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf } from '../wire.ts'

interface Options {
  readonly runs?: true
  readonly kinds?: true
  readonly pipeline?: string
  readonly state?: string
  readonly limit: number
  readonly tenant?: string
}

export function listPipelinesCommand(): Command {
  return new Command('list')
    .description('List the pipelines that are defined, their runs, or the kinds of stages')
    .option('--runs', 'list runs instead, newest first')
    .option('--kinds', 'list the kinds of stages instead')
    .option('--pipeline <name>', 'only runs of a pipeline')
    .option('--state <state>', 'only runs in a state: running, failed …')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 200), 20)
    .option('--tenant <id>', 'only those of a tenant')
    .action(async ({ runs, kinds, pipeline, state, limit, tenant }: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      if (kinds === true) {
        const found = await api.read('/api/pipeline-kinds', listOf(kindShape))
        if (terminal.isJson) return terminal.printJson(found)
        return printTable(
          terminal,
          found.data,
          [
            { title: 'kind', value: kind => kind.name },
            { title: 'what it does', value: kind => kind.description },
          ],
          'There are no kinds.',
        )
      }
      if (runs === true || pipeline !== undefined || state !== undefined) {
        const query = { pipeline, state, limit, tenant }
        const found = await api.read('/api/pipeline-runs', listOf(runShape), { query })
        if (terminal.isJson) return terminal.printJson(found)
        return printTable(
          terminal,
          found.data,
          [
            { title: 'run', value: run => run.id },
            { title: 'pipeline', value: run => `${run.pipeline} v${run.version}` },
            { title: 'state', value: run => run.state },
            {
              title: 'stages',
              value: ({ stages }) =>
                `${stages['succeeded'] ?? 0}/${Object.values(stages).reduce((sum, count) => sum + count, 0)}`,
              isNumber: true,
            },
            { title: 'begun by', value: run => `${run.trigger}, ${run.author}` },
            { title: 'begun', value: run => formatTime(run.created_at) },
          ],
          'No run yet. Begin one with `slipway pipeline run NAME`.',
        )
      }
      const found = await api.read('/api/pipelines', listOf(pipelineShape), { query: { limit, tenant } })
      if (terminal.isJson) return terminal.printJson(found)
      printTable(
        terminal,
        found.data,
        [
          { title: 'pipeline', value: one => one.name },
          { title: 'version', value: one => String(one.version), isNumber: true },
          { title: 'hash', value: one => one.hash.slice(0, 12) },
          { title: 'by', value: one => one.author },
          { title: 'defined', value: one => formatTime(one.created_at) },
          { title: 'next run', value: one => formatTime(one.next_run_at) },
        ],
        'No pipeline is defined. Define one with `slipway pipeline define -f FILE`.',
      )
    })
}

export function showPipelineCommand(): Command {
  return new Command('show')
    .description(
      'Show a run with its stages, why each was run or not, and what they left; or the text of a pipeline',
    )
    .argument('<run or name>', 'as `slipway pipeline list` shows it')
    .option('--version <number>', 'of a pipeline; the newest by default', wholeNumber(1, 1_000_000))
    .option('--tenant <id>', 'for keys of the installation: whose it is')
    .action(
      async (
        named: string,
        { version, tenant }: { readonly version?: number; readonly tenant?: string },
        command: Command,
      ) => {
        const { api, terminal } = openSession(command)
        if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(named)) {
          const run = await api.read(`/api/pipeline-runs/${named}`, runDetailShape)
          if (terminal.isJson) return terminal.printJson(run)
          renderRun(terminal, run)
          return renderArtifacts(terminal, run)
        }
        const path = `/api/pipelines/${encodeURIComponent(named)}`
        const pipeline = await api.read(path, pipelineShape, { query: { version, tenant } })
        if (terminal.isJson) return terminal.printJson(pipeline)
        terminal.note(
          terminal.style.dim(
            `${pipeline.name} v${pipeline.version} by ${pipeline.author}, ${formatTime(pipeline.created_at)}`,
          ),
        )
        terminal.print(pipeline.text.trimEnd())
      },
    )
}
