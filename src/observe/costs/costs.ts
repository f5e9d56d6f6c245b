import { createId, type Queryable } from '../../foundation/platform/index.ts'
import type { Inference } from '../traces/index.ts'
import { rollUpCosts } from './cost-rollup.ts'
import { addCosts } from './cost-store.ts'

export interface Costs {
  /** Counts inferences that are stored for the first time, in the transaction that stores them. */
  add(transaction: Queryable, inferences: readonly Inference[]): Promise<void>
}

export function createCosts(): Costs {
  const writer = createId()
  return { add: (transaction, inferences) => addCosts(transaction, writer, rollUpCosts(inferences)) }
}
