import { describe, expect, it } from 'bun:test'
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { createRandom, exactProportion } from '../../foundation/statistics/index.ts'
import { drawRelease, layOut, positionOf, releaseAt } from './assign.ts'
import type { Burst, RolloutTraffic, ServiceTraffic } from './service-traffic.ts'
import { followTraffic } from './follow-traffic.ts'
import { type Span, StepWatch, type StickyValues } from './step-watch.ts'

const users = Array.from({ length: 20_000 }, (_, index) => `user-${index}`)
const sideOf = (share: number) => (user: string) =>
  releaseAt(layOut([{ release: 'new', share }]), positionOf('rollout-1', user))

describe('assignment', () => {
  it.each([0.01, 0.05, 0.2, 0.5, 0.9])('gives a share of %p to the candidate', share => {
    const hits = users.map(sideOf(share)).filter(side => side === 'new').length
    const { low, high } = exactProportion(hits, users.length, 0.9999)
    expect(low).toBeLessThanOrEqual(share)
    expect(high).toBeGreaterThanOrEqual(share)
  })

  it('fills every part of 0 to 1 alike', () => {
    const parts = Array.from({ length: 50 }, () => 0)
    for (const user of users) {
      const part = Math.floor(positionOf('another', user) * 50)
      parts[part] = (parts[part] ?? 0) + 1
    }
    for (const count of parts) {
      const { low, high } = exactProportion(count, users.length, 0.99999)
      expect(low).toBeLessThanOrEqual(1 / 50)
      expect(high).toBeGreaterThanOrEqual(1 / 50)
    }
  })

  it('is the same in another process', () => {
    const some = users.slice(0, 50)
    const script = `import { positionOf } from ${JSON.stringify(path.join(import.meta.dirname, 'assign.ts'))}
      console.log(JSON.stringify(${JSON.stringify(some)}.map(user => positionOf('rollout-1', user))))`
    const told = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })
    expect(JSON.parse(told)).toEqual(some.map(user => positionOf('rollout-1', user)))
  })

  it('loses nobody from the candidate when its share grows, and everybody is there at the end', () => {
    let before: ReadonlySet<string> = new Set()
    for (const share of [0, 0.01, 0.05, 0.25, 0.5, 0.8, 1]) {
      const now = new Set(users.filter(user => sideOf(share)(user) === 'new'))
      expect(before.isSubsetOf(now)).toBe(true)
      before = now
    }
    expect(before.size).toBe(users.length)
  })

  it('lets several candidates grow side by side without taking from each other', () => {
    const sideAt = (shares: readonly number[]) => {
      const stretches = layOut(shares.map((share, index) => ({ release: `r${index}`, share })))
      return users.map(user => releaseAt(stretches, positionOf('rollout-2', user)))
    }
    let before = sideAt([0, 0, 0])
    for (const share of [0.02, 0.1, 0.2, 0.33]) {
      const now = sideAt([share, share, share / 2])
      for (const [index, side] of before.entries()) if (side !== undefined) expect(now[index]).toBe(side)
      before = now
    }
  })

  it.each([[[0.7, 0.2]], [[0.9, 0.1]], [[0.05, 0.9, 0.05]], [[0, 1, 0]], [[0.5, 0.5]]])(
    'gives shares of %p their due, whatever their sum',
    shares => {
      const stretches = layOut(shares.map((share, index) => ({ release: `r${index}`, share })))
      for (const [index, share] of shares.entries()) {
        const own = stretches.filter(({ release }) => release === `r${index}`)
        expect(own.reduce((sum, { from, to }) => sum + to - from, 0)).toBeCloseTo(share, 12)
      }
      const sorted = stretches.toSorted((one, other) => one.from - other.from)
      for (const [index, { from }] of sorted.entries())
        expect(from).toBeGreaterThanOrEqual(sorted[index - 1]?.to ?? 0)
    },
  )
})

