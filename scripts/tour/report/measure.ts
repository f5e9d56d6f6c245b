import { wilsonInterval } from '../../../src/foundation/statistics/index.ts'
import type { Phase } from '../story.ts'
import type { Answered } from '../traffic.ts'

export interface Measured {
  readonly name: string
  readonly at: number
  readonly requests: number
  readonly right: number
  /** Of right answers, with its 95 % interval (Wilson). */
  readonly share: number
  readonly low: number
  readonly high: number
  /** Of those who said something, who said that it was right. */
  readonly liked: number | undefined
}

/** What was measured from outside in each phase: by the truth of the generator, and by what customers said. */
export function measurePhases(answered: readonly Answered[], phases: readonly Phase[]): Measured[] {
  return phases.map(({ name, at }, index) => {
    const until = phases[index + 1]?.at ?? Number.POSITIVE_INFINITY
    const some = answered.filter(one => one.at >= at && one.at < until)
    const right = some.filter(one => one.isRight).length
    const said = some.flatMap(one => one.said ?? [])
    const { share, low, high } = wilsonInterval(right, Math.max(1, some.length))
    const liked = said.length === 0 ? undefined : said.filter(one => one === 1).length / said.length
    return { name, at, requests: some.length, right, share, low, high, liked }
  })
}
