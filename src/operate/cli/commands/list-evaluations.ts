import { Command } from 'commander'
import { runShape, suiteShape } from '../evaluation/eval-wire.ts'
import { formatTime, formatUsd } from '../figures.ts'
import { wholeNumber } from '../options.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf } from '../wire.ts'

interface Options {
  readonly suite?: string
  readonly state?: string
  readonly limit: number
  readonly tenant?: string
  readonly suites?: true
}

export function listEvaluationsCommand(): Command {
  return new Command('list')
    .description('List runs, newest first, or the suites that are stored')
    .option('--suite <name>', 'only runs of a suite')
    .option('--state <state>', 'only those: running, paused, completed …')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 200), 20)
    .option('--tenant <id>', 'only those of a tenant')
    .option('--suites', 'list suites instead')
    .action(async ({ suites, ...query }: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      if (suites === true) {
        const found = await api.read('/api/evaluation-suites', listOf(suiteShape), {
          query: { tenant: query.tenant, limit: query.limit },
        })
        if (terminal.isJson) return terminal.printJson(found)
        return printTable(
          terminal,
          found.data,
          [
            { title: 'suite', value: suite => suite.name },
            { title: 'version', value: suite => String(suite.version), isNumber: true },
            { title: 'hash', value: suite => suite.hash.slice(0, 12) },
            { title: 'by', value: suite => suite.author },
            { title: 'stored', value: suite => formatTime(suite.created_at) },
          ],
          'No suite is stored. `slipway eval run SUITE.yaml` stores what it runs.',
        )
      }
      const found = await api.read('/api/evaluations', listOf(runShape), { query: { ...query } })
      if (terminal.isJson) return terminal.printJson(found)
      printTable(
        terminal,
        found.data,
        [
          { title: 'id', value: run => run.id },
          { title: 'suite', value: run => `${run.suite} v${run.suite_version}` },
          { title: 'data', value: run => `${run.dataset.name}@${run.dataset.version_number}` },
          { title: 'releases', value: run => run.releases.map(({ name }) => name).join(' ') },
          { title: 'state', value: run => run.reason ?? run.state },
          { title: 'verdict', value: run => run.verdict?.replace('_', ' ') ?? '–' },
          { title: 'done', value: run => `${run.scored + run.failed}/${run.total}`, isNumber: true },
          { title: 'cost', value: run => formatUsd(run.cost_nano_usd), isNumber: true },
          { title: 'begun', value: run => formatTime(run.created_at) },
        ],
        'No run yet. Begin one with `slipway eval run SUITE.yaml`.',
      )
    })
}
