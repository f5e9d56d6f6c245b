import { Counter, Gauge, type Registry } from 'prom-client'
import { type JobState, jobStates } from './job.ts'

export interface TrainingMetrics {
  ended(trainer: string, state: JobState): void
  tried(trainer: string, outcome: 'done' | 'stopped' | 'failed' | 'again' | 'interrupted'): void
  tokens(trainer: string, tokens: number): void
  quantized(type: string, state: 'succeeded' | 'failed' | 'cancelled'): void
  open(jobs: ReadonlyMap<JobState, number>): void
}

export function createTrainingMetrics(registry: Registry): TrainingMetrics {
  const registers = [registry]
  const ends = new Counter({
    name: 'slipway_training_jobs_ended_total',
    help: 'Training jobs that have ended, by trainer and how.',
    labelNames: ['trainer', 'state'],
    registers,
  })
  const tries = new Counter({
    name: 'slipway_training_tries_total',
    help: 'Times that a trainer was set to work on a job, by what came of it.',
    labelNames: ['trainer', 'outcome'],
    registers,
  })
  const tokens = new Counter({
    name: 'slipway_training_tokens_total',
    help: 'Tokens that jobs which succeeded have learned from.',
    labelNames: ['trainer'],
    registers,
  })
  const quantizations = new Counter({
    name: 'slipway_quantizations_ended_total',
    help: 'Quantizations of models of the registry that have ended, by type and how.',
    labelNames: ['type', 'state'],
    registers,
  })
  const open = new Gauge({
    name: 'slipway_training_jobs_open',
    help: 'Training jobs that have not ended, by state.',
    labelNames: ['state'],
    registers,
  })
  return {
    ended: (trainer, state) => ends.inc({ trainer, state }),
    tried: (trainer, outcome) => tries.inc({ trainer, outcome }),
    tokens: (trainer, count) => tokens.inc({ trainer }, count),
    quantized: (type, state) => quantizations.inc({ type, state }),
    open: jobs => {
      for (const state of jobStates.slice(0, 4)) open.set({ state }, jobs.get(state) ?? 0)
    },
  }
}
