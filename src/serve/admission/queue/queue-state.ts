import { priorities, type FairnessKind, type Priority } from '../../../foundation/config/index.ts'
import type { ClassOrders } from './class-orders.ts'
import type { Flight } from './flight.ts'
import { costOf } from './service-order.ts'
import type { TenantShare } from './tenant-shares.ts'
import type { Waiter } from './waiter.ts'

export interface TenantState {
  readonly tenant: string
  readonly weight: number
  /** Of the class `standard` and of the others, what the order goes by. */
  readonly counters: Readonly<Partial<Record<Priority, number>>>
  readonly inFlightRequests: number
  readonly queuedRequests: number
  readonly queuedTokens: number
  readonly servedTokens: number
  /** In each five seconds of the last five minutes. */
  readonly servedHistory: readonly number[]
  readonly waitP50Ms: number | undefined
  readonly waitP99Ms: number | undefined
}

export interface QueueState {
  readonly name: string
  readonly fairness: FairnessKind
  readonly inFlightTokens: number
  readonly inFlightRequests: number
  /** The part of this process. */
  readonly tokenLimit: number | undefined
  readonly requestLimit: number | undefined
  readonly queued: Readonly<Record<Priority, number>>
  readonly queuedTokens: number
  readonly oldestMs: number
  readonly maxQueueMs: number
  readonly maxQueued: number
  /** Until all that waits now has gone out; `undefined` before the pace is known. */
  readonly drainMs: number | undefined
  readonly tenants: readonly TenantState[]
}

export interface QueueParts {
  readonly name: string
  readonly flight: Flight
  readonly orders: ClassOrders<Waiter>
  readonly unitsPerMs: number | undefined
  readonly nowMs: number
}

/** How a queue is doing, for people. */
export function readState(parts: QueueParts): QueueState {
  const { flight, orders, nowMs, unitsPerMs } = parts
  const { settings, shares } = flight
  const limits = flight.limits()
  const waiting = [...orders.waiting()]
  const cost = waiting.reduce((sum, waiter) => sum + costOf(waiter), 0)
  return {
    name: parts.name,
    fairness: settings?.fairness ?? 'fifo',
    inFlightTokens: flight.tokens,
    inFlightRequests: flight.requests,
    tokenLimit: finite(limits.tokens),
    requestLimit: finite(limits.requests),
    queued: {
      interactive: orders.of('interactive').length,
      standard: orders.of('standard').length,
      batch: orders.of('batch').length,
    },
    queuedTokens: tokensOf(waiting),
    oldestMs: waiting.reduce((oldest, { enteredAtMs }) => Math.max(oldest, nowMs - enteredAtMs), 0),
    maxQueueMs: settings?.maxQueueMs ?? 0,
    maxQueued: settings?.maxQueued ?? 0,
    drainMs: unitsPerMs === undefined ? undefined : cost / unitsPerMs,
    tenants: [...shares].map(([tenant, share]) => readTenant(tenant, share, orders, waiting, nowMs)),
  }
}

function readTenant(
  tenant: string,
  share: TenantShare,
  orders: ClassOrders<Waiter>,
  waiting: readonly Waiter[],
  nowMs: number,
): TenantState {
  const own = waiting.filter(waiter => waiter.tenant === tenant)
  const standings = priorities.flatMap(priority => {
    const standing = orders
      .of(priority)
      .standings()
      .find(one => one.tenant === tenant)
    return standing ? [{ ...standing, priority }] : []
  })
  return {
    tenant,
    weight: standings[0]?.weight ?? 1,
    counters: Object.fromEntries(standings.map(({ priority, counter }) => [priority, counter])),
    inFlightRequests: share.inFlightRequests,
    queuedRequests: own.length,
    queuedTokens: tokensOf(own),
    servedTokens: share.total,
    servedHistory: share.history(nowMs),
    waitP50Ms: share.waitMs(0.5),
    waitP99Ms: share.waitMs(0.99),
  }
}

function tokensOf(waiting: readonly Waiter[]): number {
  return waiting.reduce((sum, { tokens }) => sum + tokens, 0)
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined
}
