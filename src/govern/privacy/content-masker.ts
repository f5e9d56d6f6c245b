import { Counter, type Registry } from 'prom-client'
import type { Logger } from '../../foundation/platform/index.ts'
import { type FindSpans, maskValue } from './mask-value.ts'
import type { Masked } from './masked.ts'
import type { PseudonymBook } from './pseudonym-book.ts'
import type { PseudonymScope } from './pseudonyms.ts'

/** Masks what is kept, one after the other and beside the requests. */
export interface ContentMasker {
  /** `undefined` where it could not be done: then nothing of it may be kept. Never rejects. */
  mask<Value>(value: Value, scope: PseudonymScope): Promise<Masked<Value> | undefined>
  /** Resolves when all that has been asked for is done. */
  settled(): Promise<void>
}

export interface ContentMaskerOptions {
  readonly pseudonyms: Pick<PseudonymBook, 'of'>
  readonly find: FindSpans
  readonly logger: Logger
  readonly metrics: Registry
  /** More than these wait for nothing: they are given up. */
  readonly maxWaiting?: number
}

export function createContentMasker(options: ContentMaskerOptions): ContentMasker {
  const { pseudonyms, find, maxWaiting = 2_000 } = options
  const logger = options.logger.child({ part: 'privacy' })
  const notKept = new Counter({
    name: 'slipway_content_not_kept_total',
    help: 'Contents that were to be kept masked and are not kept, since they could not be masked, by cause.',
    labelNames: ['cause'],
    registers: [options.metrics],
  })
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0

  async function maskNext<Value>(value: Value, scope: PseudonymScope): Promise<Masked<Value> | undefined> {
    // what was asked meanwhile goes first
    await new Promise(resolve => setImmediate(resolve))
    try {
      return maskValue(value, await pseudonyms.of(scope), find)
    } catch (error) {
      notKept.inc({ cause: 'failed' })
      // by its name: its message may quote what it is about
      logger.error(
        { error: error instanceof Error ? error.name : typeof error },
        'A content could not be masked, and is not kept.',
      )
      return undefined
    }
  }

  return {
    mask: (value, scope) => {
      if (waiting >= maxWaiting) {
        notKept.inc({ cause: 'queue_full' })
        return Promise.resolve(undefined)
      }
      waiting += 1
      const masked = last.then(() => maskNext(value, scope)).finally(() => (waiting -= 1))
      last = masked
      return masked
    },
    settled: async () => {
      await last
    },
  }
}
