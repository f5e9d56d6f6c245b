import { Button, Group, Table, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useAudit } from '../../api/queries.ts'
import type { AuditEntry } from '../../api/types.ts'
import { none } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { changeSearch, useSearch } from '../../routing/location.ts'

const fields = [
  { name: 'actor', label: 'Actor', placeholder: 'Key id' },
  { name: 'action', label: 'Action', placeholder: 'e.g. key:create' },
  { name: 'subject', label: 'Subject', placeholder: 'What it was done to' },
] as const

export function AuditPage() {
  const search = useSearch()
  const read = (name: string) => search.get(name) ?? undefined
  const filter = { actor: read('actor'), action: read('action'), subject: read('subject') }
  const isFiltered = Object.values(filter).some(value => value !== undefined)
  const audit = useAudit(filter)
  const change = useDebouncedCallback(changeSearch, 300)
  return (
    <>
      <PageHead
        title="Audit"
        lead="Every change and every administrative read, in the order they happened. Only ever added to."
      />
      <search className="filters">
        {fields.map(({ name, label, placeholder }) => (
          <TextInput
            key={name}
            aria-label={label}
            placeholder={`${label}: ${placeholder}`}
            size="xs"
            className="filters-text"
            defaultValue={filter[name] ?? ''}
            onChange={event => change({ [name]: event.currentTarget.value })}
          />
        ))}
      </search>
      <Loaded query={audit} height={420}>
        {data => {
          const entries = data.pages.flatMap(page => page.data)
          return (
            <Panel isFlush>
              {entries.length === 0 ? (
                <Empty icon="audit" title={isFiltered ? 'Nothing matches' : 'No entries yet'}>
                  {isFiltered
                    ? 'Clear a filter to see more.'
                    : 'Create a key or a tenant, and who did it and when stands here.'}
                </Empty>
              ) : (
                <AuditTable entries={entries} />
              )}
            </Panel>
          )
        }}
      </Loaded>
      {audit.hasNextPage && (
        <Group justify="center" mt="md">
          <Button
            variant="default"
            loading={audit.isFetchingNextPage}
            onClick={() => void audit.fetchNextPage()}
          >
            Show older
          </Button>
        </Group>
      )}
    </>
  )
}

function AuditTable({ entries }: { readonly entries: readonly AuditEntry[] }) {
  return (
    <div className="scroll-x">
      <Table className="rows stacking">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Time</Table.Th>
            <Table.Th>Actor</Table.Th>
            <Table.Th>Action</Table.Th>
            <Table.Th>Subject</Table.Th>
            <Table.Th>Tenant</Table.Th>
            <Table.Th>Before → after</Table.Th>
            <Table.Th>Request</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map(entry => (
            <Table.Tr key={entry.id}>
              <Table.Td data-label="Time">
                <TimeAgo iso={entry.at} />
              </Table.Td>
              <Table.Td data-label="Actor" title={entry.actor}>
                {entry.actor_name ?? entry.actor}
              </Table.Td>
              <Table.Td data-label="Action">
                <code>{entry.action}</code>
              </Table.Td>
              <Table.Td data-label="Subject" className="audit-subject">
                <span title={entry.subject}>{entry.subject}</span>
              </Table.Td>
              <Table.Td data-label="Tenant">{entry.tenant ?? <span className="quiet">all</span>}</Table.Td>
              <Table.Td data-label="Changed">
                {entry.before_hash === null && entry.after_hash === null ? (
                  <span className="quiet">read</span>
                ) : (
                  <code title={`${entry.before_hash ?? 'nothing'} → ${entry.after_hash ?? 'nothing'}`}>
                    {short(entry.before_hash)} → {short(entry.after_hash)}
                  </code>
                )}
              </Table.Td>
              <Table.Td data-label="Request" className="audit-subject">
                {entry.request_id === null ? none : <code title={entry.request_id}>{entry.request_id}</code>}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function short(hash: string | null): string {
  return hash === null ? 'nothing' : hash.slice(0, 8)
}
