import { Button, Group, Modal, Stack, Table, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useDataKeys, useMe, useRotateDataKey, useShredDataKey } from '../../api/queries.ts'
import type { DataKey } from '../../api/types.ts'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

/** The keys that content and personal data are sealed with, by tenant and month. */
export function DataKeysPanel() {
  const keys = useDataKeys()
  const [doomed, doom] = useState<DataKey>()
  return (
    <Panel title="Keys of sealed content" isFlush>
      <Loaded query={keys} height={120}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="quiet panel-body">
              Nothing was sealed yet. Stored responses are, and values behind placeholders: say{' '}
              <code>storeContent: masked</code> for a service.
            </p>
          ) : (
            <KeyTable keys={data} onShred={doom} />
          )
        }
      </Loaded>
      <ShredDialog doomed={doomed} onClose={() => doom(undefined)} />
    </Panel>
  )
}

function KeyTable(props: { readonly keys: readonly DataKey[]; readonly onShred: (key: DataKey) => void }) {
  const permissions = useMe().data?.permissions ?? []
  const rotate = useRotateDataKey()
  const newest = newestOf(props.keys)
  return (
    <div className="scroll-x">
      {rotate.error && <Problem error={rotate.error} />}
      <Table className="rows stacking">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Tenant</Table.Th>
            <Table.Th>Seals</Table.Th>
            <Table.Th>Month</Table.Th>
            <Table.Th>Made</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th aria-label="Actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.keys.map(key => {
            const name = `${key.tenant}, ${key.purpose}, ${monthOf(key)}`
            return (
              <Table.Tr key={key.id}>
                <Table.Td data-label="Tenant">{key.tenant}</Table.Td>
                <Table.Td data-label="Seals">
                  {key.purpose === 'content' ? 'stored responses, reviews' : 'values behind placeholders'}
                </Table.Td>
                <Table.Td data-label="Month">{monthOf(key)}</Table.Td>
                <Table.Td data-label="Made">
                  <TimeAgo iso={key.created_at} />
                </Table.Td>
                <Table.Td data-label="State">
                  {key.shredded_at === null ? (
                    newest.has(key.id) ? (
                      'seals and opens'
                    ) : (
                      'opens'
                    )
                  ) : (
                    <>
                      shredded <TimeAgo iso={key.shredded_at} />
                    </>
                  )}
                </Table.Td>
                <Table.Td>
                  <Group gap="xs" justify="flex-end" wrap="nowrap">
                    {newest.has(key.id) && permissions.includes('privacy-key:rotate') && (
                      <Button
                        size="compact-sm"
                        variant="default"
                        loading={rotate.isPending && rotate.variables.tenant === key.tenant}
                        aria-label={`Rotate ${name}`}
                        onClick={() =>
                          rotate.mutate(
                            { tenant: key.tenant, purpose: key.purpose },
                            {
                              onSuccess: () => notifications.show({ message: `${key.tenant} has a new key` }),
                            },
                          )
                        }
                      >
                        Rotate
                      </Button>
                    )}
                    {key.shredded_at === null && permissions.includes('privacy-key:shred') && (
                      <Button
                        size="compact-sm"
                        variant="default"
                        color="red"
                        aria-label={`Shred ${name}`}
                        onClick={() => props.onShred(key)}
                      >
                        Shred…
                      </Button>
                    )}
                  </Group>
                </Table.Td>
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
    </div>
  )
}

/** Names what is lost, and wants the tenant's name before it does it. */
function ShredDialog(props: { readonly doomed: DataKey | undefined; readonly onClose: () => void }) {
  const { doomed, onClose } = props
  const shred = useShredDataKey()
  const [typed, type] = useState('')
  const close = () => {
    shred.reset()
    type('')
    onClose()
  }
  return (
    <Modal
      opened={doomed !== undefined}
      onClose={close}
      title="Shred this key?"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {doomed && (
        <Stack gap="md">
          <p>
            {doomed.purpose === 'content' ? 'Every stored response' : 'Every value behind a placeholder'} of{' '}
            <b>{doomed.tenant}</b> that was sealed with the key of {monthOf(doomed)} can never be read again,
            by anybody. This cannot be taken back.
          </p>
          <TextInput
            label={`Type ${doomed.tenant} to go on`}
            value={typed}
            onChange={event => type(event.currentTarget.value)}
            data-autofocus
          />
          {shred.error && <Problem error={shred.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Keep it
            </Button>
            <Button
              color="red"
              loading={shred.isPending}
              disabled={typed !== doomed.tenant}
              onClick={() =>
                shred.mutate(doomed.id, {
                  onSuccess: () => {
                    notifications.show({ message: 'The key is destroyed' })
                    close()
                  },
                })
              }
            >
              Shred key
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}

/** Of each tenant and purpose the key that seals now: they come newest first. */
function newestOf(keys: readonly DataKey[]): ReadonlySet<string> {
  const newest = new Map<string, string>()
  for (const { id, tenant, purpose, shredded_at } of keys) {
    const place = `${purpose} ${tenant}`
    if (shredded_at === null && !newest.has(place)) newest.set(place, id)
  }
  return new Set(newest.values())
}

function monthOf({ period, generation }: DataKey): string {
  return generation === 0 ? period : `${period} #${generation + 1}`
}
