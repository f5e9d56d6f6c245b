export interface Load {
  readonly name: string
  readonly isStream: boolean
  /** Requests a second, low enough that the slowest contender keeps up. */
  readonly rate: number
  readonly body: string
}

const message = (bytes: number): object[] => [
  { role: 'user', content: 'My lamp arrived broken. '.repeat(Math.ceil(bytes / 24)) },
]
const json = (bytes: number): string => JSON.stringify({ model: 'bench', messages: message(bytes) })

export const smallJson: Load = { name: 'JSON, 1 KB', isStream: false, rate: 80, body: json(1_000) }

export const loads: readonly Load[] = [
  smallJson,
  { name: 'JSON, 10 KB', isStream: false, rate: 80, body: json(10_000) },
  { name: 'JSON, 100 KB', isStream: false, rate: 40, body: json(100_000) },
  { name: 'JSON, 1 MB', isStream: false, rate: 8, body: json(1_000_000) },
  {
    name: 'stream of 64 frames',
    isStream: true,
    rate: 12,
    body: JSON.stringify({ model: 'bench', stream: true, messages: message(1_000) }),
  },
]
