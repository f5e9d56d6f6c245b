import { type Database, type Logger, redact } from '../../../foundation/platform/index.ts'
import { insertLogs, insertMetrics, type LogLine, type MetricPoint } from './log-store.ts'

export interface LogSink {
  readonly log: (stream: LogLine['stream'], text: string) => void
  readonly metric: (name: string, step: number, value: number) => void
  /** Writes what is left. */
  end(): Promise<void>
}

const writeMs = 300
const mostLineLetters = 8_192
const mostPoints = 10_000
const mostWaiting = 5_000
const leastSecretLetters = 4

/** Takes what an attempt prints and measures: masked, in lines, bounded, and written a few times a second. */
export function createLogSink(options: {
  readonly database: Database
  readonly logger: Logger
  readonly runId: string
  readonly stage: string
  readonly attempt: number
  readonly mostBytes: number
  readonly secrets: readonly string[]
  readonly onWritten: () => void
}): LogSink {
  const { database, logger, runId, stage, attempt } = options
  // the longest first: one may be part of another
  const masked = options.secrets
    .flatMap(secret => secret.split('\n'))
    .filter(secret => secret.length >= leastSecretLetters)
    .sort((left, right) => right.length - left.length)
  const partial = new Map<LogLine['stream'], string>()
  let lines: LogLine[] = []
  let points: MetricPoint[] = []
  let bytes = 0
  let dropped = 0
  let pointsSeen = 0
  let writing: Promise<void> = Promise.resolve()
  const timer = setInterval(() => void write(), writeMs)

  function mask(text: string): string {
    let clean = text
    for (const secret of masked) clean = clean.replaceAll(secret, '[secret]')
    return redact(clean).replaceAll('\0', '�')
  }

  function add(stream: LogLine['stream'], text: string): void {
    if (stream !== 'system') {
      bytes += Buffer.byteLength(text) + 1
      if (bytes > options.mostBytes || lines.length >= mostWaiting) {
        dropped += 1
        return
      }
    }
    lines.push({ stage, attempt, at: new Date(), stream, text })
  }

  function log(stream: LogLine['stream'], text: string): void {
    const pieces = ((partial.get(stream) ?? '') + text).split('\n')
    let rest = pieces.pop() ?? ''
    for (const piece of pieces)
      for (const line of inLengths(mask(piece.replace(/\r$/, '')))) add(stream, line)
    // before it is cut, so that no secret is cut in two
    if (rest.length > mostLineLetters * 2) rest = mask(rest)
    while (rest.length > mostLineLetters * 2) {
      add(stream, rest.slice(0, mostLineLetters))
      rest = rest.slice(mostLineLetters)
    }
    partial.set(stream, rest)
  }

  function write(): Promise<void> {
    if (lines.length === 0 && points.length === 0) return writing
    const [nextLines, nextPoints] = [lines, points]
    lines = []
    points = []
    writing = writing.then(async () => {
      try {
        if (nextLines.length > 0) await insertLogs(database, runId, nextLines)
        if (nextPoints.length > 0) await insertMetrics(database, { runId, stage, attempt }, nextPoints)
        options.onWritten()
      } catch (error) {
        // the log is for people; what the stage does goes on
        logger.warn({ err: error, run: runId, stage }, 'A part of the log of a stage was not written.')
      }
    })
    return writing
  }

  return {
    log,
    metric: (name, step, value) => {
      pointsSeen += 1
      if (pointsSeen <= mostPoints) points.push({ name, step, value, at: new Date() })
      else if (pointsSeen === mostPoints + 1)
        add('system', `More than ${mostPoints} values were measured; the rest is left out.`)
    },
    async end() {
      clearInterval(timer)
      for (const [stream, rest] of partial) if (rest !== '') add(stream, mask(rest))
      partial.clear()
      if (dropped > 0)
        add('system', `The log is longer than ${options.mostBytes} bytes: ${dropped} lines were left out.`)
      await write()
    },
  }
}

function* inLengths(text: string): Generator<string> {
  if (text === '') yield ''
  for (let at = 0; at < text.length; at += mostLineLetters) yield text.slice(at, at + mostLineLetters)
}
