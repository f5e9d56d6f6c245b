/**
 * Simulates what detectors, confidence sequences and the estimate of a label promise: `bun bench/statistics/run.ts [--short] [--only SECTION]`.
 * Writes `results.json`; of one section alone, what that holds of it.
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { createDetector, createMeanSequence, createRandom } from '../../src/foundation/statistics/index.ts'
import { race, ways, worlds } from './arms.ts'
import {
  bounded,
  calledUneven,
  missedByAsymptotic,
  missedByBetting,
  missedByPeeking,
  missedByProportion,
  missedByQuantile,
} from './coverage.ts'
import { controllers, outcomes, scenarios } from './controllers.ts'
import { coverage, qualityWorlds } from './quality.ts'
import {
  calibrateCusum,
  day,
  delay,
  knowingCusum,
  quietConformal,
  quietLength,
  quietStreams,
} from './run-lengths.ts'

const { short: isShort, only } = parseArgs({
  options: { short: { type: 'boolean', default: false }, only: { type: 'string' } },
}).values
const fewer = (runs: number): number => (isShort ? Math.max(20, Math.round(runs / 20)) : runs)
const target = 500
const alpha = 0.05
const quiet = { target, most: 20 * target, runs: fewer(400) }
const conformal = { ...quiet, most: 10 * target, runs: fewer(100), reference: 2 * day }
const covered = { runs: fewer(600), values: 4_000, alpha }
const estimated = { runs: fewer(400) }
const forms = ['shiryaev-roberts', 'cusum'] as const

const results: Record<string, unknown> = { target, alpha, runs: { quiet, conformal, covered, estimated } }
const note = (group: string, name: string, value: unknown): void => {
  results[group] = { ...(results[group] as object | undefined), [name]: value }
  process.stdout.write(`${group} · ${name}: ${JSON.stringify(value)}\n`)
}

const sections: Readonly<Record<string, () => void>> = {
  quiet: () => {
    for (const stream of quietStreams)
      for (const form of forms)
        note('values until a false alarm', `${form}, ${stream.name}`, quietLength(stream, form, quiet))
  },
  conformal: () => {
    const one = (): string => ''
    const byHour = (index: number): string => String(Math.floor((index % day) / (day / 24)))
    const wave = (index: number): number =>
      2 * Math.sin(2 * Math.PI * (Math.floor((index % day) / (day / 24)) / 24))
    for (const [name, how] of Object.entries({
      exchangeable: { middle: () => 0, memory: 0, stratum: one },
      'autocorrelated (0.3)': { middle: () => 0, memory: 0.3, stratum: one },
      'daily wave, by hour': { middle: wave, memory: 0, stratum: byHour },
      'daily wave, not by hour': { middle: wave, memory: 0, stratum: one },
    }))
      note('scores until a false alarm, conformal', name, quietConformal(name, how, conformal))
  },
  falls: () => {
    for (const to of [0.85, 0.8, 0.7, 0.5]) {
      const threshold = calibrateCusum(to, target, fewer(400))
      const options = { quiet: 200, runs: fewer(400) }
      const known = delay(to, () => knowingCusum(to, threshold), options)
      note('values until a fall from 0.9 is found', `to ${to}, CUSUM that knows it`, known)
      for (const form of forms) {
        const found = delay(
          to,
          () => {
            const detector = createDetector({ direction: 'below', averageRunLength: target, form })
            return value => detector.observe(value, 0.9)
          },
          options,
        )
        note('values until a fall from 0.9 is found', `to ${to}, ${form}`, {
          ...found,
          ratio: Number((found.estimate / known.estimate).toFixed(2)),
        })
      }
    }
  },
  bounds: () => {
    const missed = 'share of runs whose bounds ever miss'
    for (const name of Object.keys(bounded) as (keyof typeof bounded)[])
      note(missed, `betting, ${name}`, missedByBetting(name, covered))
    for (const share of [0.5, 0.02]) note(missed, `proportion ${share}`, missedByProportion(share, covered))
    for (const quantile of [0.5, 0.95])
      note(missed, `quantile ${quantile}`, missedByQuantile(quantile, covered))
    for (const spread of [0.5, 1, 1.5]) {
      note(missed, `asymptotic, log-normal of σ ${spread}`, missedByAsymptotic(spread, covered))
      note(missed, `1.96 standard errors, log-normal of σ ${spread}`, missedByPeeking(spread, covered))
    }
  },
  splits: () => {
    const split = { runs: fewer(600), values: 20_000, alpha }
    for (const share of [0.5, 0.52])
      for (const by of ['sequential', 'chi-squared'] as const)
        note('share of splits called uneven', `${share}, ${by}`, calledUneven(share, by, split))
  },
  canaries: () => {
    for (const share of [0.5, 0.1])
      for (const scenario of scenarios)
        for (const controller of Object.keys(controllers) as (keyof typeof controllers)[])
          note(
            `canaries with ${100 * share} % of traffic`,
            `${scenario.name}, ${controller}`,
            outcomes(controller, scenario, { share, runs: fewer(100) }),
          )
  },
  arms: () => {
    for (const world of worlds)
      for (const way of Object.keys(ways) as (keyof typeof ways)[])
        note(`the best of many arms, ${world.name}`, way, race(way, world, fewer(60)))
  },
  cost: () => {
    const random = createRandom('cost')
    const values = Array.from({ length: 100_000 }, () => random.next())
    const nanoseconds = (observe: (value: number) => void): number => {
      const startedAt = performance.now()
      for (const value of values) observe(value)
      return Math.round(((performance.now() - startedAt) * 1e6) / values.length)
    }
    const detector = createDetector({ direction: 'below', averageRunLength: 1e9 })
    const sequence = createMeanSequence({ alpha })
    note(
      'nanoseconds for a value',
      'detector',
      nanoseconds(value => void detector.observe(value, 0.4)),
    )
    note(
      'nanoseconds for a value',
      'mean sequence of 400 parts',
      nanoseconds(value => sequence.observe(value)),
    )
  },
  quality: () => {
    for (const world of qualityWorlds)
      note('quality without labels', world.name, coverage(world, estimated.runs))
  },
}

const chosen = Object.keys(sections).filter(name => only === undefined || name === only)
if (chosen.length === 0) {
  process.stderr.write(`--only takes one of ${Object.keys(sections).join(', ')}\n`)
  process.exit(1)
}
for (const name of chosen) sections[name]?.()

if (!isShort) {
  const file = Bun.file(path.join(import.meta.dirname, 'results.json'))
  const before = only === undefined ? {} : ((await file.json()) as Record<string, unknown>)
  await file.write(`${JSON.stringify({ ...before, ...results }, null, 2)}\n`)
}
