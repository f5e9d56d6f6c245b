import type { TrainingMethod } from '../contract.ts'
import type { Trainer } from '../trainer.ts'
import { type ProcessSettings, runProcess } from './run-process.ts'

/** A command of the configuration. */
export interface DeclaredProcess extends ProcessSettings {
  readonly models: Readonly<Record<string, string>>
  readonly methods: readonly TrainingMethod[]
  readonly hasAdapters: boolean
  readonly canContinue: boolean
  readonly attempts: number
}

export function createProcessTrainer(name: string, declared: DeclaredProcess): Trainer {
  return {
    name,
    kind: 'process',
    fingerprint: JSON.stringify([declared.command, Object.keys(declared.environment).sort()]),
    methods: declared.methods,
    models: new Map(Object.entries(declared.models)),
    canContinue: declared.canContinue,
    hasAdapters: declared.hasAdapters,
    attempts: declared.attempts,
    isElsewhere: false,
    run: (task, watch) => runProcess(declared, task, watch),
  }
}
