export interface Load {
  readonly name: string
  readonly isStream: boolean
  /** Requests a second. */
  readonly rate: number
  /** Contenders that cannot carry it. */
  readonly without?: readonly string[]
  readonly body: string
}

const message = (bytes: number): object[] => [
  { role: 'user', content: 'My lamp arrived broken. '.repeat(Math.ceil(bytes / 24)) },
]
const json = (bytes: number): string => JSON.stringify({ model: 'bench', messages: message(bytes) })

export const smallJson: Load = { name: 'JSON, 1 KB', isStream: false, rate: 60, body: json(1_000) }
const stream: Load = {
  name: 'stream of 64 frames',
  isStream: true,
  rate: 12,
  body: JSON.stringify({ model: 'bench', stream: true, messages: message(1_000) }),
}

/** Low rates, at which the slowest contender keeps up, and rates at which an idle process no longer counts. */
export const loads: readonly Load[] = [
  smallJson,
  { ...smallJson, rate: 500, without: ['litellm'] },
  { name: 'JSON, 10 KB', isStream: false, rate: 400, body: json(10_000), without: ['litellm'] },
  { name: 'JSON, 100 KB', isStream: false, rate: 40, body: json(100_000) },
  { name: 'JSON, 1 MB', isStream: false, rate: 8, body: json(1_000_000) },
  stream,
  { ...stream, rate: 60, without: ['litellm'] },
]
