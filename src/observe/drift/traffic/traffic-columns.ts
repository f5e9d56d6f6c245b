import type { DriftColumn } from '../sample.ts'

/** What is compared of inferences. `question` and `answer` are read where they are asked for, and where their service keeps them. */
export const trafficColumns: readonly DriftColumn[] = [
  { name: 'tenant', kind: 'category' },
  { name: 'service', kind: 'category' },
  { name: 'release', kind: 'category' },
  { name: 'arm', kind: 'category' },
  { name: 'target', kind: 'category' },
  { name: 'model', kind: 'category' },
  { name: 'operation', kind: 'category' },
  { name: 'key', kind: 'category' },
  { name: 'streamed', kind: 'category' },
  { name: 'hour', kind: 'category' },
  { name: 'outcome', kind: 'category' },
  { name: 'failure', kind: 'category' },
  { name: 'finish_reason', kind: 'category' },
  { name: 'cache', kind: 'category' },
  { name: 'verdict', kind: 'category' },
  { name: 'latency_ms', kind: 'number', unit: 'ms' },
  { name: 'first_token_ms', kind: 'number', unit: 'ms' },
  { name: 'input_tokens', kind: 'number', unit: 'tokens' },
  { name: 'output_tokens', kind: 'number', unit: 'tokens' },
  { name: 'cost_usd', kind: 'number', unit: 'USD' },
  { name: 'feedback', kind: 'number' },
]

export const textColumns: readonly DriftColumn[] = [
  { name: 'question', kind: 'text' },
  { name: 'answer', kind: 'text' },
]

/** What a judge found: `score.helpful`. */
export const scoreColumn = (judge: string): DriftColumn => ({ name: `score.${judge}`, kind: 'number' })
