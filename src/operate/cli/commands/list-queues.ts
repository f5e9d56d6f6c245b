import { Command } from 'commander'
import type { z } from 'zod'
import { openSession } from '../session.ts'
import { printTable } from '../table.ts'
import { listOf, queueShape } from '../wire.ts'

type Queue = z.output<typeof queueShape>

/** One line a target, and one for each tenant that it serves. */
interface Line {
  readonly target: string
  readonly tenant: string
  readonly share: string
  readonly underWay: string
  readonly waiting: string
  readonly wait: string
}

export function listQueuesCommand(): Command {
  return new Command('queues')
    .description('Show who waits for a full target, and what each tenant gets of it')
    .action(async (_options: unknown, command: Command) => {
      const { api, terminal } = openSession(command)
      const queues = await api.read('/api/queues', listOf(queueShape))
      if (terminal.isJson) return terminal.printJson(queues)
      printTable(
        terminal,
        queues.data.flatMap(linesOf),
        [
          { title: 'target', value: line => line.target },
          { title: 'tenant', value: line => line.tenant },
          { title: 'share', value: line => line.share, isNumber: true },
          { title: 'under way', value: line => line.underWay, isNumber: true },
          { title: 'waiting', value: line => line.waiting, isNumber: true },
          { title: 'wait p50 / p99', value: line => line.wait, isNumber: true },
        ],
        'No target is bounded: set `capacity` on a provider or an engine.',
      )
    })
}

function linesOf(queue: Queue): Line[] {
  const { interactive, standard, batch } = queue.queued
  const all = queue.tenants.reduce((sum, tenant) => sum + recent(tenant.served_history), 0)
  const limit = queue.request_limit ?? queue.token_limit
  const used = queue.request_limit === null ? queue.in_flight_tokens : queue.in_flight_requests
  return [
    {
      target: queue.target,
      tenant: queue.fairness,
      share: '',
      underWay: typeof limit === 'number' ? `${used} of ${Math.floor(limit)}` : String(used),
      waiting: String(interactive + standard + batch),
      wait: interactive + standard + batch > 0 ? `oldest ${seconds(queue.oldest_ms)}` : '',
    },
    ...queue.tenants.map(tenant => ({
      target: '',
      tenant: `${tenant.tenant} (weight ${tenant.weight})`,
      share: all === 0 ? '–' : `${Math.round((recent(tenant.served_history) / all) * 100)} %`,
      underWay: String(tenant.in_flight_requests),
      waiting: String(tenant.queued_requests),
      wait: `${seconds(tenant.wait_p50_ms)} / ${seconds(tenant.wait_p99_ms)}`,
    })),
  ]
}

/** Tokens of the last minute. */
function recent(history: readonly number[]): number {
  return history.slice(-12).reduce((sum, tokens) => sum + tokens, 0)
}

function seconds(milliseconds: number | null | undefined): string {
  return typeof milliseconds === 'number' ? `${(milliseconds / 1_000).toFixed(1)} s` : '–'
}
