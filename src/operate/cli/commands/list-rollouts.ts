import { Command } from 'commander'
import { formatTime } from '../figures.ts'
import { wholeNumber } from '../options.ts'
import { renderRollout, renderVerdict, sayShares, sayStep } from '../rollout/render-rollout.ts'
import { rolloutDetailShape, rolloutShape, rolloutVerdictShape } from '../rollout/rollout-wire.ts'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf } from '../wire.ts'

export function listRolloutsCommand(): Command {
  return new Command('list')
    .description('List rollouts, newest first')
    .option('--service <name>', 'only those of a service')
    .option('--state <state>', 'only those in a state: running, approval, promoted …')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 200), 20)
    .action(async (query: { service?: string; state?: string; limit: number }, command: Command) => {
      const { api, terminal } = openSession(command)
      const found = await api.read('/api/rollouts', listOf(rolloutShape), { query: { ...query } })
      if (terminal.isJson) return terminal.printJson(found)
      printTable(
        terminal,
        found.data,
        [
          { title: 'rollout', value: one => one.id },
          { title: 'service', value: one => one.service },
          { title: 'candidate', value: one => one.candidates.join(', ') },
          { title: 'state', value: one => one.state },
          { title: 'where', value: one => (one.ended_at === null ? sayStep(one) : formatTime(one.ended_at)) },
          { title: 'traffic', value: sayShares },
          { title: 'begun', value: one => formatTime(one.created_at) },
        ],
        'No rollout yet. Begin one with `slipway rollout start SERVICE RELEASE --reason …`.',
      )
    })
}

export function showRolloutCommand(): Command {
  return new Command('show')
    .description('Show a rollout: where it is, what was found, how often it errs at most, all that happened')
    .argument('<rollout>', 'as `slipway rollout list` shows it')
    .option('--verdicts', 'every verdict with its numbers instead, newest first')
    .option('--limit <count>', 'with --verdicts: at most so many', wholeNumber(1, 500), 20)
    .action(async (id: string, options: { verdicts?: true; limit: number }, command: Command) => {
      const { api, terminal } = openSession(command)
      const path = `/api/rollouts/${encodeURIComponent(id)}`
      if (options.verdicts !== true) {
        const rollout = await api.read(path, rolloutDetailShape)
        return terminal.isJson ? terminal.printJson(rollout) : renderRollout(terminal, rollout)
      }
      const query = { limit: options.limit }
      const found = await api.read(`${path}/verdicts`, listOf(rolloutVerdictShape), { query })
      if (terminal.isJson) return terminal.printJson(found)
      for (const verdict of found.data) {
        renderVerdict(terminal, verdict)
        terminal.print('')
      }
    })
}
