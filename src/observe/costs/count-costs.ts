import { createId } from '../../foundation/platform/index.ts'
import type { OnStored } from '../traces/index.ts'
import { rollUpCosts } from './cost-rollup.ts'
import { addCosts } from './cost-store.ts'

/** Counts inferences that are stored for the first time, in the transaction that stores them. */
export function createCostCounter(): OnStored {
  const writer = createId()
  return (transaction, inferences) => addCosts(transaction, writer, rollUpCosts(inferences))
}
