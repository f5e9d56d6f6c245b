import type { MonitorAlarm } from '../alarm-store.ts'
import { describeReference } from '../reference/describe-reference.ts'
import type { StreamReference } from '../reference/reference.ts'
import type { DeclaredMonitor } from './declared-monitor.ts'
import { describeChange } from './describe-change.ts'
import type { RunEvent } from './monitor-run.ts'

/** An alarm with the numbers behind it: what changed, since when, by how much, and which inferences spoke for it. */
export function alarmOf(
  { name, config }: Pick<DeclaredMonitor, 'name' | 'config'>,
  { stream, detector, alarm, id, reference }: Extract<RunEvent, { kind: 'raised' }>,
): MonitorAlarm {
  const at = new Date(alarm.atMs)
  const words = describeChange(stream, detector, alarm)
  return {
    id,
    monitor: name,
    service: config.service,
    stream: stream.name,
    detector: detector.name,
    raisedAt: at,
    lastRaisedAt: at,
    raises: 1,
    sinceAt: new Date(alarm.sinceMs),
    endedAt: undefined,
    endedBecause: undefined,
    summary: `${config.service}: ${words}, since about ${new Date(alarm.sinceMs).toISOString().slice(0, 16)}Z (${alarm.values} values).${bounds(reference, stream.effect)}`,
    evidence: {
      kind: stream.config.kind,
      direction: detector.direction,
      slice: detector.slice ?? null,
      category: detector.category ?? null,
      mean: alarm.mean,
      reference_mean: alarm.reference,
      smallest_effect: detector.margin,
      values: alarm.values,
      means: alarm.means,
      batch: stream.batch,
      ...(reference.origin?.kind === 'evaluation'
        ? { false_alarm: reference.origin.falseAlarm }
        : { run_length: config.runLength, form: config.form }),
      strata: reference.strata,
      reference: {
        from: new Date(reference.fromMs).toISOString(),
        until: new Date(reference.untilMs).toISOString(),
        rows: reference.rows,
        in_words: describeReference(reference),
        ...(reference.origin && { origin: reference.origin }),
      },
      inferences: alarm.examples.map(({ id: inference, value, reference: expected }) => ({
        id: inference,
        value,
        reference: expected,
      })),
    },
    report: undefined,
    isReportDue: true,
  }
}

/** What an alarm against an evaluation says, and how often it is wrong. */
function bounds({ origin }: StreamReference, effect: number): string {
  if (origin?.kind !== 'evaluation') return ''
  const { suite, least, falseAlarm } = origin
  const plain = (value: number): string => Number(value.toPrecision(3)).toString()
  return ` The run of ${suite} has shown ${plain(least)} at least; the mean has been below ${plain(Math.max(0, least - effect))}. While neither is so, the chance that this stream ever says it is ${Number((falseAlarm * 100).toPrecision(3))} % at most.`
}
