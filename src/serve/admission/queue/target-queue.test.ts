import { describe, expect, it } from 'bun:test'
import { Failure } from '../../../foundation/platform/index.ts'
import { seededRandom } from './__fixtures__/random.ts'
import type { ShedReason } from './queue-observer.ts'
import type { QueueSettings } from './queue-settings.ts'
import type { Entrant, Slot } from './slot.ts'
import { TargetQueue } from './target-queue.ts'

const never = new AbortController().signal

function open(settings: Partial<QueueSettings> = {}, replicas = () => 1) {
  const clock = { ms: 0 }
  const shed: { tenant: string; reason: ShedReason }[] = []
  const queue = new TargetQueue({
    name: 'engine:test',
    settings: {
      inFlightTokens: undefined,
      inFlightRequests: 1,
      maxQueueMs: 60_000,
      maxQueued: 100_000,
      headroomPercent: 0,
      inFlightPromptTokens: undefined,
      fairness: 'vtc',
      ...settings,
    },
    replicas,
    now: () => clock.ms,
    observer: {
      dispatched: () => undefined,
      shed: ({ tenant }, reason) => shed.push({ tenant, reason }),
      abandoned: () => undefined,
      served: () => undefined,
    },
  })
  // whoever still waits when a test is over is given up later, by a real timer and with nobody to hear of it
  const enter = queue.enter.bind(queue)
  queue.enter = (who, signal) => {
    const slot = enter(who, signal)
    if (slot instanceof Promise) slot.catch(() => undefined)
    return slot
  }
  return { queue, clock, shed }
}

function entrant(tenant: string, given: Partial<Entrant> = {}): Entrant {
  return { tenant, weight: 1, priority: 'standard', inputTokens: 100, expectedOutputTokens: 50, ...given }
}

function enterNow(queue: TargetQueue, who: Entrant, signal = never): Slot {
  const slot = queue.enter(who, signal)
  if (slot instanceof Promise) throw new Error('it has to wait')
  return slot
}

/** Notes who gets a slot, in order. */
function follow(went: string[], name: string, slot: Slot | Promise<Slot>): Promise<Slot> {
  return Promise.resolve(slot).then(given => {
    went.push(name)
    return given
  })
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
}

