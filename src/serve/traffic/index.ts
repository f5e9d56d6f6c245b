/** Traffic: which release of a service a request goes to while a rollout is under way, and when a process stops sending to it. */
export { layOut, positionOf, releaseAt } from './assign.ts'
export { followTraffic } from './follow-traffic.ts'
export type { TrafficFollower } from './follow-traffic.ts'
export type { Burst, ServiceTraffic, StickyKind, Traffic } from './service-traffic.ts'
export { StepWatch } from './step-watch.ts'
export type { Fall, Span, StickyValues } from './step-watch.ts'
