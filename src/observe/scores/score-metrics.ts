import { Counter, Gauge, Histogram } from 'prom-client'
import type { MetricsRegistry } from '../../foundation/platform/index.ts'
import type { JudgementOutcome } from './score.ts'

export interface ScoreMetrics {
  ended(judge: string, service: string, outcome: JudgementOutcome, count: number): void
  valued(judge: string, service: string, value: number): void
  waiting(counts: ReadonlyMap<string, number>): void
}

/** Labels are names of judges and services of the configuration. */
export function createScoreMetrics(metrics: MetricsRegistry): ScoreMetrics {
  const registers = [metrics]
  const ended = new Counter({
    name: 'slipway_judgements_total',
    help: 'Answers that a judge was to score, by what became of it: judged, failed or skipped.',
    labelNames: ['judge', 'service', 'outcome'],
    registers,
  })
  const values = new Histogram({
    name: 'slipway_score',
    help: 'The scores that judges gave, from 0 to 1.',
    labelNames: ['judge', 'service'],
    buckets: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
    registers,
  })
  const waiting = new Gauge({
    name: 'slipway_judgements_waiting',
    help: 'Answers that wait to be judged.',
    labelNames: ['judge'],
    registers,
  })
  return {
    ended: (judge, service, outcome, count) => ended.inc({ judge, service, outcome }, count),
    valued: (judge, service, value) => values.observe({ judge, service }, value),
    waiting: counts => {
      waiting.reset()
      for (const [judge, count] of counts) waiting.set({ judge }, count)
    },
  }
}