function refusal(attempt: () => unknown): Failure {
  try {
    attempt()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('TargetQueue', () => {
  it('lets a request go at once, without a promise, while there is room', async () => {
    const { queue } = open({ inFlightRequests: 2 })
    const first = enterNow(queue, entrant('a'))
    enterNow(queue, entrant('b'))
    const third = queue.enter(entrant('c'), never)
    expect(third).toBeInstanceOf(Promise)
    first.leave(undefined)
    expect(await third).toHaveProperty('leave')
    expect(queue.state()).toMatchObject({ inFlightRequests: 2, inFlightTokens: 300 })
  })

  it('bounds the tokens under way by what is expected, and lets one that is larger than all of it go alone', async () => {
    const { queue } = open({ inFlightRequests: undefined, inFlightTokens: 400 })
    const first = enterNow(queue, entrant('a'))
    const second = enterNow(queue, entrant('a'))
    const huge = queue.enter(entrant('b', { inputTokens: 5_000 }), never)
    const small = queue.enter(entrant('c', { inputTokens: 1, expectedOutputTokens: 1 }), never)
    const went: string[] = []
    const hugeSlot = follow(went, 'huge', huge)
    const smallSlot = follow(went, 'small', small)
    first.leave(undefined)
    await settle()
    // it is waited for: the small one would pass it by for ever otherwise
    expect(went).toEqual([])
    second.leave(undefined)
    ;(await hugeSlot).leave(undefined)
    await smallSlot
    expect(went).toEqual(['huge', 'small'])
  })

  it('counts what comes beyond what was expected as under way, and gives it all back in the end', () => {
    const { queue } = open({ inFlightRequests: 5 })
    const slot = enterNow(queue, entrant('a', { inputTokens: 100, expectedOutputTokens: 50 }))
    slot.progress(40)
    expect(queue.state().inFlightTokens).toBe(150)
    slot.progress(90)
    slot.progress(80)
    expect(queue.state().inFlightTokens).toBe(190)
    expect(queue.state().tenants[0]).toMatchObject({ servedTokens: 190, counters: { standard: 280 } })
    slot.leave({ inputTokens: 110, outputTokens: 95 })
    slot.leave({ inputTokens: 999, outputTokens: 999 })
    slot.progress(999)
    expect(queue.state()).toMatchObject({ inFlightTokens: 0, inFlightRequests: 0 })
    expect(queue.state().tenants[0]).toMatchObject({ servedTokens: 205, counters: { standard: 300 } })
  })

  it('gives back what was charged for a request that was never sent', () => {
    const { queue } = open()
    enterNow(queue, entrant('a')).leave({ inputTokens: 0, outputTokens: 0 })
    expect(queue.state().tenants[0]).toMatchObject({ servedTokens: 0, counters: { standard: 0 } })
  })

  it('shares a full target by weight', async () => {
    const { queue } = open()
    const went: string[] = []
    const first = enterNow(queue, entrant('x'))
    const slots = Array.from({ length: 60 }, () => [
      follow(went, 'light', queue.enter(entrant('light'), never)),
      follow(went, 'heavy', queue.enter(entrant('heavy', { weight: 3 }), never)),
    ]).flat()
    for (const slot of slots) void slot.then(given => given.leave({ inputTokens: 100, outputTokens: 50 }))
    first.leave(undefined)
    await Promise.all(slots)
    const heavy = went.slice(0, 40).filter(name => name === 'heavy').length
    expect(heavy).toBeGreaterThanOrEqual(28)
    expect(heavy).toBeLessThanOrEqual(32)
  })

  it('goes by class: batch only when nobody else waits, and standard once in four behind interactive', async () => {
    const { queue } = open()
    const went: string[] = []
    const first = enterNow(queue, entrant('x'))
    const slots: Promise<Slot>[] = []
    for (const priority of ['batch', 'standard', 'interactive'] as const) {
      for (let index = 0; index < 4; index += 1) {
        slots.push(follow(went, priority, queue.enter(entrant('a', { priority }), never)))
      }
    }
    for (const slot of slots) void slot.then(given => given.leave(undefined))
    first.leave(undefined)
    await Promise.all(slots)
    expect(went.map(name => name[0]).join('')).toBe('iiisisssbbbb')
  })

  it('leaves a quarter free of batch, so that who comes finds room at once', async () => {
    const { queue } = open({ inFlightRequests: 4 })
    const slots = [1, 2, 3].map(() => enterNow(queue, entrant('a', { priority: 'batch' })))
    const waiting = queue.enter(entrant('a', { priority: 'batch' }), never)
    expect(waiting).toBeInstanceOf(Promise)
    enterNow(queue, entrant('b', { priority: 'interactive' })).leave(undefined)
    slots[0]?.leave(undefined)
    expect(await waiting).toHaveProperty('leave')
  })

  it('keeps a part free for tenants that have less than their share, while there are any', async () => {
    const { queue, clock } = open({ inFlightRequests: 10, headroomPercent: 20 })
    enterNow(queue, entrant('victim')).leave({ inputTokens: 100, outputTokens: 50 })
    for (let index = 0; index < 8; index += 1) enterNow(queue, entrant('flood'))
    const waiting = Promise.resolve(queue.enter(entrant('flood'), never))
    expect(queue.state().inFlightRequests).toBe(8)
    const victim = enterNow(queue, entrant('victim'))
    expect(queue.state().inFlightRequests).toBe(9)
    // nobody but the flood has come for a minute: nothing is kept free any more
    clock.ms += 61_000
    victim.leave(undefined)
    await waiting
    expect(queue.state().inFlightRequests).toBe(9)
    const alone = open({ inFlightRequests: 10, headroomPercent: 20 })
    for (let index = 0; index < 10; index += 1) enterNow(alone.queue, entrant('only'))
    expect(alone.queue.state().inFlightRequests).toBe(10)
  })

  it('lets a tenant with less than its share go before its turn, but not for long', async () => {
    const { queue } = open({ inFlightRequests: 20, headroomPercent: 5 })
    const went: string[] = []
    const running = Array.from({ length: 19 }, () => enterNow(queue, entrant('flood')))
    void Promise.resolve(queue.enter(entrant('late', { expectedOutputTokens: 1 }), never))
    const flood = Array.from({ length: 30 }, () =>
      follow(went, 'flood', queue.enter(entrant('flood'), never)),
    )
    const late = Array.from({ length: 12 }, () => follow(went, 'late', queue.enter(entrant('late'), never)))
    for (const slot of running) {
      slot.leave({ inputTokens: 100, outputTokens: 50 })
      await settle()
    }
    expect(went[0]).toBe('late')
    const lateOfTen = went.slice(0, 10).filter(name => name === 'late').length
    expect(lateOfTen).toBeGreaterThanOrEqual(4)
    expect(lateOfTen).toBeLessThanOrEqual(7)
    expect(flood.length + late.length).toBe(42)
  })

  it('lets no more prompts be worked in at once than it is told, and hears of it by their first tokens', async () => {
    const { queue } = open({ inFlightRequests: 10, inFlightPromptTokens: 250 })
    const streamed = { isStream: true }
    const first = enterNow(queue, entrant('a', streamed))
    enterNow(queue, entrant('a', streamed))
    const third = queue.enter(entrant('b', streamed), never)
    expect(third).toBeInstanceOf(Promise)
    first.progress(1)
    const slot = await third
    // of one that does not stream nobody would hear, so it does not count
    const whole = open({ inFlightRequests: 10, inFlightPromptTokens: 250 })
    for (let index = 0; index < 5; index += 1) enterNow(whole.queue, entrant('a'))
    slot.leave(undefined)
    first.leave(undefined)
    enterNow(queue, entrant('c', streamed))
    expect(queue.enter(entrant('c', streamed), never)).toBeInstanceOf(Promise)
  })

  it('lets an aborted waiter go at once, and who waited behind it go on', async () => {
    const { queue } = open({ inFlightRequests: undefined, inFlightTokens: 300 })
    enterNow(queue, entrant('a'))
    const controller = new AbortController()
    const huge = queue.enter(entrant('b', { inputTokens: 5_000 }), controller.signal)
    const small = queue.enter(entrant('c'), never)
    controller.abort(new Failure('client_closed', 'gone'))
    expect(await Promise.resolve(huge).catch((error: unknown) => error)).toMatchObject({
      code: 'client_closed',
    })
    expect(await small).toHaveProperty('leave')
    expect(queue.state().queued.standard).toBe(0)
  })

  it('takes back a slot whose owner was aborted before it could hear of it', async () => {
    const { queue } = open()
    const first = enterNow(queue, entrant('a'))
    const controller = new AbortController()
    const slot = queue.enter(entrant('b'), controller.signal)
    first.leave(undefined)
    controller.abort()
    await slot
    expect(queue.state().inFlightRequests).toBe(1)
    await Bun.sleep(5)
    expect(queue.state().inFlightRequests).toBe(0)
  })

  it('refuses whoever is aborted already', () => {
    const { queue } = open()
    expect(() => queue.enter(entrant('a'), AbortSignal.abort(new Error('gone')))).toThrow('gone')
    expect(queue.isIdle).toBe(true)
  })

  it('turns a request away after the longest time that it may wait', async () => {
    const { queue, shed } = open({ maxQueueMs: 20 })
    const first = enterNow(queue, entrant('a'))
    const failure = await Promise.resolve(queue.enter(entrant('b'), never)).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'overloaded', status: 429, details: { retryAfterSeconds: 1 } })
    expect(shed).toEqual([{ tenant: 'b', reason: 'age' }])
    first.leave(undefined)
    expect(queue.isIdle).toBe(true)
  })

  it('sheds early once it knows its pace: the flood, not who has nothing waiting', async () => {
    const { queue, clock, shed } = open({ maxQueueMs: 10_000 })
    let slot: Slot | Promise<Slot> = enterNow(queue, entrant('flood'))
    const waiting: Promise<Slot>[] = []
    for (let index = 0; index < 10; index += 1) {
      waiting.push(Promise.resolve(queue.enter(entrant('flood'), never)))
    }
    // one request (200 units) a second
    for (let index = 0; index < 5; index += 1) {
      clock.ms += 1_000
      ;(await slot).leave({ inputTokens: 100, outputTokens: 50 })
      slot = waiting.shift() ?? slot
    }
    for (let index = 0; index < 5; index += 1) {
      waiting.push(Promise.resolve(queue.enter(entrant('flood'), never)))
    }
    // eleven of its own wait before the next one: a second more than it may
    waiting.push(Promise.resolve(queue.enter(entrant('flood'), never)))
    const failure = refusal(() => queue.enter(entrant('flood'), never))
    expect(failure).toMatchObject({ code: 'overloaded', details: { retryAfterSeconds: 1 } })
    expect(failure.message).toContain('about 11 s')
    expect(shed).toEqual([{ tenant: 'flood', reason: 'wait' }])
    const victim = queue.enter(entrant('victim'), never)
    // one of the flood at most, as their counters are alike
    for (let index = 0; index < 2; index += 1) {
      clock.ms += 1_000
      ;(await slot).leave({ inputTokens: 100, outputTokens: 50 })
      slot = waiting.shift() ?? slot
    }
    expect(await victim).toHaveProperty('leave')
  })

  it("goes by the client's deadline where that comes first", async () => {
    const { queue, clock } = open({ maxQueueMs: 60_000 })
    let slot: Slot | Promise<Slot> = enterNow(queue, entrant('a'))
    const waiting = Array.from({ length: 12 }, () => Promise.resolve(queue.enter(entrant('a'), never)))
    for (let index = 0; index < 5; index += 1) {
      clock.ms += 1_000
      ;(await slot).leave(undefined)
      slot = waiting.shift() ?? slot
    }
    const failure = refusal(() => queue.enter(entrant('a', { deadlineMs: 3_000 }), never))
    expect(failure.details.retryAfterSeconds).toBe(4)
    const kept = Promise.resolve(queue.enter(entrant('b', { deadlineMs: 3_000 }), never))
    const state = queue.state()
    expect(state.queued.standard).toBe(8)
    expect(state.drainMs).toBeCloseTo(8_000, -3)
    for (let index = 0; index < 2; index += 1) {
      clock.ms += 1_000
      ;(await slot).leave(undefined)
      slot = waiting.shift() ?? slot
    }
    expect(await kept).toHaveProperty('leave')
  })

  it('gives up the newest of the longest queue where no more may wait, not the newcomer', async () => {
    const { queue, shed } = open({ maxQueued: 3 })
    const first = enterNow(queue, entrant('x'))
    const flood = [1, 2, 3].map(() => Promise.resolve(queue.enter(entrant('flood'), never)))
    const displaced = flood[2]?.catch((error: unknown) => error)
    const victim = queue.enter(entrant('victim'), never)
    expect(await displaced).toMatchObject({ code: 'overloaded' })
    expect(shed).toEqual([{ tenant: 'flood', reason: 'full' }])
    expect(refusal(() => queue.enter(entrant('flood'), never)).code).toBe('overloaded')
    first.leave(undefined)
    ;(await flood[0])?.leave(undefined)
    expect(await victim).toHaveProperty('leave')
  })

  it('never gives up a higher class for a lower one', () => {
    const { queue } = open({ maxQueued: 1 })
    enterNow(queue, entrant('x'))
    void queue.enter(entrant('a', { priority: 'interactive' }), never)
    expect(refusal(() => queue.enter(entrant('b', { priority: 'batch' }), never)).code).toBe('overloaded')
    expect(queue.state().queued).toEqual({ interactive: 1, standard: 0, batch: 0 })
  })

  it('takes its part where several processes share the target, as many as there are at the time', async () => {
    let replicas = 2
    const { queue } = open({ inFlightRequests: 4 }, () => replicas)
    const slots = [1, 2].map(() => enterNow(queue, entrant('a')))
    const third = queue.enter(entrant('a'), never)
    expect(third).toBeInstanceOf(Promise)
    replicas = 1
    slots[0]?.leave(undefined)
    await third
    enterNow(queue, entrant('b'))
    enterNow(queue, entrant('b'))
    replicas = 100
    expect(queue.state().requestLimit).toBe(1)
  })

  it('loses nobody who waits when its settings change, its order too', async () => {
    const { queue } = open({ fairness: 'fifo' })
    const went: string[] = []
    const first = enterNow(queue, entrant('x'))
    const slots = ['a', 'a', 'a', 'b'].map((tenant, index) =>
      follow(went, `${tenant}${index}`, queue.enter(entrant(tenant), never)),
    )
    for (const slot of slots) void slot.then(given => given.leave(undefined))
    queue.configure({ ...settingsOf(), fairness: 'vtc' })
    expect(queue.state()).toMatchObject({ queued: { standard: 4 }, inFlightRequests: 1 })
    first.leave(undefined)
    await Promise.all(slots)
    expect(went).toEqual(['a0', 'b3', 'a1', 'a2'])
    expect(queue.isIdle).toBe(true)
  })

  it('lets all go that wait when it is no longer bounded', async () => {
    const { queue } = open()
    const first = enterNow(queue, entrant('x'))
    const slots = Array.from({ length: 5 }, async () => await queue.enter(entrant('a'), never))
    queue.configure(undefined)
    for (const slot of await Promise.all(slots)) slot.leave(undefined)
    first.leave(undefined)
    expect(queue.isIdle).toBe(true)
  })

  it('loses no slot, starves nobody and never idles while somebody waits, whatever comes and goes', async () => {
    for (let seed = 1; seed <= 16; seed += 1) await fuzz(seed)
  })
})

