export const workerQuestions = { run: 'run' } as const
export const workerTopics = { ready: 'ready', progress: 'progress', cancel: 'cancel' } as const

export interface WorkerLimits {
  /** What DuckDB may hold in memory; beyond it, it spills to disk. */
  readonly memoryMegabytes: number
  readonly threads: number
  /** What it may spill. */
  readonly spillMegabytes: number
}

export interface WorkerTask {
  readonly name: string
  readonly parameters: unknown
  readonly scratch: string
  readonly limits: WorkerLimits
}
