import { describe, expect, it } from 'bun:test'
import { createTestDatabase } from '../../../test/database.ts'
import { deleteOldBatches, findBatch, insertBatch } from './batch-store.ts'
import type { BatchState } from './batch.ts'
import { deleteFileRow, insertFile } from './file-store.ts'

const day = (number: number) => new Date(Date.UTC(2026, 0, number))

describe('deleteOldBatches', () => {
  it('forgets what ended long ago and has no files left, and nothing else', async () => {
    await using own = await createTestDatabase()
    const { database } = own
    const add = async (id: string, state: BatchState, endedAt?: Date) => {
      await insertBatch(database, {
        id,
        tenant: 'default',
        keyId: 'k',
        endpoint: '/v1/chat/completions',
        inputFileId: `file-${id}`,
        completionWindow: '24h',
        metadata: undefined,
        state,
        errors: undefined,
        total: 1,
        completed: 1,
        failed: 0,
        outputFileId: undefined,
        errorFileId: undefined,
        costNanoUsd: 0,
        nextOffset: 0,
        nextLine: 1,
        createdAt: day(1),
        expiresAt: day(2),
        times: {},
      })
      if (endedAt) await database.query(`UPDATE batches SET ${state}_at = $2 WHERE id = $1`, [id, endedAt])
    }
    const addFile = (id: string, batchId: string | undefined) =>
      insertFile(database, {
        id,
        tenant: 'default',
        purpose: 'batch',
        filename: 'a.jsonl',
        sizeBytes: 1,
        batchId,
        createdAt: day(1),
        expiresAt: undefined,
      })
    await add('old', 'completed', day(3))
    await add('older', 'expired', day(2))
    await add('young', 'cancelled', day(9))
    await add('open', 'in_progress', day(2))
    await add('kept', 'completed', day(3))
    await add('asked', 'failed', day(3))
    await addFile('answers', 'kept')
    await addFile('file-asked', undefined)

    const left = async () => {
      const ids = ['old', 'older', 'young', 'open', 'kept', 'asked']
      const found = await Promise.all(ids.map(id => findBatch(database, undefined, id)))
      return found.flatMap(batch => (batch ? [batch.id] : []))
    }
    expect(await deleteOldBatches(database, day(5), 1)).toBe(1)
    expect(await deleteOldBatches(database, day(5), 10)).toBe(1)
    expect(await left()).toEqual(['young', 'open', 'kept', 'asked'])
    await deleteFileRow(database, 'answers')
    expect(await deleteOldBatches(database, day(5), 10)).toBe(1)
    expect(await left()).toEqual(['young', 'open', 'asked'])
  })
})
