import { describe, expect, it } from 'bun:test'
import known from '../__fixtures__/published-sequences.json'
import { createRandom } from '../random.ts'
import {
  asymptoticHalfWidth,
  asymptoticHalfWidthInside,
  compareMeans,
  compareRelatively,
} from './asymptotic-sequence.ts'
import { createConformalMartingale, firstJumperState, jumpOnce } from './conformal-martingale.ts'
import { advance, createDetector } from './e-detector.ts'
import { createMeanSequence, nextBet } from './mean-sequence.ts'
import {
  betaBinomialMixture,
  mixtureBoundary,
  normalMixture,
  tunedRho,
  upwardNormalMixture,
} from './mixtures.ts'
import { proportionDifference } from './proportion-difference.ts'
import { proportionSequence } from './proportion-sequence.ts'
import { quantileDifference, quantileSequence } from './quantile-sequence.ts'
import { sampleRatioEvidence } from './sample-ratio.ts'

const alpha = 0.05

describe('mixtures', () => {
  const { normal, betaBinomial } = known.mixtures
  const rho = tunedRho(100, alpha)

  it('give the values that confseq publishes for normal sums', () => {
    expect(rho).toBeCloseTo(normal.tunedRho, 4)
    expect(normalMixture(10, 100, rho)).toBeCloseTo(normal.twoSidedLog, 5)
    expect(mixtureBoundary(s => normalMixture(s, 100, rho), alpha, 100)).toBeCloseTo(normal.twoSidedBound, 4)
    const upward = tunedRho(100, 2 * alpha)
    expect(upwardNormalMixture(10, 100, upward)).toBeCloseTo(normal.oneSidedLog, 5)
    expect(mixtureBoundary(s => upwardNormalMixture(s, 100, upward), alpha, 100)).toBeCloseTo(
      normal.oneSidedBound,
      4,
    )
  })

  it('give those for sums of bounded steps', () => {
    const terms = { down: 0.2, up: 0.8, tightAt: 100, alpha }
    expect(betaBinomialMixture(10, 100, terms)).toBeCloseTo(betaBinomial.twoSidedLog, 5)
    const most = 100 / terms.down
    expect(mixtureBoundary(s => betaBinomialMixture(s, 100, terms), alpha, most)).toBeCloseTo(
      betaBinomial.twoSidedBound,
      4,
    )
    const upward = { ...terms, isUpward: true }
    expect(mixtureBoundary(s => betaBinomialMixture(s, 100, upward), alpha, most)).toBeCloseTo(
      betaBinomial.oneSidedBound,
      4,
    )
  })
})

describe('proportionSequence', () => {
  it.each(known.proportions)(
    'gives $low to $high for $hits of $trials',
    ({ hits, trials, tightAt, low, high }) => {
      const found = proportionSequence(hits, trials, { alpha, tightAt })
      expect(found.low).toBeCloseTo(low, 5)
      expect(found.high).toBeCloseTo(high, 5)
    },
  )

  it('says nothing where nothing was tried', () => {
    expect(proportionSequence(0, 0, { alpha, tightAt: 100 })).toEqual({ low: 0, high: 1 })
  })
})

describe('proportionDifference', () => {
  const options = { alpha: 0.025, tightAt: 1_000 }

  it('is narrower than what two intervals say, and mirrors itself', () => {
    const [first, second] = [
      { hits: 40, trials: 1_000 },
      { hits: 90, trials: 800 },
    ]
    const { low, high } = proportionDifference(first, second, options)
    const [one, other] = [first, second].map(({ hits, trials }) =>
      proportionSequence(hits, trials, { ...options, alpha: options.alpha / 2 }),
    )
    expect(low).toBeGreaterThan(other!.low - one!.high)
    expect(high).toBeLessThan(other!.high - one!.low)
    expect(low).toBeLessThan(0.0725)
    expect(high).toBeGreaterThan(0.0725)
    const mirrored = proportionDifference(second, first, options)
    expect(mirrored.low).toBeCloseTo(-high, 4)
    expect(mirrored.high).toBeCloseTo(-low, 4)
  })

  it('keeps its promise when it is looked at again and again', () => {
    let missed = 0
    for (let run = 0; run < 40; run += 1) {
      const random = createRandom('difference', run)
      const hits = [0, 0]
      let isMissed = false
      for (let trials = 1; trials <= 600; trials += 1) {
        for (const [arm, share] of [0.05, 0.15].entries()) hits[arm]! += random.next() < share ? 1 : 0
        if (trials % 100 !== 0) continue
        const [first, second] = hits.map(of => ({ hits: of, trials }))
        const { low, high } = proportionDifference(first!, second!, options)
        if (low > 0.1 || high < 0.1) isMissed = true
      }
      if (isMissed) missed += 1
    }
    expect(missed).toBeLessThan(6)
  })

  it('says nothing without trials', () => {
    const some = { hits: 3, trials: 10 }
    expect(proportionDifference({ hits: 0, trials: 0 }, some, options)).toEqual({ low: -1, high: 1 })
  })
})

