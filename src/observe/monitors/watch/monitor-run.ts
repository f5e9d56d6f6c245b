import { type DetectorPromise, hashText } from '../../../foundation/statistics/index.ts'
import { binOf, shownOf } from '../reference/histogram.ts'
import { createPositioner, type Position, valueOf } from '../reference/position.ts'
import type { DetectorReference, Slicing, StreamReference } from '../reference/reference.ts'
import type { StoredReference } from '../state-store.ts'
import { type Measure, measureInference, measureOpinion, type TextFeatures } from '../streams/measure.ts'
import type { SeenBase, SeenInference, SeenOpinion } from '../streams/seen.ts'
import type { DeclaredMonitor, DeclaredStream } from './declared-monitor.ts'
import { createRun, type DetectorRun, type RunAlarm } from './detector-run.ts'
import type { MonitorState, OpenAlarm, StreamState } from './monitor-state.ts'

/** What happened to a detector while values were taken. */
export type RunEvent =
  | {
      readonly kind: 'raised'
      readonly stream: DeclaredStream
      readonly reference: StreamReference
      readonly detector: DetectorReference
      readonly alarm: RunAlarm
      /** Where it had been raised before and was not over. */
      readonly open: OpenAlarm | undefined
      readonly id: string
    }
  | { readonly kind: 'ended'; readonly id: string }

export interface MadeMean {
  readonly stream: string
  readonly detector: string
  readonly timeMs: number
  readonly level: number
  readonly count: number
  readonly valueSum: number
  readonly referenceSum: number
}

export interface DetectorLevel {
  readonly stream: string
  readonly detector: DetectorReference
  /** The evidence, as a share of what raises an alarm. */
  readonly level: number
  /** Means since it began. */
  readonly means: number
  readonly alarm: string | undefined
}

interface Watching {
  readonly reference: DetectorReference
  readonly run: DetectorRun
  alarm: OpenAlarm | undefined
}

interface StreamRun {
  readonly declared: DeclaredStream
  readonly stored: StoredReference
  readonly position: (measure: Measure, id: string) => Position | undefined
  readonly whole: readonly Watching[]
  /** By `by=value`. */
  readonly slices: ReadonlyMap<string, readonly Watching[]>
  readonly slicings: readonly Slicing[]
  readonly all: readonly Watching[]
  now: number[]
  seen: number
  incomparable: number
  lastSeenMs: number
}

export interface MonitorRun {
  readonly declared: DeclaredMonitor
  /** How many detectors share the run length. */
  readonly sharing: number
  /** Streams that have a reference. */
  readonly watched: ReadonlySet<string>
  takeInference(seen: SeenInference, texts: TextFeatures | undefined): void
  takeOpinion(seen: SeenOpinion, texts: TextFeatures | undefined): void
  /** What has come of it since it was last asked. */
  drain(): { readonly events: readonly RunEvent[]; readonly means: readonly MadeMean[] }
  /** Where each detector is. */
  levels(): readonly DetectorLevel[]
  /** How many values it has taken since it was last asked. */
  takeCount(): number
  state(): MonitorState
}

const quietFactor = 3
const leastQuietMeans = 5
/** Of what is shown of now, half is forgotten whenever there is so much of it. */
const mostNow = 1_000

/** How many detectors share the run length of a monitor: all but those that are held against an evaluation, which have a promise of their own. */
function countDetectors(references: readonly Pick<StoredReference, 'reference'>[]): number {
  return references.reduce(
    (sum, { reference }) => sum + (isEvaluation(reference) ? 0 : reference.detectors.length),
    0,
  )
}

function isEvaluation({ origin }: StreamReference): boolean {
  return origin?.kind === 'evaluation'
}

