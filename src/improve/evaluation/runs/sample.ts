import { createHash } from 'node:crypto'

export interface Sampled {
  readonly rowKey: string
  readonly slices: Readonly<Record<string, string>>
}

/**
 * Keeps the examples whose hashes with the seed are the smallest, so that a sample is the same whatever the order, and one of a
 * larger size holds one of a smaller. Holds at most twice as many as it keeps.
 */
export function createSampler(size: number | undefined, seed: number) {
  let held: { readonly rank: string; readonly one: Sampled }[] = []

  function cut(): void {
    if (size === undefined || held.length <= size) return
    held.sort((left, right) => (left.rank < right.rank ? -1 : 1))
    held = held.slice(0, size)
  }

  return {
    add(one: Sampled): void {
      held.push({ rank: rankOf(one.rowKey, seed), one })
      if (size !== undefined && held.length >= 2 * size + 1_000) cut()
    },
    /** In the order of their ranks: a run that is cut short has asked a sample too. */
    take(): readonly Sampled[] {
      cut()
      return held.toSorted((left, right) => (left.rank < right.rank ? -1 : 1)).map(({ one }) => one)
    },
  }
}

function rankOf(rowKey: string, seed: number): string {
  return createHash('sha256').update(`${seed}\0${rowKey}`).digest('hex')
}

/** The value of a slice, as a word. */
export function sliceWord(value: unknown): string {
  if (value === undefined || value === null) return '(none)'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 100 ? `${text.slice(0, 99)}…` : text
}
