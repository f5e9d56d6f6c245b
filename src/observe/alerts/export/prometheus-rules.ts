import { stringify } from 'yaml'
import { type ConfigSnapshot, durationText, type RuleConfig } from '../../../foundation/config/index.ts'
import { type BurnRule, type Objective, objectivesOf } from '../objective.ts'
import { sloMetric } from '../slo-counter.ts'
import { quote, toPromql } from './to-promql.ts'

interface PrometheusRule {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly for?: string
  readonly keep_firing_for?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** What is declared as rules for Prometheus, in the form of `rule_files`; the same numbers decide there as here. */
export function prometheusRules(snapshot: ConfigSnapshot, consoleUrl: string): string {
  const objectives = objectivesOf(snapshot)
  const groups = [
    ...objectives.map(objective => ({
      name: `slipway-slo-${objective.service}-${objective.name}`,
      rules: sloRules(objective, consoleUrl),
    })),
    {
      name: 'slipway-rules',
      rules: Object.entries(snapshot.config.alerts.rules).flatMap(([name, rule]) =>
        metricRules(name, rule, consoleUrl),
      ),
    },
    { name: 'slipway-itself', rules: rulesOfItself(consoleUrl) },
  ].filter(({ rules }) => rules.length > 0)
  const shortest = Math.min(
    60,
    ...objectives.flatMap(({ burnRules }) => burnRules.map(({ shortSeconds }) => shortSeconds)),
  )
  const head = [
    ' Made by `slipway observe export` from slipway.yaml; make it again instead of editing it.',
    ` Objectives follow the Site Reliability Workbook, chapter 5. Scrape at least every ${Math.max(1, Math.floor(shortest / 4))} seconds.`,
  ]
  return `${head.map(line => `#${line}\n`).join('')}${stringify({ groups }, { lineWidth: 0 })}`
}

/** E.g. `slipway:slo_bad_ratio:rate1h`. */
function recordOf(seconds: number): string {
  return `slipway:slo_bad_ratio:rate${durationText(seconds)}`
}

function sloRules(objective: Objective, consoleUrl: string): PrometheusRule[] {
  const { service, name, promise, budget, burnRules, config, windowSeconds } = objective
  const own = { service, slo: name }
  const those = `service=${quote(service)}, slo=${quote(name)}`
  const total = (result: string, window: string, how: string): string =>
    `sum by (service, slo) (${how}(${sloMetric}{${those}${result}}[${window}]))`
  const windows = [
    ...new Set([...burnRules.flatMap(rule => [rule.longSeconds, rule.shortSeconds]), windowSeconds]),
  ].toSorted((left, right) => left - right)
  const ratios = windows.map(seconds => {
    const window = durationText(seconds)
    const all = total('', window, 'rate')
    return {
      record: recordOf(seconds),
      expr: `${total(', result="bad"', window, 'rate')} / (${all} > 0)`,
      labels: own,
    }
  })
  const isBurning = ({ factor, longSeconds, shortSeconds }: BurnRule): string => {
    const threshold = `${factor} * ${budget}`
    const bad = total(', result="bad"', durationText(longSeconds), 'increase')
    return [
      `${recordOf(longSeconds)}{${those}} > ${threshold}`,
      `${recordOf(shortSeconds)}{${those}} > ${threshold}`,
      // as `minimumBad`; half of one is left to how Prometheus fills the ends of a window
      `${bad} > ${config.minimumBad - 0.5}`,
    ].join(' and ')
  }
  const bySeverity = Map.groupBy(burnRules, ({ severity }) => severity)
  const alerts = [...bySeverity].map(([severity, rules]) => ({
    alert: 'SlipwayErrorBudgetBurn',
    expr: rules.map(rule => `(${isBurning(rule)})`).join('\nor\n'),
    keep_firing_for: '2m',
    labels: { severity, service, slo: name },
    annotations: {
      summary: `${service}: the error budget of ${name} burns too fast.`,
      description: `Promised: ${promise}. {{ $value | humanizePercentage }} are bad now.`,
      dashboard: `${consoleUrl}/slos`,
    },
  }))
  return [
    ...ratios,
    {
      record: 'slipway:slo_error_budget_left',
      expr: `1 - ${recordOf(windowSeconds)}{${those}} / ${budget}`,
      labels: own,
    },
    ...(config.alert ? alerts : []),
  ]
}

function metricRules(name: string, rule: RuleConfig, consoleUrl: string): PrometheusRule[] {
  const { above, below, severity, summary, runbook, noData, metric } = rule
  const comparison = above === undefined ? `< ${below ?? 0}` : `> ${above}`
  const common = {
    ...(rule.for !== undefined && { for: rule.for }),
    labels: { severity, rule: name },
    annotations: {
      summary: summary ?? `${name}: {{ $value }} is ${comparison} over ${rule.over}.`,
      dashboard: `${consoleUrl}/alerts`,
      ...(runbook !== undefined && { runbook_url: runbook }),
    },
  }
  const alert = `Slipway${pascal(name)}`
  return [
    { alert, expr: `${toPromql(rule)} ${comparison}`, keep_firing_for: rule.keepFiring, ...common },
    ...(noData === 'fire'
      ? [{ alert: `${alert}NoData`, expr: `absent_over_time(${metric}[${rule.over}])`, ...common }]
      : []),
  ]
}

/** What Slipway cannot say of itself: that it is gone, or no longer looks. */
function rulesOfItself(consoleUrl: string): PrometheusRule[] {
  const annotations = (summary: string) => ({ summary, dashboard: `${consoleUrl}/alerts` })
  return [
    {
      alert: 'SlipwayIsAway',
      expr: 'absent(slipway_config_is_current)',
      for: '2m',
      labels: { severity: 'page' },
      annotations: annotations('No Slipway answers the scrape.'),
    },
    {
      alert: 'SlipwayDoesNotEvaluate',
      expr: 'sum(increase(slipway_alert_evaluations_total{result="ok"}[5m])) == 0',
      for: '5m',
      labels: { severity: 'page' },
      annotations: annotations('No replica of Slipway has evaluated its own alerts for five minutes.'),
    },
    {
      alert: 'SlipwayOwnAlertsFire',
      expr: 'max by (severity) (slipway_alerts_firing) > 0',
      for: '1m',
      labels: { severity: 'info' },
      annotations: annotations('Alerts of Slipway itself fire, budgets among them.'),
    },
    {
      alert: 'SlipwayConfigurationIsStale',
      expr: 'min(slipway_config_is_current) == 0',
      for: '5m',
      labels: { severity: 'ticket' },
      annotations: annotations('The configuration file has problems, and an edit is not in force.'),
    },
  ]
}

function pascal(name: string): string {
  return name.replaceAll(/(?:^|[^a-z0-9]+)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
