import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { type RunState, runStates } from './run.ts'

export interface PipelineMetrics {
  stageEnded(kind: string, outcome: 'run' | 'hit' | 'failed' | 'skipped' | 'cancelled', seconds: number): void
  attemptEnded(kind: string, state: string): void
  ended(state: RunState): void
  began(trigger: string): void
  open(runs: ReadonlyMap<RunState, number>): void
  decided(outcome: string, reason: string): void
  eventTold(name: string): void
  eventsWaiting(events: number): void
}

export function createPipelineMetrics(registry: Registry): PipelineMetrics {
  const registers = [registry]
  const stages = new Counter({
    name: 'slipway_pipeline_stages_total',
    help: 'Stages of pipelines that have ended: run, taken from an earlier run (hit), failed, skipped or cancelled.',
    labelNames: ['kind', 'outcome'],
    registers,
  })
  const seconds = new Histogram({
    name: 'slipway_pipeline_stage_seconds',
    help: 'How long stages of pipelines took that were run, all their attempts together.',
    labelNames: ['kind'],
    buckets: [0.1, 0.5, 1, 5, 20, 60, 300, 1_800, 7_200],
    registers,
  })
  const attempts = new Counter({
    name: 'slipway_pipeline_attempts_total',
    help: 'Attempts of stages of pipelines that have ended, by how.',
    labelNames: ['kind', 'state'],
    registers,
  })
  const began = new Counter({
    name: 'slipway_pipeline_runs_begun_total',
    help: 'Runs of pipelines that were begun, by what began them.',
    labelNames: ['trigger'],
    registers,
  })
  const ended = new Counter({
    name: 'slipway_pipeline_runs_ended_total',
    help: 'Runs of pipelines that have ended, by how.',
    labelNames: ['state'],
    registers,
  })
  const open = new Gauge({
    name: 'slipway_pipeline_runs_open',
    help: 'Runs of pipelines that have not ended, by state.',
    labelNames: ['state'],
    registers,
  })
  const decisions = new Counter({
    name: 'slipway_pipeline_trigger_decisions_total',
    help: 'What triggers of pipelines decided of what they were told: began, held, refused, not wanted, and by what.',
    labelNames: ['outcome', 'reason'],
    registers,
  })
  const told = new Counter({
    name: 'slipway_pipeline_events_total',
    help: 'Events that pipelines were told of.',
    labelNames: ['event'],
    registers,
  })
  const waiting = new Gauge({
    name: 'slipway_pipeline_events_waiting',
    help: 'Events that pipelines were not told of yet; more than a few for long means that telling them breaks.',
    registers,
  })
  return {
    stageEnded: (kind, outcome, took) => {
      stages.inc({ kind, outcome })
      if (outcome === 'run' || outcome === 'failed') seconds.observe({ kind }, took)
    },
    attemptEnded: (kind, state) => attempts.inc({ kind, state }),
    began: trigger => began.inc({ trigger }),
    ended: state => ended.inc({ state }),
    decided: (outcome, reason) => decisions.inc({ outcome, reason }),
    eventTold: event => told.inc({ event }),
    eventsWaiting: events => waiting.set(events),
    open: runs => {
      for (const state of runStates.slice(0, 3)) open.set({ state }, runs.get(state) ?? 0)
    },
  }
}
