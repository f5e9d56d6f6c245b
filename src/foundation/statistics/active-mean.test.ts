import { describe, expect, it } from 'bun:test'
import { activeMean, type DrawnItem, drawUnequally } from './active-mean.ts'
import { predictionPoweredMean } from './prediction-powered.ts'
import { createRandom } from './random.ts'

/** Items of which people say yes 55 times in 100, and a judge who says so of too many, more so where he is unsure. */
function population(seed: number, items: number) {
  const random = createRandom('population', seed)
  return Array.from({ length: items }, () => {
    const quality = random.next()
    const human = random.next() < 0.1 + 0.9 * quality ? 1 : 0
    const judge = Math.min(1, Math.max(0, 0.25 + 0.75 * quality + 0.2 * (random.next() - 0.5)))
    return { human, judge }
  })
}
const truth = 0.55
const rounds = 400
/** Of a share of 0.95 over so many rounds, less four standard deviations. */
const least = 0.95 - 4 * Math.sqrt((0.95 * 0.05) / rounds)

describe('the mean of a biased judge', () => {
  it('is wrong by itself, and covers the truth as often as it says once labels have corrected it', () => {
    const covered = { naive: 0, plain: 0, active: 0 }
    let [plainWidth, activeWidth] = [0, 0]
    for (let round = 0; round < rounds; round += 1) {
      const items = population(round, 300)
      const values = items.map(({ judge }) => judge)
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 299 / 300)
      if (Math.abs(mean - truth) <= 1.96 * spread) covered.naive += 1
      const plain = predictionPoweredMean({
        human: items.slice(0, 60).map(({ human }) => human),
        judgeOnHuman: values.slice(0, 60),
        judgeUnlabelled: values.slice(60),
      })!
      if (plain.low <= truth && truth <= plain.high) covered.plain += 1
      plainWidth += plain.high - plain.low
      const active = activeMean(label(items, 60, round))!
      if (active.low <= truth && truth <= active.high) covered.active += 1
      activeWidth += active.high - active.low
    }
    expect(covered.naive / rounds).toBeLessThan(0.5)
    expect(covered.plain / rounds).toBeGreaterThan(least)
    expect(covered.active / rounds).toBeGreaterThan(least)
    // and asking where the judge is unsure is no worse than asking anywhere
    expect(activeWidth).toBeLessThan(plainWidth * 1.02)
  })

  it('is not moved by which items were likelier, as the plain mean of what was drawn is', () => {
    let [weighted, plain] = [0, 0]
    for (let round = 0; round < 300; round += 1) {
      // the better ones are likelier
      const items = population(round, 200)
      const drawn = drawUnequally(
        items.map(({ judge }) => judge ** 4),
        60,
        at => createRandom('lots', round, at),
      )
      const chosen = new Map(drawn.map(({ index, probability }) => [index, probability]))
      const found = activeMean(
        items.map(({ judge, human }, index) =>
          chosen.has(index) ? { judge, human, probability: chosen.get(index) } : { judge },
        ),
      )!
      weighted += found.estimate / 300
      plain += drawn.reduce((sum, { index }) => sum + items[index]!.human, 0) / drawn.length / 300
    }
    expect(plain - truth).toBeGreaterThan(0.08)
    expect(Math.abs(weighted - truth)).toBeLessThan(0.015)
  })

  it('says how many labels would halve its interval, and about so many do', () => {
    const items = population(5, 4_000)
    const few = activeMean(label(items, 60, 1))!
    const enough = activeMean(label(items, few.labelsToHalve!, 1))!
    const shrunk = (enough.high - enough.low) / (few.high - few.low)
    expect(shrunk).toBeGreaterThan(0.4)
    expect(shrunk).toBeLessThan(0.6)
    // of few items no number of labels is enough
    expect(activeMean(label(items.slice(0, 80), 60, 1))?.labelsToHalve).toBeUndefined()
    expect(activeMean(label(items, 7, 1))).toBeUndefined()
  })
})

describe('drawUnequally', () => {
  it('draws so many, each as often as its probability says', () => {
    const weights = [0, 1, 1, 2, 4, 50]
    const counts = weights.map(() => 0)
    const probabilities: number[] = []
    for (let round = 0; round < 3_000; round += 1) {
      const drawn = drawUnequally(weights, 3, at => createRandom('draw', round, at))
      expect(drawn).toHaveLength(3)
      for (const { index, probability } of drawn) {
        counts[index]! += 1
        probabilities[index] = probability
      }
    }
    expect(probabilities[5]).toBe(1)
    expect(probabilities.reduce((sum, one) => sum + one, 0)).toBeCloseTo(3, 9)
    // Pareto's probabilities are near the wanted ones, and nearer the more there are
    for (const [index, count] of counts.entries())
      expect(Math.abs(count / 3_000 - probabilities[index]!)).toBeLessThan(0.06)
  })

  it('draws all where all are wanted', () => {
    const drawn = drawUnequally([0, 0, 3], 9, at => createRandom('draw', at))
    expect(drawn.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual([0, 1, 2])
    expect(drawn.every(({ probability }) => probability === 1)).toBe(true)
  })
})

function label(
  items: readonly { human: number; judge: number }[],
  wanted: number,
  seed: number,
): DrawnItem[] {
  const weights = items.map(({ judge }) => Math.sqrt(judge * (1 - judge)))
  const drawn = drawUnequally(weights, wanted, at => createRandom('lots', seed, at))
  const chosen = new Map(drawn.map(({ index, probability }) => [index, probability]))
  return items.map(({ judge, human }, index) =>
    chosen.has(index) ? { judge, human, probability: chosen.get(index) } : { judge },
  )
}
