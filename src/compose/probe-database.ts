import type { Database } from '../foundation/platform/index.ts'

interface DatabaseHealth {
  readonly state: 'ready' | 'unavailable'
  /** How long a trivial query took, in milliseconds. */
  readonly latency_ms: number | null
}

export async function probeDatabase(database: Database): Promise<DatabaseHealth> {
  const start = performance.now()
  try {
    await database.query('SELECT 1')
    return { state: 'ready', latency_ms: performance.now() - start }
  } catch {
    return { state: 'unavailable', latency_ms: null }
  }
}
