import type { Batch } from './batch.ts'
import type { Pace } from '../../foundation/platform/index.ts'
import type { Line } from './read-lines.ts'
import type { Hold, RunnerOptions } from './run-batch.ts'
import { expireLine, type LineResult, runLine } from './run-line.ts'

export interface Answered {
  readonly line: Line
  readonly result: LineResult
}

interface Asked {
  readonly line: Line
  /** `undefined` while it is under way, and where it was not asked any more. */
  result: LineResult | undefined
}

/** For each line that may be under way so many are not written: what is asked again after a crash. */
const linesPerPlace = 2
/** Answers wait so long for company. */
const longestWaitMs = 1_000

/**
 * Asks line after line, as many at once as the pace allows, and writes the answers in the order of the lines. Ends with
 * true when all are written, with false when no more shall be asked. Throws what `write` throws, or the signal's reason.
 */
export async function runLines(
  lines: AsyncGenerator<Line>,
  work: {
    readonly batch: Batch
    readonly pace: Pace
    readonly hold: Hold
    readonly isHeld: () => boolean
    readonly write: (answered: readonly Answered[]) => Promise<void>
  },
  { infer, capacity, onLine }: RunnerOptions,
): Promise<boolean> {
  const { batch, pace, hold, isHeld, write } = work
  const unwritten: Asked[] = []
  const running = new Set<Promise<void>>()
  let isAtEnd = false
  let writtenAtMs = performance.now()

  function ask(line: Line): void {
    const asked: Asked = { line, result: undefined }
    unwritten.push(asked)
    const one = runLine(batch, line, { infer, capacity, pace, signal: hold.signal, isHeld }).then(result => {
      if (result) onLine?.(result.isCompleted)
      asked.result = result
      running.delete(one)
    })
    // whoever waits for the others hears of the first that fails
    one.catch(() => undefined)
    running.add(one)
  }

  for (;;) {
    while (!isAtEnd && !isHeld() && running.size < pace.allowed) {
      if (unwritten.length >= pace.allowed * linesPerPlace) break
      const next = await lines.next()
      if (next.done) isAtEnd = true
      else ask(next.value)
    }
    if (running.size === 0 && (isAtEnd || isHeld())) break
    const ready = answeredFirst(unwritten)
    const waitMs = writtenAtMs + longestWaitMs - performance.now()
    if (ready.length > 0 && (ready.length >= pace.allowed || running.size === 0 || waitMs <= 0)) {
      await write(ready)
      unwritten.splice(0, ready.length)
      writtenAtMs = performance.now()
    } else {
      await raceOrWait(running, ready.length > 0 ? waitMs : longestWaitMs)
    }
  }
  const rest = settle(unwritten, isAtEnd, batch, hold)
  await write(rest.answered)
  return rest.isAtEnd
}

/** Those that can be written: everything before them is answered. */
function answeredFirst(unwritten: readonly Asked[]): Answered[] {
  const ready: Answered[] = []
  for (const { line, result } of unwritten) {
    if (!result) break
    ready.push({ line, result })
  }
  return ready
}

async function raceOrWait(running: ReadonlySet<Promise<void>>, waitMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const wait = new Promise<void>(resolve => {
    timer = setTimeout(resolve, waitMs)
  })
  try {
    await Promise.race([...running, wait])
  } finally {
    clearTimeout(timer)
  }
}

/** What is written at the end, where some lines were not asked any more. */
function settle(
  lines: readonly Asked[],
  isAtEnd: boolean,
  batch: Batch,
  hold: Hold,
): { answered: Answered[]; isAtEnd: boolean } {
  const known = lines.flatMap(({ line, result }) => (result ? [{ line, result }] : []))
  if (known.length === lines.length) return { answered: known, isAtEnd }
  if (hold.isCancelWanted()) return { answered: known, isAtEnd: false }
  // what is asked again goes on where the answers stop being whole
  if (hold.isStopping()) return { answered: answeredFirst(lines), isAtEnd: false }
  const expired = lines.map(({ line, result }) => ({ line, result: result ?? expireLine(batch, line) }))
  return { answered: expired, isAtEnd: false }
}
