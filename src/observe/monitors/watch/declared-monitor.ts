import { createHash } from 'node:crypto'
import {
  type ConfigSnapshot,
  judgeHash,
  type MonitorConfig,
  type StreamConfig,
} from '../../../foundation/config/index.ts'
import { canonicalJson } from '../../../foundation/platform/index.ts'
import { featuresOfStream, type FeatureName } from '../streams/measure.ts'

export interface DeclaredStream {
  readonly name: string
  readonly config: StreamConfig
  readonly effect: number
  readonly batch: number
  /** What the judge goes by now, of a stream of scores. */
  readonly judgeHash: string | undefined
  /** Of all that a reference depends on. */
  readonly hash: string
}

/** A monitor of the configuration that is in force. */
export interface DeclaredMonitor {
  readonly name: string
  readonly config: MonitorConfig
  readonly streams: readonly DeclaredStream[]
  /** What it looks at in texts. */
  readonly features: ReadonlySet<FeatureName>
  /** The service that makes vectors of its texts; `undefined` makes them here. */
  readonly embedder: string | undefined
}

export function declaredMonitors({ config }: Pick<ConfigSnapshot, 'config'>): DeclaredMonitor[] {
  return Object.entries(config.monitors).map(([name, monitor]) => {
    const service = config.services[monitor.service]
    const embedder = service?.cache?.semantic?.embedder
    const streams = Object.entries(monitor.streams).map(([stream, one]): DeclaredStream => {
      const effect = one.effect ?? monitor.effect
      const judge = one.kind === 'score' ? config.judges[one.judge] : undefined
      const hashed = one.kind === 'score' && judge ? judgeHash(one.judge, judge) : undefined
      const isEmbedded = featuresOfStream(one).includes('vector')
      const decides = {
        service: monitor.service,
        stream: { ...one, batch: undefined, effect },
        judge: hashed,
        strata: monitor.strata,
        slices: monitor.slices,
        mostSlices: monitor.mostSlices,
        embedder: isEmbedded ? (embedder ?? null) : undefined,
      }
      return {
        name: stream,
        config: one,
        effect,
        batch: one.batch ?? monitor.batch,
        judgeHash: hashed,
        hash: createHash('sha256').update(canonicalJson(decides)).digest('hex').slice(0, 24),
      }
    })
    const features = new Set<FeatureName>(streams.flatMap(({ config: one }) => featuresOfStream(one)))
    if (monitor.slices.includes('language')) features.add('language')
    if (service?.storeContent === false) features.clear()
    return { name, config: monitor, streams, features, embedder }
  })
}
