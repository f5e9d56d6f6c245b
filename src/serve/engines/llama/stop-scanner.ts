/**
 * Finds the first stop sequence in text that comes in pieces, and holds back whatever may still become one, so that
 * no part of it is ever let out.
 */
export interface StopScanner {
  /** `text` is safe to send; `stop` is the stop sequence that follows it, and the rest is to be thrown away. */
  push(piece: string): { readonly text: string; readonly stop: string | undefined }
  /** What was held back, when the text ended without a stop sequence. */
  end(): string
}

export function createStopScanner(stops: readonly string[]): StopScanner {
  let held = ''
  return {
    push(piece) {
      if (stops.length === 0) return { text: piece, stop: undefined }
      held += piece
      const found = stops.filter(stop => held.includes(stop))
      if (found.length > 0) {
        const stop = found.reduce((first, other) =>
          held.indexOf(other) < held.indexOf(first) ? other : first,
        )
        const text = held.slice(0, held.indexOf(stop))
        held = ''
        return { text, stop }
      }
      const keep = Math.max(...stops.map(stop => overlap(held, stop)))
      const text = held.slice(0, held.length - keep)
      held = held.slice(held.length - keep)
      return { text, stop: undefined }
    },
    end() {
      const text = held
      held = ''
      return text
    },
  }
}

/** How many characters at the end of `text` are a beginning of `stop`. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length
  }
  return 0
}