describe('quantiles', () => {
  const numbers = (offset: number): number[] =>
    Array.from({ length: 1_000 }, (_, index) => index + 1 + offset)

  it.each(known.quantileDifferences)(
    'differ by $offset at $quantile with p $p',
    ({ quantile, offset, p }) => {
      const found = quantileDifference(numbers(0), numbers(offset), { quantile, alpha, tightAt: 100 })
      expect(found).toBeCloseTo(p, 5)
      expect(quantileDifference(numbers(offset), numbers(0), { quantile, alpha, tightAt: 100 })).toBeCloseTo(
        found,
        9,
      )
    },
  )

  it('have ends that are values of the sample, or none yet', () => {
    const options = { quantile: 0.95, alpha, tightAt: 500 }
    expect(quantileSequence([], options)).toEqual({ low: -Infinity, high: Infinity })
    expect(quantileSequence([1, 2, 3], options)).toEqual({ low: -Infinity, high: Infinity })
    const { low, high } = quantileSequence(numbers(0), options)
    expect(low).toBeGreaterThan(900)
    expect(low).toBeLessThan(950)
    expect(high).toBeGreaterThan(950)
    expect(high).toBeLessThan(1_000)
  })
})

describe('createMeanSequence', () => {
  it('bets first what the paper says, before anything is seen', () => {
    expect(nextBet(0, 0.25, alpha)).toBeCloseTo(
      Math.sqrt((2 * Math.log(2 / alpha)) / (0.25 * Math.log(2))),
      12,
    )
  })

  it('narrows around the mean, goes on from what was kept, and is the same for a range that is shifted', () => {
    const random = createRandom('means')
    const values = Array.from({ length: 2_000 }, () => (random.next() < 0.8 ? 1 : 0))
    const whole = createMeanSequence({ alpha })
    const shifted = createMeanSequence({ alpha, from: -1, to: 1 })
    let kept = createMeanSequence({ alpha })
    for (const [index, value] of values.entries()) {
      whole.observe(value)
      shifted.observe(2 * value - 1)
      kept.observe(value)
      if (index === 700) kept = createMeanSequence({ alpha }, JSON.parse(JSON.stringify(kept.state())))
    }
    const { low, high } = whole.bounds()
    expect(low).toBeLessThan(0.8)
    expect(high).toBeGreaterThan(0.8)
    expect(high - low).toBeLessThan(0.1)
    expect(kept.bounds()).toEqual({ low, high })
    expect(shifted.bounds().low).toBeCloseTo(2 * low - 1, 9)
    expect(shifted.bounds().high).toBeCloseTo(2 * high - 1, 9)
  })

  it('is from end to end before there is a value, and refuses one outside of its range', () => {
    const sequence = createMeanSequence({ alpha })
    expect(sequence.bounds()).toEqual({ low: 0, high: 1 })
    expect(() => sequence.observe(1.1)).toThrow('values from 0 to 1')
    expect(() => sequence.observe(Number.NaN)).toThrow(RangeError)
  })
})

describe('asymptotic sequences', () => {
  it.each(known.insideForm)(
    'give the form with the variance inside at n = $n',
    ({ mean, variance, n, rho, high }) => {
      expect(mean + asymptoticHalfWidthInside(variance, n, rho, alpha)).toBeCloseTo(high, 10)
    },
  )

  it.each(known.outsideForm)(
    'give the form with σ outside at n = $n',
    ({ variance, n, tightAt, halfWidth }) => {
      expect(asymptoticHalfWidth(Math.sqrt(variance), n, { alpha, tightAt })).toBeCloseTo(halfWidth, 10)
    },
  )

  it('give the relative comparisons that GrowthBook publishes', () => {
    for (const { first, second, tightAt, estimate, standardError, low, high } of known.comparisons) {
      const found = compareRelatively(first, second, { alpha, tightAt })!
      expect(found.estimate).toBeCloseTo(estimate, 4)
      expect(found.standardError).toBeCloseTo(standardError, 4)
      expect(found.low).toBeCloseTo(low, 4)
      expect(found.high).toBeCloseTo(high, 4)
    }
  })

  it('say nothing of arms without values', () => {
    const none = { count: 0, sum: 0, squares: 0 }
    const some = { count: 10, sum: 10, squares: 12 }
    expect(compareMeans(none, some, { alpha, tightAt: 100 })).toBeUndefined()
    expect(compareMeans(some, some, { alpha, tightAt: 100 })?.estimate).toBe(0)
  })
})

describe('sampleRatioEvidence', () => {
  it('grows where shares are not kept, and not where they are', () => {
    expect(sampleRatioEvidence([500, 500], [1, 1])).toBeLessThan(0)
    expect(sampleRatioEvidence([600, 400], [1, 1])).toBeGreaterThan(Math.log(1 / alpha))
    expect(sampleRatioEvidence([950, 50], [0.95, 0.05])).toBeLessThan(0)
    expect(sampleRatioEvidence([0, 0], [0.99, 0.01])).toBeCloseTo(0, 9)
  })
})

