/**
 * Finds the first stop sequence in text that comes in pieces, and holds back whatever may still become one, so that
 * no part of it is ever let out.
 */
export interface StopScanner {
  /** `text` is safe to send; `isStopped` says that a stop sequence follows it and the rest is to be thrown away. */
  push(piece: string): { readonly text: string; readonly isStopped: boolean }
  /** What was held back, when the text ended without a stop sequence. */
  end(): string
}

export function createStopScanner(stops: readonly string[]): StopScanner {
  let held = ''
  return {
    push(piece) {
      if (stops.length === 0) return { text: piece, isStopped: false }
      held += piece
      const found = stops.map(stop => held.indexOf(stop)).filter(index => index >= 0)
      if (found.length > 0) {
        const text = held.slice(0, Math.min(...found))
        held = ''
        return { text, isStopped: true }
      }
      const keep = Math.max(...stops.map(stop => overlap(held, stop)))
      const text = held.slice(0, held.length - keep)
      held = held.slice(held.length - keep)
      return { text, isStopped: false }
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
