import { fileURLToPath } from 'node:url'
import { builtinModelFile } from '../../model-card.ts'
import { runProcess } from '../process/run-process.ts'
import type { Trainer } from '../trainer.ts'
import { builtinOptionsSchema } from './builtin-spec.ts'

const childFile = fileURLToPath(new URL('./builtin-trainer-child.ts', import.meta.url))

/** The trainer in TypeScript, as a process under the contract that every command has. */
export function createBuiltinTrainer(timeoutMinutes: () => number): Trainer {
  return {
    name: 'builtin',
    kind: 'builtin',
    fingerprint: 'v1',
    methods: ['supervised'],
    models: new Map([
      ['support', builtinModelFile()],
      ['new', null],
    ]),
    canContinue: true,
    hasAdapters: true,
    // Bun has been seen to die under long training
    attempts: 5,
    isElsewhere: false,
    check(spec) {
      const read = builtinOptionsSchema.safeParse(spec.options)
      const issue = read.error?.issues[0]
      if (issue)
        return {
          message: `${issue.message} (${['slipway', 'options', ...issue.path].join('.')})`,
          param: ['slipway', 'options', ...issue.path].join('.'),
        }
      if (spec.adapter && spec.base.path === null)
        return {
          message: 'An adapter corrects a model that is there, and `builtin/new` begins with none.',
          param: 'slipway.adapter',
        }
      return undefined
    },
    run: (task, watch) =>
      runProcess(
        {
          command: [process.execPath, childFile],
          environment: {},
          timeoutMinutes: timeoutMinutes(),
          graceSeconds: 60,
        },
        task,
        watch,
      ),
  }
}
