import type { Gate } from '../suites/suite.ts'
import { type Estimate, examplesToDecide } from './estimate.ts'
import { judgeOdds, type OddsInput } from '../bias/judge-odds.ts'
import { judgeParity, type ParityInput } from '../bias/judge-parity.ts'
import type { GateOutcome, GateResult, ReleaseComparison, ReleaseReport } from './report.ts'

/** What gates are held against. Slices of gates have intervals of their own, as wide as their number asks. */
export interface GateInput {
  readonly releases: readonly ReleaseReport[]
  readonly comparisons: readonly ReleaseComparison[]
  readonly parity: ParityInput
  readonly odds: OddsInput
}

/** Fewer measured times than that have no 95th percentile. */
const leastLatencies = 20

export function judgeGates(gates: readonly Gate[], input: GateInput): GateResult[] {
  const challengers = input.releases.filter(({ isBaseline }) => !isBaseline)
  const usual = challengers.length > 0 ? challengers : input.releases
  return gates.flatMap(gate => {
    const wanted = gate.releases
      ? input.releases.filter(({ release }) => gate.releases?.includes(release))
      : usual
    return wanted.flatMap(release => judgeGate(gate, release, input))
  })
}

function judgeGate(gate: Gate, report: ReleaseReport, input: GateInput): GateResult[] {
  const { measure } = gate
  if (measure === 'costPerExampleUsd') return [judgeCost(gate, report)]
  if (measure === 'latencyP95Ms') return [judgeLatency(gate, report)]
  if (measure === 'noRegression') return judgeRegression(gate, report, input)
  if (measure === 'parity') return judgeParity(gate, report.release, input.parity)
  if (measure === 'mean' || measure === 'passRate') return judgeScore(gate, report, measure)
  return judgeOdds(gate, measure, report.release, input.odds)
}

function judgeScore(gate: Gate, report: ReleaseReport, measure: 'mean' | 'passRate'): GateResult[] {
  const places =
    gate.slices.length === 0
      ? [{ slice: undefined, scores: report.scores }]
      : report.slices
          .filter(({ column }) => gate.slices.includes(column))
          .map(({ column, value, scores }) => ({ slice: { column, value }, scores }))
  return places.map(({ slice, scores }) => {
    const found = scores.find(({ evaluator }) => evaluator === gate.evaluator)
    const estimate = found?.[measure]
    const base = baseOf(gate, report.release, slice)
    if (!estimate) {
      const why = found?.calibration?.next ?? 'Nothing was scored.'
      return { ...base, outcome: 'undecided', ...noNumbers, why }
    }
    const outcome: GateOutcome =
      estimate.low >= gate.bound ? 'passed' : estimate.high < gate.bound ? 'failed' : 'undecided'
    return withEstimate(
      base,
      outcome,
      estimate,
      gate.bound,
      measure === 'mean' ? 'The mean' : 'The pass rate',
    )
  })
}

function judgeRegression(gate: Gate, report: ReleaseReport, { comparisons }: GateInput): GateResult[] {
  if (report.isBaseline) return []
  const whole = comparisons.find(
    ({ release, evaluator }) => release === report.release && evaluator === gate.evaluator,
  )
  const places =
    gate.slices.length === 0
      ? [{ slice: undefined, found: whole }]
      : (whole?.slices ?? [])
          .filter(({ column }) => gate.slices.includes(column))
          .map(found => ({ slice: { column: found.column, value: found.value }, found }))
  return places.map(({ slice, found }) => {
    const base = baseOf(gate, report.release, slice)
    const difference = found?.difference
    if (!difference) {
      const why =
        found?.verdict === 'uncalibrated'
          ? 'It is the opinion of a judge that too few people have corrected: gather labels with `slipway eval label`.'
          : 'No example has a score of both releases.'
      return { ...base, outcome: 'undecided', ...noNumbers, why }
    }
    const outcome: GateOutcome =
      difference.low >= -gate.bound ? 'passed' : difference.high < -gate.bound ? 'failed' : 'undecided'
    return withEstimate(base, outcome, difference, -gate.bound, 'The difference to the baseline')
  })
}

function judgeCost(gate: Gate, report: ReleaseReport): GateResult {
  const base = baseOf(gate, report.release, undefined)
  const cost = report.costPerAnswerNanoUsd
  if (cost === undefined || report.unpriced > 0) {
    const why = `${report.unpriced} answers have no price: add one under \`prices\` in slipway.yaml.`
    return { ...base, outcome: 'undecided', ...noNumbers, why }
  }
  const value = cost / 1e9
  const outcome = value <= gate.bound ? 'passed' : 'failed'
  const why = `An answer costs $${value.toPrecision(3)} on average, and may cost $${gate.bound}.`
  return { ...base, outcome, ...noNumbers, value, why }
}

function judgeLatency(gate: Gate, { release, latencyMs }: ReleaseReport): GateResult {
  const base = baseOf(gate, release, undefined)
  if (!latencyMs || latencyMs.n < leastLatencies) {
    const why = `${latencyMs?.n ?? 0} answers were timed, and ${leastLatencies} are needed.`
    return { ...base, outcome: 'undecided', ...noNumbers, examplesToDecide: leastLatencies, why }
  }
  const outcome = latencyMs.p95 <= gate.bound ? 'passed' : 'failed'
  const why = `95 of 100 answers took ${Math.round(latencyMs.p95)} ms or less, and may take ${gate.bound} ms.`
  return { ...base, outcome, ...noNumbers, value: latencyMs.p95, why }
}

const noNumbers = { value: undefined, low: undefined, high: undefined, examplesToDecide: undefined } as const

function baseOf(
  { measure, bound, evaluator }: Gate,
  release: string,
  slice: GateResult['slice'],
): Pick<GateResult, 'measure' | 'bound' | 'evaluator' | 'release' | 'slice'> {
  return { measure, bound, evaluator, release, slice }
}

function withEstimate(
  base: ReturnType<typeof baseOf>,
  outcome: GateOutcome,
  estimate: Estimate,
  bound: number,
  what: string,
): GateResult {
  const { n, mean, low, high, confidence } = estimate
  const needed = outcome === 'undecided' ? examplesToDecide(estimate, bound) : undefined
  const interval = `${round(mean)} (${round(low)} to ${round(high)}, ${confidence * 100} %, ${n} examples)`
  const said = { passed: 'holds', failed: 'does not hold', undecided: 'is not decided' }[outcome]
  const more =
    outcome !== 'undecided'
      ? ''
      : needed === undefined
        ? ' It lies on the bound: no number of examples decides it.'
        : ` About ${needed} examples would decide it.`
  const why = `${what} is ${interval}; at least ${round(bound)} ${said}.${more}`
  return { ...base, outcome, value: mean, low, high, examplesToDecide: needed, why }
}

function round(value: number): string {
  return String(Math.round(value * 10_000) / 10_000)
}