function settingsOf(): QueueSettings {
  return {
    inFlightTokens: undefined,
    inFlightRequests: 1,
    maxQueueMs: 60_000,
    maxQueued: 100_000,
    headroomPercent: 0,
    inFlightPromptTokens: undefined,
    fairness: 'vtc',
  }
}

async function fuzz(seed: number): Promise<void> {
  const random = seededRandom(seed)
  const fairness = (['vtc', 'locality', 'fifo'] as const)[seed % 3] ?? 'vtc'
  const { queue, clock, shed } = open({
    inFlightRequests: 6,
    inFlightTokens: 2_000,
    inFlightPromptTokens: seed % 2 === 0 ? 1_500 : undefined,
    headroomPercent: seed % 4 < 2 ? 0 : 25,
    fairness,
    maxQueued: 40,
  })
  const running: Slot[] = []
  const controllers: AbortController[] = []
  let entered = 0
  let ended = 0
  let oldest = 0
  for (let turn = 0; turn < 1_500; turn += 1) {
    clock.ms += Math.ceil(random() * 20)
    if (turn < 1_200 && random() < 0.6) {
      const controller = new AbortController()
      controllers.push(controller)
      entered += 1
      const who = entrant(`t${Math.floor(random() * 5)}`, {
        weight: 0.5 + random() * 3,
        priority: (['interactive', 'standard', 'batch'] as const)[Math.floor(random() * 3)] ?? 'standard',
        inputTokens: Math.ceil(random() ** 4 * 3_000),
        expectedOutputTokens: Math.ceil(random() * 200),
        isStream: random() < 0.5,
        prefix: random() < 0.5 ? [Math.floor(random() * 3), Math.floor(random() * 9) + 10] : [],
      })
      const slot = (async () => await queue.enter(who, controller.signal))()
      void slot.then(
        given => {
          if (controller.signal.aborted) given.leave(undefined)
          else running.push(given)
        },
        () => (ended += 1),
      )
    }
    if (random() < 0.1) controllers[Math.floor(random() * controllers.length)]?.abort()
    if (random() < 0.3) running[Math.floor(random() * running.length)]?.progress(Math.ceil(random() * 400))
    if (random() < 0.5 || turn >= 1_200) {
      const [slot] = running.splice(Math.floor(random() * running.length), 1)
      if (slot) {
        ended += 1
        slot.leave(random() < 0.3 ? undefined : { inputTokens: Math.ceil(random() * 900), outputTokens: 40 })
      }
    }
    await settle()
    const state = queue.state()
    const waiting = state.queued.interactive + state.queued.standard + state.queued.batch
    expect(state.inFlightTokens).toBeGreaterThanOrEqual(0)
    expect(state.inFlightRequests).toBeGreaterThanOrEqual(0)
    expect(state.inFlightRequests).toBeLessThanOrEqual(6)
    expect(waiting).toBeLessThanOrEqual(40)
    expect(waiting > 0 && state.inFlightRequests === 0).toBe(false)
    if (turn < 1_200) oldest = Math.max(oldest, state.oldestMs)
  }
  for (const controller of controllers) controller.abort()
  await Bun.sleep(2)
  for (const slot of running) slot.leave(undefined)
  await settle()
  expect(queue.isIdle).toBe(true)
  expect(queue.state().inFlightTokens).toBe(0)
  expect(entered).toBeGreaterThan(500)
  expect(ended).toBeGreaterThan(300)
  expect(shed.every(({ reason }) => reason !== 'age')).toBe(true)
  expect(oldest).toBeGreaterThan(0)
}
