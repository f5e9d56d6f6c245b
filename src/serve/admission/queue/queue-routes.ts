import { z } from 'zod'
import { priorities } from '../../../foundation/config/index.ts'
import { type AnyRoute, defineRoute } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import type { QueueState, TenantState } from './queue-state.ts'
import { sumQueues } from './sum-queues.ts'

const tenantOutput = z
  .object({
    tenant: z.string(),
    weight: z.number(),
    counters: z
      .partialRecord(z.enum(priorities), z.number())
      .describe(
        'What the order goes by, by priority. `vtc` and `fifo`: units served over weight; `locality`: units of credit.',
      ),
    in_flight_requests: z.int(),
    queued_requests: z.int(),
    queued_tokens: z.number(),
    served_tokens: z.number().describe('Since the processes of this server started.'),
    served_history: z
      .array(z.number())
      .describe('Tokens in each five seconds of the last five minutes, oldest first.'),
    wait_p50_ms: z.number().nullable().describe('Of its last 256 requests.'),
    wait_p99_ms: z.number().nullable(),
  })
  .meta({ id: 'QueueTenant' })

const queueOutput = z
  .object({
    target: z.string().describe('`engine:NAME`, `provider:NAME`, or `provider:NAME MODEL`.'),
    fairness: z.enum(['vtc', 'locality', 'fifo']),
    in_flight_tokens: z.number(),
    in_flight_requests: z.int(),
    token_limit: z
      .number()
      .nullable()
      .describe('The part of this server; null where tokens are not bounded.'),
    request_limit: z.number().nullable(),
    queued: z.object({ interactive: z.int(), standard: z.int(), batch: z.int() }),
    queued_tokens: z.number(),
    oldest_ms: z.number(),
    max_queue_ms: z.number(),
    max_queued: z.number(),
    drain_ms: z
      .number()
      .nullable()
      .describe('Until all that waits now has gone out at the present pace; null before that is known.'),
    tenants: z.array(tenantOutput),
  })
  .meta({ id: 'Queue' })

/** `readStates` gives the queues of every process of this server. */
export function queueRoutes(readStates: () => Promise<readonly QueueState[]>): AnyRoute<Principal>[] {
  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/queues',
      operationId: 'listQueues',
      summary:
        'The queues in front of bounded targets: who waits, what is under way, and what each tenant gets.',
      tag: 'Limits and budgets',
      permission: 'queue:list',
      tenant: 'system',
      output: z.object({ data: z.array(queueOutput), next_cursor: z.null() }),
      handle: async () => ({ data: sumQueues(await readStates()).map(toWire), next_cursor: null }),
    }),
  ]
}

function toWire(state: QueueState): z.output<typeof queueOutput> {
  return {
    target: state.name,
    fairness: state.fairness,
    in_flight_tokens: state.inFlightTokens,
    in_flight_requests: state.inFlightRequests,
    token_limit: state.tokenLimit ?? null,
    request_limit: state.requestLimit ?? null,
    queued: state.queued,
    queued_tokens: state.queuedTokens,
    oldest_ms: Math.round(state.oldestMs),
    max_queue_ms: state.maxQueueMs,
    max_queued: state.maxQueued,
    drain_ms: rounded(state.drainMs),
    tenants: state.tenants.map(tenantToWire),
  }
}

function tenantToWire(state: TenantState): z.output<typeof tenantOutput> {
  return {
    tenant: state.tenant,
    weight: state.weight,
    counters: state.counters,
    in_flight_requests: state.inFlightRequests,
    queued_requests: state.queuedRequests,
    queued_tokens: state.queuedTokens,
    served_tokens: state.servedTokens,
    served_history: [...state.servedHistory],
    wait_p50_ms: rounded(state.waitP50Ms),
    wait_p99_ms: rounded(state.waitP99Ms),
  }
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 10) / 10
}
