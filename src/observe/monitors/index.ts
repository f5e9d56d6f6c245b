/** Monitors: what is watched in the traffic of services, with tests that may be looked at at any time. */
export type { MonitorAlarm } from './alarm-store.ts'
export { createMonitorFeed } from './feed-monitors.ts'
export type { MonitorFeed } from './feed-monitors.ts'
export { createMonitorMetrics } from './monitor-metrics.ts'
export { createMonitorTroubles } from './monitor-troubles.ts'
export { monitorsRoutes } from './monitors-routes.ts'
export type { ReferencePorts } from './reference/reference-ports.ts'
export { createMover } from './watch/mover.ts'