describe('a test that is narrowed', () => {
  const weights = [0.1, 0.3, 0.3, 0.2, 0.1].map((share, index) => ({ release: `r${index}`, share }))
  const drawn = (left: typeof weights) => users.map(user => drawRelease(left, 'rollout-3', user))

  it('moves only those whose candidate is left out, whatever is left out and in which order', () => {
    const random = createRandom('narrowing')
    for (let round = 0; round < 5; round += 1) {
      let left = weights
      let before = drawn(left)
      while (left.length > 1) {
        const out = left[Math.floor(random.next() * left.length)]
        left = left.filter(one => one !== out)
        const now = drawn(left)
        const moved = users.filter((_, index) => before[index] !== now[index])
        expect(moved).toEqual(users.filter((_, index) => before[index] === out?.release))
        before = now
      }
    }
  })

  it('gives all that are left, the baseline too, their part of it in proportion to their shares', () => {
    const before = drawn(weights)
    const left = weights.filter(({ release }) => release !== 'r2')
    const now = drawn(left)
    const freed = now.filter((_, index) => before[index] === 'r2')
    for (const [sides, all, whole] of [
      [before, weights, 1],
      [now, left, 0.7],
      [freed, left, 0.7],
    ] as const)
      for (const { release, share } of all) {
        const { low, high } = exactProportion(
          sides.filter(side => side === release).length,
          sides.length,
          0.9999,
        )
        expect(low).toBeLessThanOrEqual(share / whole)
        expect(high).toBeGreaterThanOrEqual(share / whole)
      }
  })
})

const rollout: RolloutTraffic = {
  id: 'rollout-1',
  step: 0,
  baseline: 'old',
  candidates: [{ release: 'new', share: 0.5 }],
  isShadow: false,
  shadowShare: 0,
  sticky: 'user',
  salt: 'rollout-1',
  fastPath: { alpha: 1e-4, errorMargin: 0.02, guardMargin: 0.02 },
}
const traffic: ServiceTraffic = { service: 'support', revision: 1, live: 'old', rollout }

