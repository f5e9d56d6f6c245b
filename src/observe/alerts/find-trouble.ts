import {
  type ConfigSnapshot,
  durationText,
  type RuleConfig,
  secondsOf,
} from '../../foundation/config/index.ts'
import type { MetricsLook } from '../metrics/index.ts'
import { type AlertSource, type Finding, fingerprintOf } from './alert.ts'
import { type BurnState, createBurnReader } from './burn.ts'
import { type Objective, objectivesOf } from './objective.ts'
import type { TroubleSource } from './trouble-source.ts'

/** A budget that `admission` says is nearly or wholly spent in its window. */
export interface SpentBudget {
  readonly scope: string
  readonly id: string
  readonly per: string
  readonly kind: 'hard' | 'soft'
  readonly limitNanoUsd: number
  readonly spentNanoUsd: number
  readonly percent: number
  readonly endsAtMs: number
}

export interface Troubles {
  readonly findings: readonly Finding[]
  /** Of which nothing can be said now: what they have raised stays as it is. */
  readonly unknown: ReadonlySet<string>
  /** Sources of which nothing can be said now. */
  readonly silent: ReadonlySet<AlertSource>
  /** All that is declared, whether in trouble or not. */
  readonly declared: ReadonlySet<string>
}

export function declarationOf(source: AlertSource, name: string): string {
  return `${source} ${name}`
}

/** Everything that is declared, held against the metrics as they are now. */
export async function findTroubles(options: {
  readonly snapshot: ConfigSnapshot
  readonly look: MetricsLook
  readonly readBudgets: () => Promise<readonly SpentBudget[]>
  readonly findBad: (objective: Objective, sinceMs: number) => Promise<readonly string[]>
  readonly sources: readonly TroubleSource[]
  readonly onProblem: (error: unknown, declaration: string) => void
}): Promise<Troubles> {
  const { snapshot, look, readBudgets, findBad, sources, onProblem } = options
  const findings: Finding[] = []
  const unknown = new Set<string>()
  const silent = new Set<AlertSource>()
  const declared = new Set<string>()

  async function examine(declaration: string, work: () => Promise<readonly Finding[]>): Promise<void> {
    declared.add(declaration)
    try {
      findings.push(...(await work()))
    } catch (error) {
      unknown.add(declaration)
      onProblem(error, declaration)
    }
  }

  const burns = createBurnReader(look)
  for (const objective of objectivesOf(snapshot)) {
    if (!objective.config.alert) continue
    const name = sloName(objective)
    await examine(declarationOf('slo', name), async () => {
      const states = await burns.burnsOf(objective)
      return await burnFindings(objective, states, seconds => findBad(objective, look.atMs - seconds * 1_000))
    })
  }
  for (const [name, rule] of Object.entries(snapshot.config.alerts.rules))
    await examine(declarationOf('rule', name), () => ruleFindings(name, rule, look))
  await examine(declarationOf('budget', 'budgets'), async () => (await readBudgets()).map(budgetFinding))
  for (const { source, read } of sources)
    try {
      const known = await read(look.atMs)
      findings.push(...known.findings)
      for (const name of known.declared) declared.add(declarationOf(source, name))
      for (const name of known.unknown ?? []) unknown.add(declarationOf(source, name))
    } catch (error) {
      silent.add(source)
      onProblem(error, source)
    }
  return { findings, unknown, silent, declared }
}

export function sloName({ service, name }: Objective): string {
  return `${service}/${name}`
}

const usualKeepMs = 120_000

/** One for each severity: of two windows that page, the faster one is told of first. */
async function burnFindings(
  objective: Objective,
  states: readonly BurnState[],
  findBad: (seconds: number) => Promise<readonly string[]>,
): Promise<Finding[]> {
  const burning = Map.groupBy(
    states.filter(({ isBurning }) => isBurning),
    ({ rule }) => rule.severity,
  )
  const findings: Finding[] = []
  for (const [severity, [first]] of burning) {
    if (!first) continue
    const { service, name, promise, budget, config } = objective
    const labels = { service, slo: name, severity }
    const long = durationText(first.rule.longSeconds)
    findings.push({
      fingerprint: fingerprintOf('slo', sloName(objective), labels),
      source: 'slo',
      name: sloName(objective),
      labels,
      severity,
      summary: `${service}: the error budget of \`${name}\` burns ${round(first.long.burn)} times too fast over ${long} (${first.long.bad} of ${first.long.events} bad; promised: ${promise}).`,
      value: first.long.burn,
      threshold: first.rule.factor,
      forMs: 0,
      keepFiringMs: usualKeepMs,
      runbook: undefined,
      evidence: {
        objective_percent: config.objective,
        budget,
        promise,
        minimum_bad: config.minimumBad,
        burns: states.map(toWireBurn),
        inferences: await findBad(first.rule.longSeconds),
      },
    })
  }
  return findings
}

