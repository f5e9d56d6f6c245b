/** What the tour reads of the API's answers. */

export interface Page<Item> {
  readonly data: readonly Item[]
}

export interface Engine {
  readonly name: string
  readonly model: string
  readonly state: string
}

export interface Stage {
  readonly name: string
  readonly state: string
  readonly started_at: string | null
  readonly ended_at: string | null
  readonly artifacts: readonly { readonly name: string; readonly value: unknown }[]
}

export interface Run {
  readonly id: string
  readonly state: string
  readonly reason: string | null
  readonly trigger: string
  readonly event: { readonly name?: string } | null
  readonly created_at: string
  readonly ended_at: string | null
  readonly stages: readonly Stage[]
}

export interface Monitor {
  readonly state: string
  readonly streams: readonly { readonly name: string; readonly state: string }[]
}

export interface Alarm {
  readonly id: string
  readonly stream: string
  readonly summary: string
  readonly raised_at: string
  readonly since: string
  readonly ended_at: string | null
  readonly report: { readonly drift_report?: string } | null
}

export interface DriftReport {
  readonly id: string
  readonly state: string
  readonly sentence: string | null
  readonly error: string | null
}

export interface Finding {
  readonly name: string
  readonly estimate: number | null
  readonly low: number | null
  readonly high: number | null
  readonly margin: number
  readonly values: { readonly baseline: number; readonly candidate: number }
  readonly state: string
}

export interface Verdict {
  readonly id: string
  readonly step: number
  readonly at: string
  readonly decision: string
  readonly reasons: readonly string[]
  readonly candidates: readonly { readonly release: string; readonly metrics: readonly Finding[] }[]
}

export interface Rollout {
  readonly id: string
  readonly state: string
  readonly reason: string
  readonly step: number
  readonly steps: readonly { readonly share: number | null }[]
  readonly created_at: string
  readonly ended_at: string | null
}

export interface ModelEvent {
  readonly at: string
  readonly kind: string
  readonly version: number | null
  readonly previous: number | null
  readonly alias: string | null
  readonly reason: string
}

export const isOver = ({ state }: Run): boolean =>
  ['succeeded', 'failed', 'cancelled', 'skipped'].includes(state)
