import { open } from 'node:fs/promises'
import type { Database } from '../../../foundation/platform/index.ts'
import { hashText } from '../../../foundation/statistics/index.ts'
import { answerOf, findLearnableContents, lastWordsOf, questionOf } from '../../traces/index.ts'
import { countTraffic, readTrafficPage, shareParts, type TrafficWindow } from './traffic-store.ts'

const pageRows = 5_000

export interface LaidTraffic {
  readonly file: string
  /** How many there are, of which the file may have a part. */
  readonly total: number
}

/**
 * Writes a window of inferences into a file of JSON lines. Where there are more than `mostRows`, those whose id has the least hash under the seed:
 * the same ones each time. `hasTexts` adds what was asked and answered, as it is kept, where it is kept
 * and its client has not said that nothing may be learned from it.
 */
export async function layTraffic(
  database: Database,
  window: TrafficWindow,
  options: {
    readonly file: string
    readonly mostRows: number
    readonly hasTexts: boolean
    readonly seed: string
    readonly signal: AbortSignal
    readonly progress: (share: number) => void
  },
): Promise<LaidTraffic> {
  const { file, mostRows, seed, signal } = options
  const total = await countTraffic(database, window)
  const share = total > mostRows ? Math.floor((mostRows / total) * shareParts) : shareParts
  const handle = await open(file, 'w', 0o600)
  try {
    let after: string | undefined
    let done = 0
    for (;;) {
      signal.throwIfAborted()
      const { lines, ids } = await readTrafficPage(database, window, {
        after,
        limit: pageRows,
        share,
        seed: hashText(seed),
      })
      const text = options.hasTexts ? await withTexts(database, lines, ids) : lines
      if (ids.length > 0) await handle.appendFile(`${text}\n`)
      after = ids.at(-1)
      done += ids.length
      options.progress(done / Math.max(1, Math.min(total, mostRows)))
      if (ids.length < pageRows) return { file, total }
    }
  } finally {
    await handle.close()
  }
}

async function withTexts(database: Database, lines: string, ids: readonly string[]): Promise<string> {
  const contents = await findLearnableContents(database, ids)
  const rows = lines === '' ? [] : lines.split('\n')
  return rows
    .map((line, index) => {
      const kept = contents.get(ids[index] ?? '')
      if (!kept) return line
      const { request, response } = kept.value
      return JSON.stringify({
        ...(JSON.parse(line) as object),
        question: lastWordsOf(questionOf(request)),
        answer: answerOf(response),
      })
    })
    .join('\n')
}
