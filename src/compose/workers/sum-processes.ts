import type { SystemState } from '../../foundation/platform/index.ts'
import { type Processes, type ProcessState, questions } from './processes.ts'

type Sums = Pick<
  SystemState,
  | 'started_at'
  | 'uptime_seconds'
  | 'resident_bytes'
  | 'process_id'
  | 'traces'
  | 'requests_in_flight'
  | 'processes'
>

/** All processes of this server as one, and each. */
export async function sumProcesses(processes: Processes): Promise<Sums> {
  const states = (await processes.gather(questions.state)) as ProcessState[]
  const primary = states.find(({ role }) => role === 'primary') ?? states[0]
  const startedAtMs = primary ? Date.parse(primary.started_at) : Date.now()
  const sum = (of: (state: ProcessState) => number): number =>
    states.reduce((total, state) => total + of(state), 0)
  return {
    started_at: new Date(startedAtMs).toISOString(),
    uptime_seconds: Math.round((Date.now() - startedAtMs) / 1_000),
    process_id: primary?.pid ?? process.pid,
    resident_bytes: sum(state => state.resident_bytes),
    requests_in_flight: sum(state => state.requests_in_flight),
    traces: {
      queued: sum(({ traces }) => traces.queued),
      written: sum(({ traces }) => traces.written),
      lost: sum(({ traces }) => traces.lost),
    },
    processes: states.map(state => ({
      worker: state.worker,
      role: state.role,
      pid: state.pid,
      started_at: state.started_at,
      resident_bytes: state.resident_bytes,
      requests_in_flight: state.requests_in_flight,
    })),
  }
}
