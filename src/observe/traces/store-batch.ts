import type { Database, Queryable } from '../../foundation/platform/index.ts'
import { announceInferences, insertContents, insertInferences } from './inference-store.ts'
import type { Inference } from './inference.ts'
import { rollUp } from './rollup.ts'
import { addRollups } from './rollup-store.ts'
import { boundContent } from './stored-content.ts'

/** Counts the inferences that are stored for the first time, in the same transaction. */
export type OnStored = (transaction: Queryable, inferences: readonly Inference[]) => Promise<void>

/**
 * Stores a batch in one transaction: the inferences that are not there yet, their content, their share of the
 * rollups, and word to the other replicas. Safe to repeat after a commit that may or may not have happened:
 * what is there already is not counted again.
 */
export async function storeBatch(
  options: {
    readonly database: Database
    readonly writer: string
    readonly contentLimitBytes: number
    readonly onStored?: OnStored | undefined
  },
  batch: readonly Inference[],
): Promise<void> {
  const { database, writer, contentLimitBytes, onStored } = options
  await database.transaction(async transaction => {
    const newIds = await insertInferences(transaction, batch)
    const seen = new Set<string>()
    const stored = batch.filter(({ id }) => newIds.has(id) && !seen.has(id) && seen.add(id))
    if (stored.length === 0) return
    const contents = stored.flatMap(({ id, content }) =>
      content
        ? {
            inferenceId: id,
            request: boundContent(content.value.request, contentLimitBytes),
            response: boundContent(content.value.response, contentLimitBytes),
            masking: content.masking,
          }
        : [],
    )
    if (contents.length > 0) await insertContents(transaction, contents)
    // copies are in nobody's usage
    await addRollups(transaction, writer, rollUp(stored.filter(({ isShadow }) => isShadow !== true)))
    await onStored?.(transaction, stored)
    await announceInferences(transaction, { writer, ids: [...newIds] })
  })
}