export function toWireBurn({ rule, long, short, isBurning }: BurnState) {
  return {
    severity: rule.severity,
    factor: rule.factor,
    is_burning: isBurning,
    windows: [long, short].map(({ seconds, events, bad, ratio, low, high, burn }) => ({
      seconds,
      events,
      bad,
      ratio,
      low,
      high,
      burn,
    })),
  }
}

async function ruleFindings(name: string, rule: RuleConfig, look: MetricsLook): Promise<Finding[]> {
  const threshold = rule.above ?? rule.below ?? 0
  const groups = await look.ask(rule)
  const common = {
    source: 'rule',
    name,
    severity: rule.severity,
    threshold,
    forMs: rule.for === undefined ? 0 : secondsOf(rule.for) * 1_000,
    keepFiringMs: secondsOf(rule.keepFiring) * 1_000,
    runbook: rule.runbook,
  } as const
  const query = queryOf(rule)
  if (groups.length === 0 && rule.noData === 'fire') {
    const labels = { rule: name, severity: rule.severity }
    return [
      {
        ...common,
        fingerprint: fingerprintOf('rule', name, labels),
        labels,
        summary: rule.summary ?? `${name}: ${rule.metric} says nothing over ${rule.over}.`,
        value: 0,
        evidence: { query, has_no_data: true },
      },
    ]
  }
  return groups
    .filter(({ value }) => (rule.above === undefined ? value < threshold : value > threshold))
    .map(group => {
      const labels = { ...fixedLabels(rule), ...group.labels, rule: name, severity: rule.severity }
      const comparison = rule.above === undefined ? 'below' : 'above'
      const about = Object.values(group.labels).filter(Boolean).join(', ')
      const said = `${about === '' ? name : `${name} (${about})`}: ${round(group.value)} is ${comparison} ${threshold} over ${rule.over}.`
      return {
        ...common,
        fingerprint: fingerprintOf('rule', name, labels),
        labels,
        summary: rule.summary === undefined ? said : `${rule.summary} ${said}`,
        value: group.value,
        evidence: { query, comparison, samples: group.samples, all: groups.slice(0, 20) },
      }
    })
}

/** What a rule asks for by name is true of every alert that it raises: silences and routes can go by it. */
function fixedLabels({ where }: RuleConfig): Record<string, string> {
  return Object.fromEntries(
    Object.entries(where ?? {}).flatMap(([label, value]) =>
      typeof value === 'string' && !value.startsWith('!') ? [[label, value]] : [],
    ),
  )
}

function queryOf({ metric, where, measure, quantile, over, by, together, per }: RuleConfig) {
  return { metric, where, measure, quantile, over, by, together, per }
}

function budgetFinding(budget: SpentBudget): Finding {
  const { scope, id, per, kind, percent } = budget
  const limit = usd(budget.limitNanoUsd)
  // a hard budget that is spent turns requests away
  const severity = percent >= 100 && kind === 'hard' ? 'page' : 'ticket'
  const labels = { [scope]: id, scope, per, kind, limit, severity }
  return {
    fingerprint: fingerprintOf('budget', 'budgets', { scope, id, per, kind, limit }),
    source: 'budget',
    name: 'budgets',
    labels,
    severity,
    summary: `${scope} ${id} has spent ${usd(budget.spentNanoUsd)} of ${limit} for this ${per} (${kind} budget).`,
    value: budget.spentNanoUsd / 1e9,
    threshold: (budget.limitNanoUsd / 1e9) * (percent / 100),
    forMs: 0,
    keepFiringMs: 0,
    runbook: undefined,
    evidence: {
      spent_nano_usd: budget.spentNanoUsd,
      limit_nano_usd: budget.limitNanoUsd,
      percent,
      ends_at: new Date(budget.endsAtMs).toISOString(),
    },
  }
}

function usd(nanoUsd: number): string {
  return `$${(nanoUsd / 1e9).toFixed(2)}`
}

function round(value: number): string {
  return Number(value.toPrecision(3)).toString()
}