describe('createDetector', () => {
  it('has the recursions that are published', () => {
    const { ratios, cusum, shiryaevRoberts } = known.recursions
    for (const [form, expected] of [
      ['cusum', cusum],
      ['shiryaev-roberts', shiryaevRoberts],
    ] as const) {
      let value = 0
      const found = ratios.map(ratio => (value = advance(form, value, ratio)))
      for (const [index, one] of expected.entries()) expect(found[index]).toBeCloseTo(one, 12)
    }
  })

  it.each(['shiryaev-roberts', 'cusum'] as const)(
    'finds a fall, says since when, and begins anew: %s',
    form => {
      const random = createRandom('fall', form)
      let detector = createDetector({ direction: 'below', averageRunLength: 10_000, form })
      let alarmAt: number | undefined
      for (let index = 0; index < 3_000 && alarmAt === undefined; index += 1) {
        const isGood = random.next() < (index < 1_000 ? 0.9 : 0.7)
        if (detector.observe(isGood ? 1 : 0, 0.9)) alarmAt = index
        // as a server that is started anew does
        if (index === 1_020)
          detector = createDetector(
            { direction: 'below', averageRunLength: 10_000, form },
            JSON.parse(JSON.stringify(detector.state())),
          )
      }
      expect(alarmAt).toBeGreaterThan(1_000)
      expect(alarmAt).toBeLessThan(1_400)
      expect(Math.abs(detector.since - 1_000)).toBeLessThan(60)
    },
  )

  it('ever alarms with the probability that was promised at most, and finds a fall that comes late all the same', () => {
    const falseAlarm = 0.1
    let alarms = 0
    for (let run = 0; run < 300; run += 1) {
      const random = createRandom('risk', String(run))
      const detector = createDetector({ direction: 'below', falseAlarm })
      for (let index = 0; index < 2_000; index += 1)
        if (detector.observe(random.next() < 0.8 ? 1 : 0, 0.8)) {
          alarms += 1
          break
        }
    }
    // three standard errors above what was promised
    expect(alarms / 300).toBeLessThan(falseAlarm + 3 * Math.sqrt(0.09 / 300))
    expect(alarms).toBeGreaterThan(0)

    const random = createRandom('late')
    let detector = createDetector({ direction: 'below', falseAlarm: 0.01 })
    let early = 0
    for (let index = 0; index < 5_000; index += 1)
      if (detector.observe(random.next() < 0.9 ? 1 : 0, 0.8)) early += 1
    expect(early).toBe(0)
    detector = createDetector(
      { direction: 'below', falseAlarm: 0.01 },
      JSON.parse(JSON.stringify(detector.state())),
    )
    let later = 0
    while (later < 1_000 && !detector.observe(random.next() < 0.6 ? 1 : 0, 0.8)) later += 1
    expect(later).toBeLessThan(400)
  })

  it('sees a rise as the mirror of a fall, and refuses what is no value', () => {
    const below = createDetector({ direction: 'below', averageRunLength: 100 })
    const above = createDetector({ direction: 'above', averageRunLength: 100 })
    for (const value of [0.2, 0.9, 0.4]) {
      below.observe(value, 0.75)
      above.observe(1 - value, 0.25)
    }
    expect(above.level).toBeCloseTo(below.level, 12)
    expect(() => below.observe(2, 0.5)).toThrow('0 to 1')
  })
})

describe('conformal martingales', () => {
  it('jump as published', () => {
    let state = firstJumperState
    let capital = 1
    for (const [index, p] of known.jumper.p.entries()) {
      const step = jumpOnce(state, p)
      state = step.state
      capital *= step.ratio
      expect(capital).toBeCloseTo(known.jumper.capital[index]!, 10)
    }
  })

  it('are quiet while scores come as they did, and alarm when they are stranger', () => {
    const random = createRandom('conformal')
    const martingale = createConformalMartingale({ averageRunLength: 1_000, random })
    for (let index = 0; index < 1_000; index += 1) martingale.learn(Math.abs(random.normal()))
    let quiet = 0
    for (let index = 0; index < 300; index += 1) if (martingale.observe(Math.abs(random.normal()))) quiet += 1
    expect(quiet).toBe(0)
    let found = 0
    for (let index = 0; index < 300 && found === 0; index += 1)
      if (martingale.observe(Math.abs(random.normal() + 1.5))) found = index
    expect(found).toBeGreaterThan(0)
  })

  it('rank scores within their stratum', () => {
    const random = createRandom('strata')
    const martingale = createConformalMartingale({ averageRunLength: 1_000, random })
    const score = (index: number): number => random.next() + (index % 2 === 0 ? 0 : 5)
    for (let index = 0; index < 1_000; index += 1) martingale.learn(score(index), String(index % 2))
    let alarms = 0
    // one half of the strata alone, as of a night
    for (let index = 0; index < 400; index += 1) if (martingale.observe(score(1), '1')) alarms += 1
    expect(alarms).toBe(0)
  })
})
