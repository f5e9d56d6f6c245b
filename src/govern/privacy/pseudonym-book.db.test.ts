import { describe, expect, it } from 'bun:test'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { createLogger, createMetricsRegistry } from '../../foundation/platform/index.ts'
import { createAudit } from '../audit/index.ts'
import { createKeyRing } from './key-ring.ts'
import { localMasterKey } from './master-key.ts'
import { createPseudonymBook, type PseudonymBookOptions } from './pseudonym-book.ts'
import { deletePseudonyms } from './pseudonym-store.ts'

const logger = createLogger({ level: 'silent' })
const scope = { tenant: 'a', keyId: 'key-1', conversation: 'c' }

async function openReplica({ database }: TestDatabase, options: Partial<PseudonymBookOptions> = {}) {
  const keys = await createKeyRing({
    database,
    audit: createAudit({ database }),
    logger,
    masters: [localMasterKey(Buffer.alloc(32, 1))],
  })
  const metrics = createMetricsRegistry()
  const book = createPseudonymBook({ database, keys, logger, metrics, ...options })
  return {
    keys,
    book,
    metrics,
    async [Symbol.asyncDispose]() {
      await book.stop()
      await keys.stop()
    },
  }
}

describe('recall', () => {
  it('gives back after a restart, and on another replica, to the same key in the same conversation', async () => {
    await using test = await createTestDatabase()
    let placeholder: string
    {
      await using first = await openReplica(test)
      const pseudonyms = await first.book.of(scope)
      placeholder = pseudonyms.placeholderOf('EMAIL_ADDRESS', 'ada@example.org')
      // a second time is no second row
      ;(await first.book.of(scope)).placeholderOf('EMAIL_ADDRESS', 'ada@example.org')
    }
    const rows = await test.database.query<{ sealed: Buffer }>('SELECT * FROM pseudonyms')
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows) + rows[0]?.sealed.toString('latin1')).not.toContain('ada@')

    await using second = await openReplica(test)
    const answer = `Mail to ${placeholder}.`
    expect((await second.book.recall(scope, [answer])).reidentify(answer)).toBe('Mail to ada@example.org.')
    for (const other of [{ tenant: 'b' }, { keyId: 'key-2' }, { conversation: 'd' }]) {
      const recalled = await second.book.recall({ ...scope, ...other }, [answer])
      expect(recalled.reidentify(answer)).toBe(answer)
    }
    // and masks the same as before, without having asked the database
    const again = await second.book.of(scope)
    expect(again.placeholderOf('EMAIL_ADDRESS', 'ada@example.org')).toBe(placeholder)
  })

  it('does not open a row that was copied into another conversation', async () => {
    await using test = await createTestDatabase()
    await using replica = await openReplica(test)
    const placeholder = (await replica.book.of(scope)).placeholderOf('PERSON', 'Ada')
    await replica.book.flush(1_000)
    await test.database.query(`UPDATE pseudonyms SET conversation = 'mine'`)
    const copied = { ...scope, conversation: 'mine' }
    expect(await replica.book.recall(copied, [placeholder]).catch(() => 'refused')).toBe('refused')
  })

  it('knows nothing any more once the key was shredded', async () => {
    await using test = await createTestDatabase()
    await using replica = await openReplica(test)
    const placeholder = (await replica.book.of(scope)).placeholderOf('PERSON', 'Ada')
    expect(await replica.book.reveal(scope)).toMatchObject([{ placeholder, type: 'PERSON', value: 'Ada' }])
    const [key] = await replica.keys.list({ tenant: 'a' })
    await replica.keys.shred(key!.id, { actor: { id: 'k', name: 'k' } })
    expect((await replica.book.recall(scope, [placeholder])).reidentify(placeholder)).toBe(placeholder)
    expect(await replica.book.reveal(scope)).toMatchObject([{ placeholder, value: undefined }])
    expect(await deletePseudonyms(test.database, new Date(0), 10)).toBe(1)
    expect(await replica.book.reveal(scope)).toEqual([])
  })
})

describe('of', () => {
  it('waits for nothing once the key of the tenant is there', async () => {
    await using test = await createTestDatabase()
    await using replica = await openReplica(test)
    expect(replica.book.of(scope)).toBeInstanceOf(Promise)
    await replica.book.of(scope)
    expect(replica.book.of({ ...scope, conversation: 'e' })).not.toBeInstanceOf(Promise)
  })

  it('holds no more in memory than it may, and finds the rest where it is kept', async () => {
    await using test = await createTestDatabase()
    await using replica = await openReplica(test, { maxHeldBytes: 100_000 })
    const conversations = Array.from({ length: 200 }, (_, index) => ({ ...scope, conversation: `c${index}` }))
    const placeholders: string[] = []
    for (const one of conversations)
      placeholders.push((await replica.book.of(one)).placeholderOf('TEXT', one.conversation.padEnd(500, 'x')))
    const metric = await replica.metrics.getSingleMetric('slipway_pseudonym_conversations')!.get()
    expect(metric.values[0]!.value).toBeLessThan(100)
    await replica.book.flush(2_000)
    const recalled = await replica.book.recall(conversations[0]!, [placeholders[0]!])
    expect(recalled.reidentify(placeholders[0]!)).toBe('c0'.padEnd(500, 'x'))
  })
})
