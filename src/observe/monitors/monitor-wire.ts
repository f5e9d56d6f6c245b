import { z } from 'zod'
import { severities } from '../../foundation/config/index.ts'
import type { MonitorAlarm } from './alarm-store.ts'
import { describeNewer, describeReference } from './reference/describe-reference.ts'
import type { NewerEvaluation } from './reference/reference-ports.ts'
import type { Point } from './point-store.ts'
import type { StoredMonitor, StoredReference } from './state-store.ts'
import type { DeclaredMonitor, DeclaredStream } from './watch/declared-monitor.ts'
import type { DetectorLevel } from './watch/monitor-run.ts'
import { promiseOf } from './watch/monitor-run.ts'

const time = z.iso.datetime()
const name = z.string()

const detectorSchema = z.object({
  name,
  direction: z.enum(['below', 'above']),
  category: z.string().nullable(),
  slice: z.object({ by: z.string(), value: z.string() }).nullable(),
  level: z.number().describe('The evidence for a change, as a share of what raises an alarm.'),
  means: z.int().describe('Means that it has seen since it began.'),
  run_length: z
    .number()
    .nullable()
    .describe(
      'Means between two false alarms of it, on average and at least; null where `false_alarm` says how often.',
    ),
  false_alarm: z
    .number()
    .nullable()
    .describe(
      'The chance that it ever alarms wrongly, however long it looks: of scores that are held against an evaluation.',
    ),
  reference_mean: z.number().nullable(),
  smallest_effect: z.number().describe('How far beyond the reference a mean has to lie.'),
  strata: z.int().describe('How many times of the week or the day have a reference of their own.'),
  alarm: z.uuid().nullable().describe('The alarm that is not over.'),
})

const streamSchema = z.object({
  name,
  kind: z.string(),
  state: z.enum(['learning', 'watching', 'alarm']),
  level: z.number().nullable().describe('Of the detector with the most evidence.'),
  batch: z.int(),
  effect: z.number(),
  seen: z.int().describe('Values that were held against the reference.'),
  incomparable: z
    .int()
    .describe(
      'Scores that were not held against it: of a judge that goes by something else than the reference did, or of another release than was evaluated.',
    ),
  last_seen_at: time.nullable(),
  waiting_for: z.string().nullable().describe('Why it has no reference yet.'),
  reference: z
    .object({
      kind: z.enum(['traffic', 'evaluation', 'dataset']),
      in_words: z.string().describe('What it is held against.'),
      from: time,
      until: time,
      taken_at: time,
      rows: z.int(),
      newer_run: z
        .object({
          id: z.uuid(),
          ended_at: time,
          examples: z.int(),
          in_words: z.string().describe('Which it is, and how it is taken.'),
        })
        .nullable()
        .describe(
          'Of an evaluation: a newer completed run of the suite that has asked the same release. It is not taken by itself.',
        ),
      unlike_judge: z
        .string()
        .nullable()
        .describe(
          'Of an evaluation: in what its evaluator, as it was in that run, differs from the judge as it is now. It is held against it all the same.',
        ),
      histogram: z.object({
        edges: z.array(z.number()).nullable(),
        categories: z.array(z.string()).nullable(),
        reference: z.array(z.number()),
        now: z.array(z.number()).describe('Of recent values, older ones counting less.'),
      }),
      examples: z.record(z.string(), z.array(z.uuid())).nullable(),
    })
    .nullable()
    .describe('`null` while there is none; `waiting_for` says why.'),
  detectors: z.array(detectorSchema),
})

export const monitorSchema = z
  .object({
    name,
    service: z.string(),
    description: z.string().nullable(),
    severity: z.enum(severities),
    state: z.enum(['learning', 'watching', 'alarm', 'paused']),
    form: z.string(),
    run_length: z
      .number()
      .describe('Inferences between two false alarms of the whole monitor, on average and at least.'),
    false_alarms_per_year: z
      .number()
      .nullable()
      .describe('At most so many are to be expected at the rate of the last week.'),
    detectors: z.int().describe('How many there are.'),
    embedder: z.string().nullable(),
    changed_by: z.string().nullable(),
    changed_at: time.nullable(),
    moved_at: time.nullable(),
    streams: z.array(streamSchema),
  })
  .meta({ id: 'Monitor' })

