import { Button, Table } from '@mantine/core'
import type { Key } from '../../api/types.ts'
import { Status } from '../../parts/status.tsx'
import { TimeAgo, useNow } from '../../parts/time-ago.tsx'
import { useHref } from '../../routing/scope.ts'
import { keyState } from './key-state.ts'

export function KeyTable(props: {
  readonly keys: readonly Key[]
  readonly ownId: string | undefined
  readonly mayRevoke: boolean
  readonly onRevoke: (key: Key) => void
}) {
  return (
    <div className="scroll-x">
      <Table className="rows stacking" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Key</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>Reach</Table.Th>
            <Table.Th>Last used</Table.Th>
            <Table.Th>Created</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th aria-label="Actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.keys.map(key => (
            <KeyRow
              key={key.id}
              value={key}
              isOwn={key.id === props.ownId}
              {...(props.mayRevoke && { onRevoke: () => props.onRevoke(key) })}
            />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function KeyRow(props: { readonly value: Key; readonly isOwn: boolean; readonly onRevoke?: () => void }) {
  const { value: key, isOwn, onRevoke } = props
  const href = useHref()
  const state = keyState(key, useNow())
  return (
    <Table.Tr data-state={state} className="key-row">
      <Table.Td data-label="Name">
        <a href={href(`/inferences?key_id=${encodeURIComponent(key.id)}`)} title="Its inferences">
          {key.name}
        </a>
        {isOwn && <span className="tag">this session</span>}
      </Table.Td>
      <Table.Td data-label="Key">
        <code>{key.prefix}…</code>
      </Table.Td>
      <Table.Td data-label="Role">{key.role}</Table.Td>
      <Table.Td data-label="Reach">
        {key.tenant ?? 'all tenants'}
        <div className="quiet">{key.services === null ? 'all services' : key.services.join(', ')}</div>
      </Table.Td>
      <Table.Td data-label="Last used">
        {key.last_used_at === null ? (
          <span className="quiet">never</span>
        ) : (
          <TimeAgo iso={key.last_used_at} />
        )}
      </Table.Td>
      <Table.Td data-label="Created">
        <TimeAgo iso={key.created_at} />
        <div className="quiet">by {key.created_by}</div>
      </Table.Td>
      <Table.Td data-label="State">
        <Status state={state} />
        {state === 'active' && key.expires_at !== null && (
          <div className="quiet">
            expires <TimeAgo iso={key.expires_at} />
          </div>
        )}
      </Table.Td>
      <Table.Td ta="right">
        {state === 'active' && onRevoke && (
          <Button
            variant="subtle"
            color="red"
            size="compact-sm"
            onClick={onRevoke}
            aria-label={`Revoke ${key.name}`}
          >
            Revoke
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  )
}
