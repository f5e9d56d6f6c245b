import type { Database, Logger } from '../../../foundation/platform/index.ts'
import type { ServiceTraffic } from './service-traffic.ts'
import { listTraffic, trafficChannel } from './traffic-store.ts'

export interface TrafficFeed {
  /** Memory only. `undefined` where nothing was declared, or where slipway.yaml has named another release since: the file holds. */
  of(service: string): ServiceTraffic | undefined
  /** Reads everything once more; what is known stays where that is not possible. */
  sync(): Promise<void>
  stop(): Promise<void>
}

export interface FollowTrafficOptions {
  readonly database: Database
  readonly logger: Logger
  /** The release that slipway.yaml names; `undefined` where it has no such service. */
  readonly declaredRelease: (service: string) => string | undefined
  readonly onChange?: (traffic: ServiceTraffic) => void
  /** How often Postgres is asked, in case an announcement was missed. */
  readonly pollMs?: number
}

/** Keeps what is declared for all services in the memory of this process; without Postgres the last that is known holds. */
export async function followTraffic(options: FollowTrafficOptions): Promise<TrafficFeed> {
  const { database, declaredRelease, onChange, pollMs = 1_000 } = options
  const logger = options.logger.child({ part: 'traffic' })
  const known = new Map<string, ServiceTraffic>()
  let running: Promise<void> = Promise.resolve()
  let isAway = false
  let isStopped = false

  async function look(): Promise<void> {
    if (isStopped) return
    for (const traffic of await listTraffic(database)) {
      // a read that took long must not undo a later one
      if ((known.get(traffic.service)?.revision ?? 0) >= traffic.revision) continue
      known.set(traffic.service, traffic)
      onChange?.(traffic)
    }
  }

  function sync(): Promise<void> {
    running = running.then(look).then(
      () => {
        isAway = false
      },
      (error: unknown) => {
        if (!isAway) logger.warn({ err: error }, 'What goes where cannot be read; what is known holds.')
        isAway = true
      },
    )
    return running
  }

  await sync()
  let isListening = false
  let unlisten: (() => Promise<void>) | undefined
  async function listen(): Promise<void> {
    if (isListening || isStopped) return
    isListening = true
    try {
      unlisten = await database.listen(trafficChannel, () => void sync())
      // one may have come between the look and the listening
      await sync()
    } catch (error) {
      isListening = false
      logger.warn({ err: error }, 'Changes of traffic come late: the database cannot be listened to.')
    }
  }
  await listen()
  const timer = setInterval(() => {
    void listen()
    void sync()
  }, pollMs)
  timer.unref()

  return {
    of(service) {
      const traffic = known.get(service)
      return traffic && traffic.declared === declaredRelease(service) ? traffic : undefined
    },
    sync,
    async stop() {
      isStopped = true
      clearInterval(timer)
      await unlisten?.().catch(() => undefined)
      await running
    },
  }
}
