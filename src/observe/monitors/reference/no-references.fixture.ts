import type { ReferencePorts } from './reference-ports.ts'

/** Nothing is there but traffic. */
export const noReferences: ReferencePorts = {
  servingRelease: () => ({ release: 'v1', hash: 'v1' }),
  findEvaluation: () => Promise.resolve({ missing: 'There is no evaluation.' }),
  findNewerEvaluation: () => Promise.resolve(undefined),
  compareJudge: () => Promise.resolve([]),
  readPrompts: () => Promise.resolve({ missing: 'There is no dataset.' }),
}
