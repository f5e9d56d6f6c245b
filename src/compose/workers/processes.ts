import type { EnginesView } from './engines-view.ts'

/**
 * The processes that serve on one port. The first, `0`, is the primary: it owns Postgres, the engines and the
 * background work, and starts the others.
 */
export interface Processes {
  /** The name of this process among them: `0` to `N-1`, the same after a restart. */
  readonly worker: string
  /** How a question of another process is answered here; asked of this process by `gather`, too. */
  handle(question: string, answer: (value: unknown) => unknown): void
  /** The answers of all, this one's first; one that does not answer in time is left out. Values are JSON. */
  gather(question: string, value?: unknown): Promise<unknown[]>
  /** Asks the primary alone, which may be this process. Another waits five seconds for it, or `limitMs`. */
  askPrimary(question: string, value?: unknown, limitMs?: number): Promise<unknown>
}

/** What a worker is told before it can serve. */
export interface WorkerSetup {
  readonly port: number
  readonly databaseUrl: string
  readonly engines: EnginesView
  /** What is in force; workers do not follow the file. */
  readonly configuration: { readonly text: string; readonly isBuiltIn: boolean }
}

/** How one process is doing. */
export interface ProcessState {
  readonly worker: string
  readonly pid: number
  readonly role: 'primary' | 'worker'
  readonly started_at: string
  readonly requests_in_flight: number
  readonly resident_bytes: number
  readonly traces: { readonly queued: number; readonly written: number; readonly lost: number }
}

/** The questions between processes. */
export const questions = {
  setup: 'setup',
  gather: 'gather',
  state: 'state',
  queues: 'queues',
  metrics: 'metrics',
  summedMetrics: 'summed-metrics',
  countedMetrics: 'counted-metrics',
  metricCatalogue: 'metric-catalogue',
  restartEngine: 'restart-engine',
  configuration: 'configuration',
  databaseRestarts: 'database-restarts',
  handleRoute: 'handle-route',
} as const

/** What the primary tells the others, and they it. */
export const topics = {
  ready: 'ready',
  engines: 'engines',
  configuration: 'configuration',
  stop: 'stop',
} as const

/** Names a process of ours to itself; set by the primary. */
export const workerVariable = 'SLIPWAY_WORKER'
