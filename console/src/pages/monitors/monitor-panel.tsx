import { Table } from '@mantine/core'
import { useMonitorAlarms } from '../../api/observability.ts'
import type { Monitor, MonitorAlarm } from '../../api/types.ts'
import { formatCount } from '../../format/number.ts'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { Prose } from '../../parts/prose.tsx'
import { type Tone, ToneMark } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { StreamDetail } from './stream-detail.tsx'

const tones: Readonly<Record<Monitor['state'], Tone>> = {
  learning: 'accent',
  watching: 'good',
  alarm: 'bad',
  paused: 'idle',
}

/** One monitor: its streams with their evidence, and in whole also how they went and what was found. */
export function MonitorPanel({ monitor, isWhole }: { readonly monitor: Monitor; readonly isWhole: boolean }) {
  const { streams, false_alarms_per_year: falseAlarms } = monitor
  return (
    <>
      <Panel
        title={isWhole ? 'Streams' : monitor.name}
        side={<ToneMark tone={tones[monitor.state]}>{monitor.state}</ToneMark>}
      >
        <p className="quiet">
          Watches {monitor.service} with {formatCount(monitor.detectors)} detectors.{' '}
          {falseAlarms === null
            ? 'How often it is wrong depends on traffic that has not come yet.'
            : `At most ${Number(falseAlarms.toPrecision(2))} false alarms a year are to be expected at the traffic of the last week.`}{' '}
          {!isWhole && <a href={`/monitors/${encodeURIComponent(monitor.name)}`}>Evidence and alarms</a>}
        </p>
        <div className="scroll-x">
          <Table className="rows">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Stream</Table.Th>
                <Table.Th>Watches</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th ta="right">Evidence</Table.Th>
                <Table.Th ta="right">Values</Table.Th>
                <Table.Th>Held against</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {streams.map(stream => (
                <Table.Tr key={stream.name}>
                  <Table.Td>{stream.name}</Table.Td>
                  <Table.Td>{stream.kind}</Table.Td>
                  <Table.Td>
                    <ToneMark tone={tones[stream.state]}>{stream.state}</ToneMark>
                  </Table.Td>
                  <Table.Td ta="right">
                    {stream.level === null ? '–' : `${(stream.level * 100).toFixed(1)} %`}
                  </Table.Td>
                  <Table.Td ta="right">{formatCount(stream.seen)}</Table.Td>
                  <Table.Td className="monitor-reference">
                    {stream.reference?.in_words ?? stream.waiting_for ?? 'nothing yet'}
                    {[stream.reference?.newer_run?.in_words, stream.reference?.unlike_judge].map(
                      said =>
                        typeof said === 'string' && (
                          <p key={said} className="quiet">
                            <Prose text={said} />
                          </p>
                        ),
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      </Panel>
      {isWhole && <Alarms name={monitor.name} />}
      {isWhole &&
        streams.map(stream => <StreamDetail key={stream.name} monitor={monitor.name} stream={stream} />)}
    </>
  )
}

function Alarms({ name }: { readonly name: string }) {
  const alarms = useMonitorAlarms(name)
  return (
    <Panel title="Alarms">
      <Loaded query={alarms} height={120}>
        {found =>
          found.length === 0 ? (
            <p className="quiet">It has found nothing.</p>
          ) : (
            <ul className="monitor-alarms">
              {found.map(alarm => (
                <Alarm key={alarm.id} alarm={alarm} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  )
}

function Alarm({ alarm }: { readonly alarm: MonitorAlarm }) {
  const inferences = alarm.evidence['inferences'] as readonly { readonly id: string }[] | undefined
  const report = (alarm.report as { readonly drift_report?: string } | null)?.drift_report
  return (
    <li>
      <p>
        <ToneMark tone={alarm.ended_at === null ? 'bad' : 'idle'}>
          {alarm.ended_at === null ? 'open' : (alarm.ended_because ?? 'over')}
        </ToneMark>{' '}
        <Prose text={alarm.summary} />
      </p>
      <p className="quiet">
        Raised <TimeAgo iso={alarm.raised_at} />
        {alarm.raises > 1 && `, ${alarm.raises} times`}.{' '}
        {report !== undefined && <a href={`/drift/${report}`}>What differs</a>}{' '}
        {(inferences ?? []).slice(0, 3).map(({ id }, index) => (
          <a key={id} href={`/inferences/${id}`}>
            Example {index + 1}{' '}
          </a>
        ))}
      </p>
    </li>
  )
}
