import { Button, Table } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useChannels, useEndSilence, useRules, useSilences, useTestChannel } from '../../api/observability.ts'
import { none } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

const rulesExample = `alerts:
  rules:
    spending:
      metric: slipway_cost_usd_total
      measure: increase
      over: 1h
      by: [service]
      above: 5
      severity: page`

const channelsExample = `alerts:
  channels:
    team: { kind: slack, url: { env: SLACK_WEBHOOK } }`

/** Rules on metrics, with what each says now. */
export function Rules() {
  return (
    <Loaded query={useRules()} height={200}>
      {rules => (
        <Panel title="Rules" isFlush>
          {rules.length === 0 ? (
            <Empty icon="sliders" title="No rules yet" command={rulesExample}>
              Any metric can be watched, cost included.
            </Empty>
          ) : (
            <div className="scroll-x">
              <Table className="rows stacking">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Rule</Table.Th>
                    <Table.Th>Metric</Table.Th>
                    <Table.Th ta="right">Threshold</Table.Th>
                    <Table.Th ta="right">Now</Table.Th>
                    <Table.Th>Severity</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {rules.map(rule => (
                    <Table.Tr key={rule.name}>
                      <Table.Td data-label="Rule">
                        <b>{rule.name}</b>
                      </Table.Td>
                      <Table.Td data-label="Metric">
                        <code>{String(rule.query['metric'])}</code>
                        <div className="quiet">over {String(rule.query['over'])}</div>
                      </Table.Td>
                      <Table.Td data-label="Threshold" ta="right">
                        {rule.comparison} {rule.threshold}
                        {rule.for !== null && <div className="quiet">for {rule.for}</div>}
                      </Table.Td>
                      <Table.Td data-label="Now" ta="right">
                        {rule.now.length === 0
                          ? none
                          : rule.now.slice(0, 5).map(({ labels, value }) => (
                              <div key={JSON.stringify(labels)}>
                                <span className="quiet">{Object.values(labels).join(' · ')}</span>{' '}
                                {Number(value.toPrecision(3))}
                              </div>
                            ))}
                      </Table.Td>
                      <Table.Td data-label="Severity">
                        <b className="severity" data-severity={rule.severity}>
                          {rule.severity}
                        </b>
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </div>
          )}
        </Panel>
      )}
    </Loaded>
  )
}

/** Where alerts are sent, whether that works, and a button to try it. */
export function Channels({ mayTest }: { readonly mayTest: boolean }) {
  const test = useTestChannel()
  return (
    <Loaded query={useChannels()} height={160}>
      {channels => (
        <Panel title="Channels" isFlush>
          {channels.length === 0 ? (
            <Empty icon="send" title="Nobody is told" command={channelsExample}>
              Alerts stay on this page until a channel is declared: webhook, Slack, PagerDuty or e-mail.
            </Empty>
          ) : (
            <div className="scroll-x">
              <Table className="rows stacking">
                <Table.Tbody>
                  {channels.map(channel => (
                    <Table.Tr key={channel.name}>
                      <Table.Td data-label="Channel">
                        <b>{channel.name}</b> <span className="quiet">{channel.kind}</span>
                      </Table.Td>
                      <Table.Td data-label="Last sent">
                        {channel.last_sent_at === null ? (
                          <span className="quiet">nothing sent yet</span>
                        ) : (
                          <>
                            sent <TimeAgo iso={channel.last_sent_at} />
                          </>
                        )}
                        {channel.waiting > 0 && ` · ${channel.waiting} waiting`}
                        {channel.last_error !== null && (
                          <div className="problem-line">{channel.last_error}</div>
                        )}
                      </Table.Td>
                      <Table.Td ta="right">
                        {mayTest && (
                          <Button
                            size="compact-sm"
                            variant="default"
                            loading={test.isPending && test.variables === channel.name}
                            onClick={() =>
                              test.mutate(channel.name, {
                                onSuccess: ({ is_sent: isSent, problem }) =>
                                  notifications.show({
                                    message: isSent
                                      ? `The test got through ${channel.name}`
                                      : `It did not get through ${channel.name}: ${problem ?? ''}`,
                                    color: isSent ? 'green' : 'red',
                                  }),
                              })
                            }
                          >
                            Send a test
                          </Button>
                        )}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </div>
          )}
        </Panel>
      )}
    </Loaded>
  )
}

/** What is not sent, by whom and why; those that hold first. */
export function Silences({ mayEnd }: { readonly mayEnd: boolean }) {
  const end = useEndSilence()
  return (
    <Loaded query={useSilences()} height={120}>
      {silences =>
        silences.length === 0 ? null : (
          <Panel title="Silences" isFlush>
            <div className="scroll-x">
              <Table className="rows stacking">
                <Table.Tbody>
                  {silences.map(silence => (
                    <Table.Tr key={silence.id} data-over={!silence.is_active}>
                      <Table.Td data-label="Alerts with">
                        {Object.entries(silence.matchers).map(([name, value]) => (
                          <code key={name} className="label-pair">
                            {name}={value}
                          </code>
                        ))}
                        <div className="quiet">
                          {silence.reason} · {silence.created_by}
                        </div>
                      </Table.Td>
                      <Table.Td data-label="Until">
                        {silence.is_active ? (
                          <>
                            ends <TimeAgo iso={silence.ends_at} />
                          </>
                        ) : (
                          <span className="quiet">
                            over <TimeAgo iso={silence.ends_at} />
                          </span>
                        )}
                      </Table.Td>
                      <Table.Td ta="right">
                        {mayEnd && silence.is_active && (
                          <Button
                            size="compact-sm"
                            variant="default"
                            loading={end.isPending && end.variables === silence.id}
                            onClick={() => end.mutate(silence.id)}
                          >
                            End it
                          </Button>
                        )}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </div>
          </Panel>
        )
      }
    </Loaded>
  )
}
