import type { Burst, ServiceTraffic, Traffic } from './service-traffic.ts'
import { StepWatch } from './step-watch.ts'

/** How one process follows what is declared of its services. */
export interface TrafficFollower {
  /** What is declared of a service; `undefined` where nothing is. Memory only. */
  of(service: string): ServiceTraffic | undefined
  /** The step that the declared rollout is in, as it goes here. */
  watch(traffic: ServiceTraffic): StepWatch | undefined
  /** All of them, for whoever shows what goes on. */
  watches(): readonly StepWatch[]
}

/** Follows what is declared, and remembers how each step goes until another is declared. */
export function followTraffic(
  traffic: Traffic | undefined,
  onBurst: (burst: Burst) => void,
): TrafficFollower {
  const watches = new Map<string, StepWatch>()

  function tell(burst: Burst): void {
    onBurst(burst)
    traffic?.onBurst(burst)
  }

  return {
    of: service => traffic?.of(service),
    watch: declared => {
      const { service, revision, rollout } = declared
      const known = watches.get(service)
      if (known && (known.traffic === declared || known.traffic.revision === revision)) return known
      if (!rollout) {
        watches.delete(service)
        return undefined
      }
      const begun = new StepWatch(declared, rollout, tell)
      watches.set(service, begun)
      return begun
    },
    watches: () => [...watches.values()],
  }
}
