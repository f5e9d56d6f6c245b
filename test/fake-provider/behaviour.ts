/**
 * How the fake provider treats a call: by default it answers. Pick one with `provider.behave(…)` for the calls to
 * come, or for a single call by its model: `fake-end-early`, `fake-error-429`, …
 */
export type Behaviour =
  | 'answer'
  /** Sends half of the answer, then destroys the connection. */
  | 'die-mid-stream'
  /** Sends half of the answer, then ends the stream as if all were well. */
  | 'end-early'
  /** A 200 whose body (or first event) is an error. */
  | 'error-in-200'
  /** A stream that turns into an error after half of the answer. */
  | 'error-mid-stream'
  /** A 200 with HTML, or an event that is no JSON. */
  | 'garbage'
  /** Takes the call and never answers. */
  | 'silence'
  /** Sends half of the answer, then nothing more. */
  | 'stall'
  | 'redirect'
  | { readonly status: number; readonly code?: string; readonly headers?: Readonly<Record<string, string>> }

const named = [
  'answer',
  'die-mid-stream',
  'end-early',
  'error-in-200',
  'error-mid-stream',
  'garbage',
  'silence',
  'stall',
  'redirect',
] as const

export function behaviourOfModel(model: unknown): Behaviour | undefined {
  if (typeof model !== 'string') return undefined
  const wanted = /^fake-(.+)$/.exec(model)?.[1]
  if (wanted === undefined) return undefined
  const status = /^error-(\d{3})$/.exec(wanted)?.[1]
  if (status !== undefined) return { status: Number(status) }
  return named.find(name => name === wanted)
}
