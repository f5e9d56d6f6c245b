import {
  type AnyRoute,
  type ClaimLoop,
  createRowNews,
  type MetricsRegistry,
} from '../../foundation/platform/index.ts'
import type { Access, Principal } from '../../govern/access/index.ts'
import { readDetail, type WireDetail } from './api/read-rollouts.ts'
import { rolloutRoutes } from './api/rollout-routes.ts'
import { createRolloutWorker } from './controller/rollout-worker.ts'
import type { RolloutContext } from './ports.ts'
import { createRolloutMetrics } from './rollout-metrics.ts'
import { isOpen } from './rollout.ts'
import { findRollout, rolloutsChannel } from './rollout-store.ts'
import { createRollouts, type Rollouts } from './rollouts.ts'
import { followTraffic, type TrafficFeed } from './traffic/follow-traffic.ts'

export interface OpenRolloutsOptions extends Omit<RolloutContext, 'metrics' | 'now'> {
  readonly access: Pick<Access, 'visibleTenant' | 'authorize' | 'isAllowed'>
  readonly registry: MetricsRegistry
}

export interface OpenRollouts {
  readonly rollouts: Rollouts
  /** What this process sends where; every process has one. */
  readonly traffic: TrafficFeed
  /** Moves rollouts; one process of each server has it run. */
  readonly worker: ClaimLoop
  readonly routes: readonly AnyRoute<Principal>[]
  /** Has rollouts looked at as soon as somebody tells of one, on any server. */
  start(): Promise<void>
  endLiveStreams(): Promise<void>
  stop(limitMs: number): Promise<void>
}

/** Rollouts, and what every process follows of them. */
export async function openRollouts(options: OpenRolloutsOptions): Promise<OpenRollouts> {
  const { database, access, logger, registry } = options
  const metrics = createRolloutMetrics(registry)
  const context: RolloutContext = { ...options, metrics, now: Date.now }
  const worker = createRolloutWorker(context)
  const rollouts = createRollouts({ context, access, wake: () => worker.wake() })
  const news = createRowNews<WireDetail>({
    database,
    logger,
    channel: rolloutsChannel,
    event: 'rollout',
    idOf: ({ id }) => id,
    hasEnded: ({ state }) => !isOpen(state),
    find: async id => {
      const found = await findRollout(database, id)
      return found && (await readDetail(database, found))
    },
  })
  const traffic = await followTraffic({
    database,
    logger,
    declaredRelease: service => options.ports.service(service)?.release,
    onChange: one => metrics.following(one),
  })
  let unlisten: (() => Promise<void>) | undefined
  return {
    rollouts,
    traffic,
    worker,
    routes: rolloutRoutes({ database, access, rollouts, news }),
    async start() {
      unlisten = await database.listen(rolloutsChannel, () => worker.wake())
      worker.start()
    },
    endLiveStreams: () => news.close(),
    async stop(limitMs) {
      await unlisten?.().catch(() => undefined)
      await worker.stop(limitMs)
      await traffic.stop()
    },
  }
}