export const monitorListSchema = z.object({ data: z.array(monitorSchema), next_cursor: z.null() })

export const monitorAlarmSchema = z
  .object({
    id: z.uuid(),
    monitor: name,
    service: z.string(),
    stream: name,
    detector: name,
    summary: z.string().describe('What changed, and since when.'),
    raised_at: time,
    last_raised_at: time,
    raises: z.int().describe('How often the detector, begun anew, has come to the same.'),
    since: time.describe('The estimated beginning of the change.'),
    ended_at: time.nullable(),
    ended_because: z.enum(['over', 'reset', 'reference', 'undeclared']).nullable(),
    evidence: z.record(z.string(), z.unknown()).describe('Numbers, and ids of inferences that spoke for it.'),
    report: z.unknown().describe('What explains it: `{ drift_report }` is the id of a drift report.'),
  })
  .meta({ id: 'MonitorAlarm' })

export const monitorAlarmListSchema = z.object({
  data: z.array(monitorAlarmSchema),
  next_cursor: z.string().nullable(),
})

export const streamPointsSchema = z
  .object({
    monitor: name,
    stream: name,
    detectors: z.array(
      z.object({
        name,
        points: z.array(
          z.object({
            at: time,
            level: z.number(),
            count: z.int(),
            mean: z.number(),
            reference_mean: z.number(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'MonitorStreamPoints' })

/** What is to be said of an evaluation that a stream is held against. */
export interface EvaluationView {
  /** The run that would be taken now, where it is another. */
  readonly newer: NewerEvaluation | undefined
  /** In what its evaluator differs from the judge. */
  readonly unlike: string | undefined
}

export interface MonitorView {
  readonly declared: DeclaredMonitor
  readonly stored: StoredMonitor | undefined
  readonly references: readonly StoredReference[]
  /** Of streams that are held against an evaluation. */
  readonly evaluations: ReadonlyMap<string, EvaluationView>
  readonly levels: readonly DetectorLevel[]
  /** How many detectors share the run length. */
  readonly sharing: number
  readonly falseAlarmsPerYear: number | undefined
}

export function toWireMonitor(view: MonitorView): z.output<typeof monitorSchema> {
  const { declared, stored, levels } = view
  const { config } = declared
  const streams = declared.streams.map(stream => toWireStream(view, stream))
  const state = stored?.isPaused
    ? 'paused'
    : (['alarm', 'watching'] as const).find(one => streams.some(stream => stream.state === one))
  return {
    name: declared.name,
    service: config.service,
    description: config.description ?? null,
    severity: config.severity,
    state: state ?? 'learning',
    form: config.form,
    run_length: config.runLength,
    false_alarms_per_year: view.falseAlarmsPerYear ?? null,
    detectors: levels.length,
    embedder: declared.embedder ?? null,
    changed_by: stored?.changedBy ?? null,
    changed_at: stored?.changedAt?.toISOString() ?? null,
    moved_at: stored?.movedAt?.toISOString() ?? null,
    streams,
  }
}

function toWireStream(view: MonitorView, stream: DeclaredStream): z.output<typeof streamSchema> {
  const { declared, stored, references, levels, sharing } = view
  const own = levels.filter(level => level.stream === stream.name)
  const found = own.length > 0 ? references.find(one => one.stream === stream.name) : undefined
  const kept = stored?.state.streams[stream.name]
  const state = kept && found && kept.takenAt === found.takenAt.toISOString() ? kept : undefined
  const promise = found && promiseOf(declared, stream, found.reference, sharing)
  const isAlarm = own.some(({ alarm }) => alarm !== undefined)
  return {
    name: stream.name,
    kind: stream.config.kind,
    state: found ? (isAlarm ? 'alarm' : 'watching') : 'learning',
    level: own.length === 0 ? null : Math.max(...own.map(({ level }) => level)),
    batch: stream.batch,
    effect: stream.effect,
    seen: state?.seen ?? 0,
    incomparable: state?.incomparable ?? 0,
    last_seen_at: state && state.lastSeenMs > 0 ? new Date(state.lastSeenMs).toISOString() : null,
    waiting_for: found ? null : (stored?.waiting[stream.name] ?? null),
    reference: found ? toWireReference(view, found, state?.now) : null,
    detectors: own.map(({ detector, level, means, alarm }) => ({
      name: detector.name,
      direction: detector.direction,
      category: detector.category ?? null,
      slice: detector.slice ?? null,
      level,
      means,
      run_length: promise && 'averageRunLength' in promise ? promise.averageRunLength : null,
      false_alarm: found?.reference.origin?.kind === 'evaluation' ? found.reference.origin.falseAlarm : null,
      reference_mean: detector.means['all']?.mean ?? null,
      smallest_effect: detector.margin,
      strata: Object.keys(detector.means).length - 1,
      alarm: alarm ?? null,
    })),
  }
}

function toWireReference(
  { declared, evaluations }: MonitorView,
  { stream, takenAt, reference }: StoredReference,
  now: readonly number[] | undefined,
) {
  const { histogram, origin } = reference
  const { newer: run, unlike } = evaluations.get(stream) ?? {}
  return {
    kind: reference.origin?.kind ?? ('traffic' as const),
    in_words: describeReference(reference),
    from: new Date(reference.fromMs).toISOString(),
    until: new Date(reference.untilMs).toISOString(),
    taken_at: takenAt.toISOString(),
    rows: reference.rows,
    newer_run:
      origin?.kind === 'evaluation' && run
        ? {
            id: run.run,
            ended_at: new Date(run.endedAtMs).toISOString(),
            examples: run.values.length,
            in_words: describeNewer(declared.name, stream, origin, run),
          }
        : null,
    unlike_judge: unlike ?? null,
    histogram: {
      edges: histogram.edges ? [...histogram.edges] : null,
      categories: histogram.categories ? [...histogram.categories] : null,
      reference: [...histogram.counts],
      now: now && now.length > 0 ? [...now] : histogram.counts.map(() => 0),
    },
    examples: reference.examples
      ? Object.fromEntries(Object.entries(reference.examples).map(([key, ids]) => [key, [...ids]]))
      : null,
  }
}

export function toWireAlarm(alarm: MonitorAlarm): z.output<typeof monitorAlarmSchema> {
  return {
    id: alarm.id,
    monitor: alarm.monitor,
    service: alarm.service,
    stream: alarm.stream,
    detector: alarm.detector,
    summary: alarm.summary,
    raised_at: alarm.raisedAt.toISOString(),
    last_raised_at: alarm.lastRaisedAt.toISOString(),
    raises: alarm.raises,
    since: alarm.sinceAt.toISOString(),
    ended_at: alarm.endedAt?.toISOString() ?? null,
    ended_because: alarm.endedBecause ?? null,
    evidence: alarm.evidence,
    report: alarm.report ?? null,
  }
}

export function toWirePoints(
  monitor: string,
  stream: string,
  points: readonly Point[],
): z.output<typeof streamPointsSchema> {
  return {
    monitor,
    stream,
    detectors: [...Map.groupBy(points, ({ detector }) => detector)].map(([detector, own]) => ({
      name: detector,
      points: own.map(({ atMs, level, count, valueSum, referenceSum }) => ({
        at: new Date(atMs).toISOString(),
        level,
        count,
        mean: valueSum / count,
        reference_mean: referenceSum / count,
      })),
    })),
  }
}