/** How often a detector of a stream is wrong; `detectors` share the run length. */
export function promiseOf(
  declared: DeclaredMonitor,
  stream: DeclaredStream,
  { origin }: StreamReference,
  detectors: number,
): DetectorPromise {
  // the other half is what the run may not have shown
  return origin?.kind === 'evaluation'
    ? { falseAlarm: origin.falseAlarm / 2 }
    : {
        averageRunLength: runLengthOf(declared, stream, detectors),
        form: declared.config.form,
      }
}

/** The run length of one detector in means: K detectors of run length K·A together raise a false alarm every A inferences at most. */
function runLengthOf(declared: DeclaredMonitor, stream: DeclaredStream, detectors: number): number {
  return Math.max(2, (declared.config.runLength * detectors) / stream.batch)
}

/** All detectors of one monitor, in memory. `createAlarmId` names alarms. */
export function createMonitorRun(
  declared: DeclaredMonitor,
  references: readonly StoredReference[],
  before: MonitorState,
  createAlarmId: () => string,
): MonitorRun {
  const usable = references.filter(({ stream, declaredHash }) =>
    declared.streams.some(({ name, hash }) => name === stream && hash === declaredHash),
  )
  const detectors = countDetectors(usable)
  const streams = declared.streams.flatMap(stream => {
    const stored = usable.find(one => one.stream === stream.name)
    return stored ? [openStream(stream, stored)] : []
  })
  const topics = streams.find(({ declared: { config: one } }) => one.kind === 'input-topic')
  let events: RunEvent[] = []
  let means: MadeMean[] = []
  let values = 0

  function openStream(stream: DeclaredStream, stored: StoredReference): StreamRun {
    const { reference } = stored
    const found = before.streams[stream.name]
    const state = found?.takenAt === stored.takenAt.toISOString() ? found : undefined
    const all = reference.detectors.map((one): Watching => {
      const kept = state?.detectors[one.name]
      const run = createRun(
        one,
        {
          strata: reference.strata,
          batchSize: stream.batch,
          promise: promiseOf(declared, stream, reference, detectors),
        },
        kept?.run,
      )
      return { reference: one, run, alarm: kept?.alarm }
    })
    const sliced = all.filter(({ reference: { slice } }) => slice)
    return {
      declared: stream,
      stored,
      position: createPositioner(stream.config.kind, reference.learned),
      whole: all.filter(({ reference: { slice } }) => !slice),
      slices: Map.groupBy(sliced, ({ reference: { slice } }) => `${slice?.by}=${slice?.value}`),
      slicings: [...new Set(sliced.flatMap(({ reference: { slice } }) => (slice ? [slice.by] : [])))],
      all,
      now: [...(state?.now ?? [])],
      seen: state?.seen ?? 0,
      incomparable: state?.incomparable ?? 0,
      lastSeenMs: state?.lastSeenMs ?? 0,
    }
  }

  function take(
    stream: StreamRun,
    seen: SeenBase,
    measure: Measure | undefined,
    texts: TextFeatures | undefined,
  ): void {
    const { reference } = stream.stored
    // what belongs to the reference is not held against it
    if (measure === undefined || seen.timeMs < reference.untilMs) return
    const { origin } = reference
    // what an evaluation says of one release it says of no other
    if (origin?.kind === 'evaluation' && seen.release !== origin.release) {
      stream.incomparable += 1
      return
    }
    const position = stream.position(measure, seen.id)
    if (position === undefined) return
    values += 1
    stream.seen += 1
    stream.lastSeenMs = Math.max(stream.lastSeenMs, seen.timeMs)
    countNow(stream, measure, position)
    for (const watching of stream.whole) observe(stream, watching, position, seen)
    for (const by of stream.slicings) {
      const value = sliceOf(by, seen, texts)
      if (value === undefined) continue
      for (const watching of stream.slices.get(`${by}=${value}`) ?? [])
        observe(stream, watching, position, seen)
    }
  }

  function observe(stream: StreamRun, watching: Watching, position: Position, seen: SeenBase): void {
    const { run, reference } = watching
    const value = valueOf(reference, position)
    const meansBefore = run.means
    const alarm = run.observe(value, seen.timeMs, seen.id)
    if (alarm) {
      const open = watching.alarm
      const id = open?.id ?? createAlarmId()
      watching.alarm = { id, quietMeans: Math.max(leastQuietMeans, quietFactor * alarm.means) }
      events.push({
        kind: 'raised',
        stream: stream.declared,
        reference: stream.stored.reference,
        detector: reference,
        alarm,
        open,
        id,
      })
    }
    if (!alarm && run.means === meansBefore) return
    means.push({
      stream: stream.declared.name,
      detector: reference.name,
      timeMs: seen.timeMs,
      level: alarm ? 1 : run.level,
      ...run.lastMean,
    })
    if (alarm || !watching.alarm || run.means < watching.alarm.quietMeans) return
    events.push({ kind: 'ended', id: watching.alarm.id })
    watching.alarm = undefined
  }

  function sliceOf(by: Slicing, seen: SeenBase, texts: TextFeatures | undefined): string | undefined {
    if (by === 'tenant') return seen.tenant
    if (by === 'release') return seen.release
    if (by === 'arm') return seen.arm
    if (by === 'language') return texts?.language
    const topic = texts?.vector && topics?.position(texts.vector, seen.id)
    return topic === undefined ? undefined : String(topic)
  }

  return {
    declared,
    sharing: detectors,
    watched: new Set(streams.map(stream => stream.declared.name)),
    takeInference: (seen, texts) => {
      const looked = texts && isLookedAt(seen.id, declared) ? texts : undefined
      for (const stream of streams)
        take(stream, seen, measureInference(stream.declared.config, seen, looked, declared.features), looked)
    },
    takeOpinion: (seen, texts) => {
      for (const stream of streams) {
        const measure = measureOpinion(stream.declared.config, seen)
        if (measure !== undefined && seen.judgeHash !== stream.stored.reference.judgeHash)
          stream.incomparable += 1
        else take(stream, seen, measure, texts)
      }
    },
    drain: () => {
      const drained = { events, means }
      events = []
      means = []
      return drained
    },
    levels: () =>
      streams.flatMap(({ declared: { name }, all }) =>
        all.map(({ reference, run, alarm }) => ({
          stream: name,
          detector: reference,
          level: run.level,
          means: run.means,
          alarm: alarm?.id,
        })),
      ),
    takeCount: () => {
      const count = values
      values = 0
      return count
    },
    state: () => ({
      streams: Object.fromEntries(
        streams.map((stream): [string, StreamState] => [
          stream.declared.name,
          {
            takenAt: stream.stored.takenAt.toISOString(),
            detectors: Object.fromEntries(
              stream.all.map(({ reference, run, alarm }) => [
                reference.name,
                { run: run.state(), ...(alarm && { alarm }) },
              ]),
            ),
            now: stream.now,
            seen: stream.seen,
            incomparable: stream.incomparable,
            lastSeenMs: stream.lastSeenMs,
          },
        ]),
      ),
    }),
  }
}

/** Decided by the id alone, so that it is the same wherever and however often it is asked. */
export function isLookedAt(id: string, { config }: Pick<DeclaredMonitor, 'config'>): boolean {
  return (hashText(`texts ${id}`) / 2 ** 32) * 100 < config.textPercent
}

function countNow(stream: StreamRun, measure: Measure, position: Position): void {
  const { histogram } = stream.stored.reference
  const shown = shownOf(stream.declared.config.kind, measure, position)
  const bin =
    typeof shown === 'number'
      ? binOf(histogram.edges ?? [], shown)
      : (histogram.categories ?? []).indexOf(shown)
  if (stream.now.length !== histogram.counts.length) stream.now = histogram.counts.map(() => 0)
  if (bin < 0) return
  stream.now[bin] = (stream.now[bin] ?? 0) + 1
  if (stream.now.reduce((sum, count) => sum + count, 0) >= mostNow)
    stream.now = stream.now.map(count => count / 2)
}
