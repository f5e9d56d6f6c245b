import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

export interface TraceRow {
  readonly atMs: number
  readonly inputTokens: number
  readonly outputTokens: number
}

export const traceNames = ['conversation', 'code'] as const
export type TraceName = (typeof traceNames)[number]

/**
 * The requests of the Azure trace of 2023 (AzurePublicDataset, CC-BY 4.0), from its first one on. `folder` holds the
 * whole files; without it the excerpt beside this file serves, the first 1,500 requests of each.
 */
export function readTrace(name: TraceName, folder: string | undefined): TraceRow[] {
  const whole = folder === undefined ? undefined : path.join(folder, `azure-2023-${name}.csv`)
  const file = whole && existsSync(whole) ? whole : path.join(import.meta.dirname, `excerpt-${name}.csv`)
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1)
  let startMs: number | undefined
  return lines.map(line => {
    const [time = '', input = '', output = ''] = line.split(',')
    const ms = Date.parse(`${time.slice(0, 23).replace(' ', 'T')}Z`)
    startMs ??= ms
    return { atMs: ms - startMs, inputTokens: Number(input), outputTokens: Math.max(1, Number(output)) }
  })
}

/** The trace with its clock stretched so that it offers `tokensPerSecond` units on average. */
export function paced(rows: readonly TraceRow[], unitsPerSecond: number): TraceRow[] {
  const units = rows.reduce((sum, row) => sum + row.inputTokens + 2 * row.outputTokens, 0)
  const last = rows.at(-1)?.atMs ?? 1
  const stretch = units / unitsPerSecond / (last / 1_000)
  return rows.map(row => ({ ...row, atMs: row.atMs * stretch }))
}

/** Each request `times` times, the copies spread over the gap to the next ones. */
export function multiplied(rows: readonly TraceRow[], times: number): TraceRow[] {
  return rows
    .flatMap((row, index) => {
      const next = rows[index + 1]?.atMs ?? row.atMs
      return Array.from({ length: times }, (_, copy) => ({
        ...row,
        atMs: row.atMs + ((next - row.atMs) * copy) / times,
      }))
    })
    .toSorted((one, other) => one.atMs - other.atMs)
}
