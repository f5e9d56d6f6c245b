import { secondsOf } from '../../../foundation/config/index.ts'
import type { Queryable } from '../../../foundation/platform/index.ts'
import { createPositioner } from '../reference/position.ts'
import type { StreamReference } from '../reference/reference.ts'
import type { Missing, ReferencePorts } from '../reference/reference-ports.ts'
import type { StoredMonitor, StoredReference } from '../state-store.ts'
import type { DeclaredMonitor, DeclaredStream } from './declared-monitor.ts'
import type { TextPorts } from './read-features.ts'
import { createDatasetTaker } from './take-dataset.ts'
import { takeEvaluation } from './take-evaluation.ts'
import { createTrafficTaker, type TopicOf } from './take-traffic.ts'

export interface TakenReferences {
  readonly taken: readonly StoredReference[]
  /** Why streams have none, by their names. */
  readonly waiting: Readonly<Record<string, string>>
}

/** Takes the references of streams that have none, where there are any to be had; topics come first, since slices may go by them. */
export async function takeReferences(
  queryable: Queryable,
  ports: TextPorts & ReferencePorts,
  declared: DeclaredMonitor,
  wanted: {
    readonly streams: readonly DeclaredStream[]
    readonly stored: Pick<StoredMonitor, 'referenceFrom' | 'referenceUntil'>
    readonly known: readonly StoredReference[]
    readonly nowMs: number
    readonly signal: AbortSignal
  },
): Promise<TakenReferences> {
  const { config } = declared
  const { streams, stored, nowMs, signal } = wanted
  const untilMs = stored.referenceUntil?.getTime() ?? nowMs
  const fromMs = stored.referenceFrom?.getTime() ?? untilMs - secondsOf(config.reference.window) * 1_000
  const traffic = createTrafficTaker(queryable, ports, declared, { fromMs, untilMs }, signal)
  const datasets = createDatasetTaker(ports, declared, signal)
  const taken: StoredReference[] = []
  const waiting: Record<string, string> = {}

  async function take(stream: DeclaredStream): Promise<StreamReference | Missing> {
    const origin = 'reference' in stream.config ? stream.config.reference : undefined
    const topicOf = config.slices.includes('topic')
      ? readTopics(declared, [...taken, ...wanted.known])
      : undefined
    if (!origin) return await traffic.take(stream, topicOf)
    return 'evaluation' in origin
      ? await takeEvaluation(ports, config.service, stream, origin)
      : await datasets.take(stream, origin, topicOf)
  }

  for (const stream of streams.toSorted((left, right) => topicsFirst(right) - topicsFirst(left))) {
    const found = await take(stream)
    if ('missing' in found) waiting[stream.name] = found.missing
    else
      taken.push({
        stream: stream.name,
        declaredHash: stream.hash,
        takenAt: new Date(nowMs),
        reference: found,
      })
  }
  return { taken, waiting }
}

function readTopics(
  { streams }: DeclaredMonitor,
  references: readonly StoredReference[],
): TopicOf | undefined {
  const topics = streams.find(({ config: { kind } }) => kind === 'input-topic')
  const found = references.find(
    ({ stream, declaredHash }) => stream === topics?.name && declaredHash === topics.hash,
  )
  return found && createPositioner('input-topic', found.reference.learned)
}

const topicsFirst = ({ config }: DeclaredStream): number => Number(config.kind === 'input-topic')
