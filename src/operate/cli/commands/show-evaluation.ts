import { Command } from 'commander'
import { readRun } from '../evaluation/conclude.ts'
import { describeProgress } from '../evaluation/follow-run.ts'
import { renderProvenance } from '../evaluation/render-provenance.ts'
import { renderReport } from '../evaluation/render-report.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'

export function showEvaluationCommand(): Command {
  return new Command('show')
    .description('Show a run with its report; of one that is under way, of what there is')
    .argument('<id>', 'as `slipway eval list` shows it')
    .option('--slices', 'show the scores of every slice')
    .option('--provenance', 'show all that the scores rest on, each by its version or hash, and nothing else')
    .action(
      async (
        id: string,
        options: { readonly slices?: true; readonly provenance?: true },
        command: Command,
      ) => {
        const { api, terminal } = openSession(command)
        const run = await readRun(api, id)
        if (terminal.isJson) return terminal.printJson(run)
        if (options.provenance) return renderProvenance(terminal, run)
        terminal.note(describeProgress(run))
        renderReport(terminal, run)
        if (options.slices !== true || !run.report) return
        terminal.print('')
        const rows = run.report.releases.flatMap(({ release, slices }) =>
          slices.flatMap(slice => slice.scores.map(score => ({ release, slice, score }))),
        )
        printTable(
          terminal,
          rows,
          [
            { title: 'slice', value: ({ slice }) => `${slice.column} = ${slice.value}` },
            { title: 'release', value: ({ release }) => release },
            { title: 'evaluator', value: ({ score }) => score.evaluator },
            {
              title: 'mean',
              value: ({ score }) =>
                score.mean
                  ? `${score.mean.mean.toFixed(3)} (${score.mean.low.toFixed(3)} to ${score.mean.high.toFixed(3)})`
                  : (score.calibration?.state ?? '–'),
            },
            { title: 'n', value: ({ score }) => String(score.n), isNumber: true },
          ],
          'The suite names no slices.',
        )
      },
    )
}
