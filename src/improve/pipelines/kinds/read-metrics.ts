import { open } from 'node:fs/promises'
import { parseJson } from './parse-json.ts'

export interface MetricsReader {
  /** Reads what was added since; call it again and again, and once at the end. */
  read(): Promise<void>
}

const pieceBytes = 65_536
const mostLineBytes = 65_536

/**
 * Follows `metrics.jsonl`: each line an object with a `step` and numbers by name, `progress` from 0 to 1 and `message` among them
 * as it likes. A line that is none of that is left out.
 */
export function followMetrics(
  file: string,
  on: {
    readonly metric: (name: string, step: number, value: number) => void
    readonly progress: (share: number, step: string) => void
  },
): MetricsReader {
  let offset = 0
  let rest = ''
  let lines = 0

  function take(line: string): void {
    lines += 1
    const value = parseJson(line)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    const { step, progress, message, ...numbers } = value as Record<string, unknown>
    const place = typeof step === 'number' && Number.isFinite(step) ? step : lines
    if (typeof progress === 'number' && Number.isFinite(progress))
      on.progress(
        Math.min(1, Math.max(0, progress)),
        typeof message === 'string' ? message.slice(0, 200) : '',
      )
    for (const [name, number] of Object.entries(numbers))
      if (typeof number === 'number' && Number.isFinite(number) && name.length <= 100)
        on.metric(name, place, number)
  }

  return {
    async read() {
      const handle = await open(file).catch(() => undefined)
      if (!handle) return
      try {
        const buffer = Buffer.alloc(pieceBytes)
        for (;;) {
          const { bytesRead } = await handle.read(buffer, 0, pieceBytes, offset)
          if (bytesRead === 0) return
          // only whole lines, so that no letter of more bytes is cut
          const end = buffer.subarray(0, bytesRead).lastIndexOf(0x0a)
          if (end < 0 && bytesRead < pieceBytes) return
          const bytes = end < 0 ? bytesRead : end + 1
          offset += bytes
          const found = (rest + buffer.subarray(0, bytes).toString('utf8')).split('\n')
          rest = end < 0 ? (found.pop() ?? '').slice(-mostLineBytes) : ''
          for (const line of found) if (line.trim() !== '') take(line)
        }
      } finally {
        await handle.close()
      }
    },
  }
}
