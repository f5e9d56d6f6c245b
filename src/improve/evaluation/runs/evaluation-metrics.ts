import { Counter, Gauge, type Registry } from 'prom-client'
import { runStates, type RunReason, type RunState } from './run.ts'

export interface EvaluationMetrics {
  readonly item: (outcome: 'answered' | 'cached' | 'failed') => void
  readonly scored: (use: string, outcome: 'scored' | 'not_applicable' | 'failed' | 'cached') => void
  paused(reason: RunReason): void
  ended(state: RunState): void
  open(runs: ReadonlyMap<RunState, number>): void
}

export function createEvaluationMetrics(registry: Registry): EvaluationMetrics {
  const registers = [registry]
  const items = new Counter({
    name: 'slipway_evaluation_items_total',
    help: 'Examples of evaluations by what came of them: answered by a release, from what was kept, or not at all.',
    labelNames: ['outcome'],
    registers,
  })
  const scores = new Counter({
    name: 'slipway_evaluation_scores_total',
    help: 'What evaluators were asked for, by kind and what came of it.',
    labelNames: ['evaluator', 'outcome'],
    registers,
  })
  const pauses = new Counter({
    name: 'slipway_evaluation_pauses_total',
    help: 'Runs of evaluations that were paused, by why.',
    labelNames: ['reason'],
    registers,
  })
  const ends = new Counter({
    name: 'slipway_evaluation_runs_ended_total',
    help: 'Runs of evaluations that have ended, by how.',
    labelNames: ['state'],
    registers,
  })
  const open = new Gauge({
    name: 'slipway_evaluation_runs_open',
    help: 'Runs of evaluations that have not ended, by state.',
    labelNames: ['state'],
    registers,
  })
  return {
    item: outcome => items.inc({ outcome }),
    scored: (evaluator, outcome) => scores.inc({ evaluator, outcome }),
    paused: reason => pauses.inc({ reason }),
    ended: state => ends.inc({ state }),
    open: runs => {
      for (const state of runStates.slice(0, 4)) open.set({ state }, runs.get(state) ?? 0)
    },
  }
}
