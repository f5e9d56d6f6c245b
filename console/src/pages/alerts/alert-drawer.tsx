import { Button, Drawer, Group, Stack, Table } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useAcknowledge, useAlert } from '../../api/observability.ts'
import { isRecord } from '../../api/request.ts'
import type { AlertDetail } from '../../api/types.ts'
import { formatExact } from '../../format/time.ts'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Prose } from '../../parts/prose.tsx'
import { Status } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useHref } from '../../routing/scope.ts'
import { BurnTable, type Burn } from '../slos/burn-table.tsx'

interface Props {
  readonly mayAct: { readonly acknowledge: boolean; readonly silence: boolean }
  readonly onSilence: (alert: AlertDetail) => void
}

/** One alert: what is so, the numbers behind it, where to look, and what happened to it. */
export function AlertDrawer(
  props: Props & { readonly id: string | undefined; readonly onClose: () => void },
) {
  return (
    <Drawer.Root opened={props.id !== undefined} onClose={props.onClose} position="right" size={760}>
      <Drawer.Overlay backgroundOpacity={0.2} />
      <Drawer.Content aria-label="Alert">
        <Drawer.Header className="drawer-head">
          <Drawer.Title tabIndex={-1} data-autofocus>
            Alert
          </Drawer.Title>
          <Drawer.CloseButton aria-label="Close alert" />
        </Drawer.Header>
        <Drawer.Body>{props.id !== undefined && <Detail {...props} id={props.id} />}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}

function Detail({ id, mayAct, onSilence }: Props & { readonly id: string }) {
  const acknowledge = useAcknowledge()
  return (
    <Loaded query={useAlert(id)} height={500}>
      {alert => (
        <Stack gap="lg" pt="md">
          <p className="alert-summary">
            <Prose text={alert.summary} />
          </p>
          {acknowledge.error && <Problem error={acknowledge.error} />}
          <Group gap="xs">
            {mayAct.acknowledge && alert.state === 'firing' && (
              <Button
                loading={acknowledge.isPending}
                onClick={() =>
                  acknowledge.mutate(alert.id, {
                    onSuccess: () => notifications.show({ message: 'You have it: it is not said again' }),
                  })
                }
              >
                Acknowledge
              </Button>
            )}
            {mayAct.silence && alert.state !== 'resolved' && (
              <Button variant="default" onClick={() => onSilence(alert)}>
                Silence
              </Button>
            )}
            {alert.runbook !== null && (
              <Button variant="default" component="a" href={alert.runbook} target="_blank" rel="noreferrer">
                Runbook
              </Button>
            )}
          </Group>
          <Facts>
            <Fact name="State">
              <Status state={alert.state} />
              {alert.muted_by !== null && <span className="quiet"> not sent: {alert.muted_by}</span>}
            </Fact>
            <Fact name="Severity">
              <b className="severity" data-severity={alert.severity}>
                {alert.severity}
              </b>
            </Fact>
            <Fact name="Number">
              {Number(alert.value.toPrecision(4))}, threshold {Number(alert.threshold.toPrecision(4))}
            </Fact>
            <Fact name="Labels">
              {Object.entries(alert.labels).map(([name, value]) => (
                <code key={name} className="label-pair">
                  {name}={value}
                </code>
              ))}
            </Fact>
            <Origin labels={alert.labels} />
            <Fact name="Last true">
              <TimeAgo iso={alert.last_true_at} />
            </Fact>
          </Facts>
          <Evidence alert={alert} />
          <History alert={alert} />
        </Stack>
      )}
    </Loaded>
  )
}

/** What watches, where it is more than a rule: there are its evidence over time, what differs, and what can be done. */
function Origin({ labels }: Pick<AlertDetail, 'labels'>) {
  const href = useHref()
  const { monitor, rollout } = labels
  if (monitor !== undefined)
    return (
      <Fact name="Raised by">
        <a href={href(`/monitors/${encodeURIComponent(monitor)}`)}>monitor {monitor}</a>
      </Fact>
    )
  if (rollout === undefined) return null
  return (
    <Fact name="Raised by">
      <a href={href(`/rollouts/${rollout}`)}>a rollout</a>
    </Fact>
  )
}

function Evidence({ alert }: { readonly alert: AlertDetail }) {
  const href = useHref()
  const { burns, inferences, ...others } = alert.evidence
  const ids = (Array.isArray(inferences) ? (inferences as unknown[]) : []).flatMap(one => {
    const id = isRecord(one) ? one['id'] : one
    return typeof id === 'string' ? [id] : []
  })
  return (
    <section aria-label="Evidence">
      <h3>Evidence</h3>
      {Array.isArray(burns) && burns.every(isRecord) && <BurnTable burns={burns as unknown as Burn[]} />}
      {ids.length > 0 && (
        <>
          <p className="quiet">The last that were bad:</p>
          <ul>
            {ids.map(id => (
              <li key={id}>
                <a href={href(`/inferences/${id}`)}>
                  <code>{id}</code>
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
      <Facts>
        {Object.entries(others).map(([name, value]) => (
          <Fact key={name} name={name.replaceAll('_', ' ')}>
            <EvidenceValue value={value} />
          </Fact>
        ))}
      </Facts>
    </section>
  )
}

/** Things within things are there for who wants them, and do not bury the rest. */
function EvidenceValue({ value }: { readonly value: unknown }) {
  if (typeof value === 'string') return <Prose text={value} />
  if (typeof value !== 'object' || value === null) return <code>{JSON.stringify(value)}</code>
  return (
    <details>
      <summary>
        {isRecord(value) && typeof value['in_words'] === 'string' ? value['in_words'] : 'in full'}
      </summary>
      <code className="evidence-json">{JSON.stringify(value, undefined, 2)}</code>
    </details>
  )
}

function History({ alert }: { readonly alert: AlertDetail }) {
  return (
    <section aria-label="What happened">
      <h3>What happened</h3>
      <Table className="rows">
        <Table.Tbody>
          {alert.events.map(event => (
            <Table.Tr key={`${event.at} ${event.kind}`}>
              <Table.Td w={230} className="quiet">
                {formatExact(event.at)}
              </Table.Td>
              <Table.Td w={120}>{event.kind.replaceAll('_', ' ')}</Table.Td>
              <Table.Td>
                {event.actor !== null && <b>{event.actor} </b>}
                {event.kind === 'fired' || event.kind === 'opened' || event.kind === 'resolved'
                  ? ''
                  : event.note}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}
