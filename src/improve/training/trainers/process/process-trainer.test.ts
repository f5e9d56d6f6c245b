import { describe } from 'bun:test'
import { holdTrainerToItsContract } from '../../../../../test/trainer-contract-cases.ts'
import { createProcessTrainer } from './process-trainer.ts'

describe('a trainer of the configuration', () => {
  holdTrainerToItsContract(script =>
    createProcessTrainer('script', {
      command: ['/bin/sh', '-c', script],
      environment: { GIVEN: 'yes' },
      models: { base: '/models/base' },
      methods: ['supervised'],
      hasAdapters: false,
      canContinue: true,
      attempts: 3,
      timeoutMinutes: 5,
      graceSeconds: 20,
    }),
  )
})
