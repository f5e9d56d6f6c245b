import { TargetQueue } from '../../src/serve/admission/queue/target-queue.ts'
import { ExpectedOutput, type Slot } from '../../src/serve/admission/index.ts'
import { EngineModel, type EngineShape } from './engine-model.ts'
import type { TraceRow } from './trace.ts'

/** `off`: no queue, all goes to the engine as it comes. `first`: as `vtc`, but the first client never waits for a place. */
export type Mode = 'off' | 'fifo' | 'vtc' | 'locality' | 'first'

export interface Client {
  readonly tenant: string
  readonly weight: number
  readonly rows: readonly TraceRow[]
}

export interface SimulationOptions {
  readonly mode: Mode
  readonly shape: EngineShape
  readonly clients: readonly Client[]
  readonly seconds: number
  readonly inFlightTokens: number
  readonly inFlightRequests: number
  readonly headroomPercent: number
  readonly inFlightPromptTokens: number | undefined
}

export interface SimulationResult {
  /** Of the requests that began to be answered, and of those that had not by the end what they had waited until then. */
  readonly firstTokenMs: Readonly<Record<string, readonly number[]>>
  readonly units: Readonly<Record<string, number>>
  readonly unitsPerSecond: number
  readonly busyShare: number
  /** The most that the service over weight of two clients differed over any time in which both waited. */
  readonly mostDifference: number
  /** Twice the most units under way: what the difference may be at most. */
  readonly bound: number
}

/** The queue itself, in front of a model of an engine, in simulated time: an hour in a second or two. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { mode, shape, clients, seconds } = options
  const engine = new EngineModel(shape)
  let now = 0
  const queue = new TargetQueue({
    name: 'engine:model',
    settings: {
      inFlightTokens: mode === 'off' ? undefined : options.inFlightTokens,
      inFlightRequests: mode === 'off' ? undefined : options.inFlightRequests,
      maxQueueMs: Infinity,
      maxQueued: 1_000_000,
      headroomPercent: options.headroomPercent,
      inFlightPromptTokens: mode === 'off' ? undefined : options.inFlightPromptTokens,
      fairness: mode === 'off' ? 'fifo' : mode === 'first' ? 'vtc' : mode,
    },
    replicas: () => 1,
    observer: {
      dispatched: () => undefined,
      shed: () => undefined,
      abandoned: () => undefined,
      served: () => undefined,
    },
    now: () => now,
  })
  const expected = new ExpectedOutput()
  const signal = new AbortController().signal
  const meter = new ServiceMeter(clients)
  const firstTokenMs: Record<string, number[]> = Object.fromEntries(clients.map(({ tenant }) => [tenant, []]))
  const open = new Map<object, { tenant: string; atMs: number }>()
  const arrivals = clients
    .flatMap(client => client.rows.map(row => ({ client, row })))
    .filter(({ row }) => row.atMs < seconds * 1_000)
    .toSorted((one, other) => one.row.atMs - other.row.atMs)

  const arrive = (client: Client, row: TraceRow): void => {
    const mark = { tenant: client.tenant, atMs: row.atMs }
    open.set(mark, mark)
    meter.arrived(client.tenant)
    const run = (slot: Slot): void => {
      const held = expected.follow(slot)
      engine.submit({
        tenant: client.tenant,
        inputTokens: row.inputTokens,
        outputTokens: row.outputTokens,
        isGone: false,
        onStart: () => meter.started(client.tenant, row),
        onToken: index => {
          if (index === 1) {
            open.delete(mark)
            firstTokenMs[client.tenant]?.push(now - row.atMs)
          }
          meter.token(client.tenant)
          held.progress(index)
        },
        onEnd: () => {
          held.leave(row)
          meter.ended(row)
        },
      })
    }
    if (mode === 'first' && client === clients[0])
      return run({ progress: () => undefined, leave: () => undefined })
    const slot = queue.enter(
      {
        tenant: client.tenant,
        weight: client.weight,
        priority: 'standard',
        isStream: true,
        inputTokens: row.inputTokens,
        expectedOutputTokens: expected.expect(undefined),
      },
      signal,
    )
    if (slot instanceof Promise) void slot.then(run)
    else run(slot)
  }

  let next = 0
  while (now < seconds * 1_000) {
    for (let one = arrivals[next]; one && one.row.atMs <= now; one = arrivals[(next += 1)])
      arrive(one.client, one.row)
    for (let turn = 0; turn < 4; turn += 1) await Promise.resolve()
    const iteration = engine.iterate()
    if (iteration) {
      now += iteration.ms
      iteration.finish()
      meter.sample()
    } else {
      const following = arrivals[next]?.row.atMs
      if (following === undefined) break
      now = following
    }
  }
  for (const { tenant, atMs } of open.values()) firstTokenMs[tenant]?.push(now - atMs)
  return {
    firstTokenMs,
    units: meter.units(),
    unitsPerSecond: (engine.promptTokens + 2 * engine.outputTokens) / (now / 1_000),
    busyShare: engine.busyMs / now,
    mostDifference: meter.mostDifference,
    bound: 2 * meter.mostUnderWay,
  }
}

/** Counts what each client was really given, and how far two that both wait drift apart. */
class ServiceMeter {
  readonly #clients: readonly Client[]
  readonly #units = new Map<string, number>()
  readonly #waiting = new Map<string, number>()
  /** Least and most of the difference since both wait, by pair. */
  readonly #spans = new Map<string, { low: number; high: number }>()
  #underWay = 0
  mostUnderWay = 0
  mostDifference = 0

  constructor(clients: readonly Client[]) {
    this.#clients = clients
  }

  arrived(tenant: string): void {
    this.#add(this.#waiting, tenant, 1)
  }

  started(tenant: string, row: TraceRow): void {
    this.#add(this.#waiting, tenant, -1)
    this.#add(this.#units, tenant, row.inputTokens)
    this.#underWay += row.inputTokens + 2 * row.outputTokens
    this.mostUnderWay = Math.max(this.mostUnderWay, this.#underWay)
  }

  token(tenant: string): void {
    this.#add(this.#units, tenant, 2)
  }

  ended(row: TraceRow): void {
    this.#underWay -= row.inputTokens + 2 * row.outputTokens
  }

  units(): Record<string, number> {
    return Object.fromEntries(this.#units)
  }

  sample(): void {
    for (const [index, one] of this.#clients.entries()) {
      for (const other of this.#clients.slice(index + 1)) this.#compare(one, other)
    }
  }

  #compare(one: Client, other: Client): void {
    const pair = `${one.tenant} ${other.tenant}`
    const bothWait = [one, other].every(({ tenant }) => (this.#waiting.get(tenant) ?? 0) > 0)
    if (!bothWait) return void this.#spans.delete(pair)
    const [mine = 0, theirs = 0] = [one, other].map(
      ({ tenant, weight }) => (this.#units.get(tenant) ?? 0) / weight,
    )
    const difference = mine - theirs
    const span = this.#spans.get(pair) ?? { low: difference, high: difference }
    span.low = Math.min(span.low, difference)
    span.high = Math.max(span.high, difference)
    this.#spans.set(pair, span)
    this.mostDifference = Math.max(this.mostDifference, span.high - span.low)
  }

  #add(map: Map<string, number>, tenant: string, amount: number): void {
    map.set(tenant, (map.get(tenant) ?? 0) + amount)
  }
}