describe('StepWatch', () => {
  const values: StickyValues = {
    tenant: 'acme',
    user: undefined,
    conversation: '~abc',
    key: 'key-1',
    request: 'request-1',
  }

  it('leaves users where they are when another candidate of a test is left out', () => {
    const places = ['a', 'b', 'c'].map(release => ({ release, share: 0.2 }))
    const sides = (left: readonly string[], how: Partial<RolloutTraffic>) => {
      const candidates = places
        .filter(({ release }) => left.includes(release))
        .map(({ release }) => ({ release, share: how.isNarrowed ? 0.2 / (0.4 + 0.2 * left.length) : 0.2 }))
      const watch = new StepWatch(traffic, { ...rollout, candidates, ...how }, () => undefined)
      return users.slice(0, 2_000).map(user => watch.fallOf({ ...values, user }).release)
    }
    for (const how of [{ places }, { isNarrowed: true }] as const) {
      const [before, now] = [sides(['a', 'b', 'c'], how), sides(['b'], how)]
      for (const [index, side] of before.entries())
        if (side === 'b' || side === 'old') expect(now[index]).toBe(side)
      const freed = now.filter((_, index) => before[index] === 'a' || before[index] === 'c')
      expect(new Set(freed)).toEqual(new Set(how.isNarrowed ? ['old', 'b'] : ['old']))
    }
    const last = { ...rollout, candidates: [{ release: 'b', share: 0.3 }] }
    expect(new StepWatch(traffic, last, () => undefined).armOf('b')).toBe('candidate')
    expect(new StepWatch(traffic, { ...last, isNarrowed: true }, () => undefined).armOf('b')).toBe('b')
  })

  it('tells clients apart by the next thing where they do not say what is wanted', () => {
    const by = (sticky: RolloutTraffic['sticky'], given: Partial<StickyValues>) =>
      new StepWatch(traffic, { ...rollout, sticky }, () => undefined).fallOf({
        ...values,
        ...given,
      })
    expect(by('user', { user: 'ada' }).by).toBe('user')
    expect(by('user', {}).by).toBe('conversation')
    expect(by('conversation', { user: 'ada' }).by).toBe('conversation')
    expect(by('key', { user: 'ada' })).toEqual(by('key', { user: 'bob', request: 'another' }))
    expect(by('request', {}).position).not.toBe(by('request', { request: 'another' }).position)
    const nameless = new StepWatch(traffic, rollout, () => undefined).fallOf({
      ...values,
      conversation: undefined,
    })
    expect(nameless.by).toBe('key')
  })

  type Rates = { readonly old: number; readonly new: number }
  function play(rates: (count: number) => Rates, most: number, seed: string) {
    const random = createRandom('burst', seed)
    const bursts: Burst[] = []
    const watch = new StepWatch(traffic, rollout, burst => bursts.push(burst))
    const underWay: { release: 'old' | 'new'; isFailed: boolean; endsAt: number; began: Span }[] = []
    let count = 0
    for (; count < most && bursts.length === 0; count += 1) {
      const release = random.next() < 0.5 ? 'new' : 'old'
      const isFailed = random.next() < rates(count)[release]
      const began = watch.begun(release)
      // what fails is faster than what answers, as where a server refuses
      underWay.push({ release, isFailed, endsAt: count + (isFailed ? 1 : 30), began })
      for (const one of underWay.filter(({ endsAt }) => endsAt <= count))
        watch.ended(one.release, one.began, { isFailed: one.isFailed, isGuarded: false })
      underWay.splice(0, underWay.length, ...underWay.filter(({ endsAt }) => endsAt > count))
    }
    return { count, bursts, watch }
  }

  it('stops a candidate that fails, with the numbers, and says it once', () => {
    const { bursts, count, watch } = play(() => ({ old: 0.01, new: 1 }), 1_000, 'all')
    expect(bursts).toHaveLength(1)
    expect(bursts[0]).toMatchObject({ rollout: 'rollout-1', step: 0, candidate: 'new', reason: 'errors' })
    expect(bursts[0]?.explanation).toContain('2 % is allowed')
    expect(count).toBeLessThan(120)
    expect(watch.isStopped('new')).toBe(true)
    watch.ended('new', watch.begun('new'), { isFailed: true, isGuarded: true })
    expect(bursts).toHaveLength(1)
  })

  it('is as quick where all was well for a long time', () => {
    const { bursts, count } = play(
      counted => ({ old: 0.01, new: counted < 10_000 ? 0.01 : 1 }),
      20_000,
      'late',
    )
    expect(bursts[0]?.explanation).toStartWith('Lately, ')
    expect(count).toBeLessThan(10_300)
  })

  it('leaves candidates alone that fail as often as they may, although failures come faster than answers', () => {
    const stopped = Array.from({ length: 60 }, (_, run) =>
      play(() => ({ old: 0.05, new: 0.07 }), 1_500, String(run)),
    ).filter(({ bursts }) => bursts.length > 0)
    expect(stopped).toHaveLength(0)
  })

  it('looks at what policies do for itself', () => {
    const bursts: Burst[] = []
    const watch = new StepWatch(traffic, rollout, burst => bursts.push(burst))
    for (let count = 0; count < 60; count += 1)
      for (const release of ['old', 'new']) {
        watch.ended(release, watch.begun(release), { isFailed: false, isGuarded: release === 'new' })
      }
    expect(bursts.map(({ reason }) => reason)).toEqual(['guard-alarms'])
  })
})

describe('followTraffic', () => {
  it('begins anew where another revision is declared, and forgets a rollout that has ended', () => {
    let declared: ServiceTraffic = traffic
    const follower = followTraffic({ of: () => declared, onBurst: () => undefined }, () => undefined)
    const first = follower.watch(declared)
    first?.targetDown('new', 'gone')
    declared = { ...traffic }
    expect(follower.watch(declared)).toBe(first)
    declared = { ...traffic, revision: 2 }
    expect(follower.watch(declared)?.isStopped('new')).toBe(false)
    declared = { service: 'support', revision: 3, live: 'new' }
    expect(follower.watch(declared)).toBeUndefined()
    expect(follower.watches()).toEqual([])
  })
})
