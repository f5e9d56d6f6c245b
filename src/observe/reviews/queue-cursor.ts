import { z } from 'zod'
import { Failure } from '../../foundation/platform/index.ts'

const cursor = z.object({ rank: z.int(), at: z.iso.datetime(), id: z.uuid() })

/** Where a page of the queue ends. */
export type QueueCursor = z.output<typeof cursor>

export function writeCursor({ rank, at, id }: QueueCursor): string {
  return Buffer.from(JSON.stringify({ rank, at, id })).toString('base64url')
}

export function readCursor(text: string): QueueCursor {
  try {
    return cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
  } catch {
    throw new Failure('invalid_request', 'cursor: this is no `next_cursor` of a page of reviews', {
      details: { parameter: 'cursor' },
    })
  }
}
