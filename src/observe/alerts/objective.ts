import {
  type ConfigSnapshot,
  secondsOf,
  type Severity,
  type SloConfig,
} from '../../foundation/config/index.ts'

/** One objective of a service, ready to be asked for. */
export interface Objective {
  readonly service: string
  readonly name: string
  readonly config: SloConfig
  readonly windowSeconds: number
  /** The share that may be bad: 0.005 where 99.5 % must be good. */
  readonly budget: number
  /** What is promised, in words. */
  readonly promise: string
  readonly burnRules: readonly BurnRule[]
}

/**
 * Burning so many times faster than the budget allows, over a long window and, so that it ends soon after the cause
 * does, over a short one too.
 */
export interface BurnRule {
  readonly severity: Severity
  readonly factor: number
  readonly longSeconds: number
  readonly shortSeconds: number
}

/**
 * Site Reliability Workbook (Google, 2018), chapter 5, "Multiwindow, Multi-Burn-Rate Alerts", table 5-8, for 30 days: 2 %
 * of the budget in an hour (14.4 times too fast) and 5 % in six hours (6 times) page, 10 % in three days (once) is a
 * ticket; the short window is a twelfth. Other windows are cut in the same proportions, which keeps the factors:
 * factor = share of the budget / share of the window.
 */
const burns = [
  { severity: 'page', budgetShare: 0.02, windowShare: 1 / 720 },
  { severity: 'page', budgetShare: 0.05, windowShare: 1 / 120 },
  { severity: 'ticket', budgetShare: 0.1, windowShare: 1 / 10 },
] as const satisfies readonly { severity: Severity; budgetShare: number; windowShare: number }[]

const shortShare = 1 / 12
const sampleSeconds = 10

export function burnRulesOf(windowSeconds: number): BurnRule[] {
  return burns.map(({ severity, budgetShare, windowShare }) => ({
    severity,
    factor: round(budgetShare / windowShare),
    longSeconds: toSamples(windowSeconds * windowShare),
    shortSeconds: toSamples(windowSeconds * windowShare * shortShare),
  }))
}

/** Windows are whole samples, and one at least. */
function toSamples(seconds: number): number {
  return Math.max(1, Math.round(seconds / sampleSeconds)) * sampleSeconds
}

function round(factor: number): number {
  return Math.round(factor * 1e6) / 1e6
}

export function objectivesOf(snapshot: ConfigSnapshot): Objective[] {
  return Object.entries(snapshot.config.services).flatMap(([service, { slos }]) =>
    Object.entries(slos ?? {}).map(([name, config]) => {
      const windowSeconds = secondsOf(config.window)
      return {
        service,
        name,
        config,
        windowSeconds,
        budget: round(1 - config.objective / 100),
        promise: promiseOf(config),
        burnRules: burnRulesOf(windowSeconds),
      }
    }),
  )
}

function promiseOf(config: SloConfig): string {
  const { objective, window, latencyMs, firstTokenMs, costUsd, verdicts } = config
  const share = `${objective} % of`
  const within = `over ${window}`
  if (latencyMs !== undefined) return `${share} answers are whole within ${latencyMs} ms, ${within}`
  if (firstTokenMs !== undefined) return `${share} streams begin within ${firstTokenMs} ms, ${within}`
  if (costUsd !== undefined) return `${share} inferences cost at most $${costUsd}, ${within}`
  if (verdicts) return `${share} inferences end without ${verdicts.not.join(', ')} of a guardrail, ${within}`
  return `${share} inferences are answered, ${within}`
}
