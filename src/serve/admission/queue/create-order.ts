import { ArrivalOrder } from './arrival-order.ts'
import { ClassOrders, type ClassedWork } from './class-orders.ts'
import { DeficitLongestPrefix } from './deficit-longest-prefix.ts'
import type { QueueSettings } from './queue-settings.ts'
import type { ServiceOrder } from './service-order.ts'
import { VirtualTokenCounter } from './virtual-token-counter.ts'

/** About what a block of a prompt's hash covers. */
const tokensPerBlock = 256
const unknownTokens = 32_768

export function createClassOrders<Item extends ClassedWork>(settings: QueueSettings): ClassOrders<Item> {
  return new ClassOrders<Item>(() => createOrder<Item>(settings))
}

/** Whether an order made for the one also fits the other, so that its counters may stay. */
export function isSameOrder(one: QueueSettings, other: QueueSettings): boolean {
  if (one.fairness !== other.fairness) return false
  return one.fairness !== 'locality' || one.inFlightTokens === other.inFlightTokens
}

function createOrder<Item extends ClassedWork>({
  fairness,
  inFlightTokens,
}: QueueSettings): ServiceOrder<Item> {
  if (fairness === 'fifo') return new ArrivalOrder<Item>()
  if (fairness === 'vtc') return new VirtualTokenCounter<Item>()
  const tokens = inFlightTokens ?? unknownTokens
  return new DeficitLongestPrefix<Item>({
    // half of what is under way: enough to keep some like prompts together, and no more unfair than the flight itself
    quantum: Math.min(16_384, Math.max(512, tokens / 2)),
    rememberedBlocks: Math.max(64, Math.ceil(tokens / tokensPerBlock)),
  })
}
