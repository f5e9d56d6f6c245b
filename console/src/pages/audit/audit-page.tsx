import { Pill, Table } from '@mantine/core'
import { useAudit } from '../../api/queries.ts'
import type { AuditEntry } from '../../api/types.ts'
import { none } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { ShowMore } from '../../parts/show-more.tsx'
import { changeSearch, useSearch, withSearch } from '../../routing/location.ts'

const fields = ['actor', 'action', 'subject'] as const

export function AuditPage() {
  const search = useSearch()
  const read = (name: string) => search.get(name) ?? undefined
  const filter = { actor: read('actor'), action: read('action'), subject: read('subject') }
  const isFiltered = Object.values(filter).some(value => value !== undefined)
  const audit = useAudit(filter)
  return (
    <>
      <PageHead
        title="Audit"
        lead="Every change and every administrative read, in the order they happened. Only ever added to."
      />
      <div className="audit-filter">
        {isFiltered
          ? fields.map(
              name =>
                filter[name] !== undefined && (
                  <Pill
                    key={name}
                    size="md"
                    withRemoveButton
                    onRemove={() => changeSearch({ [name]: undefined })}
                    removeButtonProps={{
                      'aria-label': `Show every ${name}`,
                      'aria-hidden': false,
                      tabIndex: 0,
                    }}
                  >
                    {name}: {filter[name]}
                  </Pill>
                ),
            )
          : 'Pick an actor, action or subject to see only its entries.'}
      </div>
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
      <ShowMore query={audit} label="Show older" />
    </>
  )
}

function AuditTable({ entries }: { readonly entries: readonly AuditEntry[] }) {
  useSearch()
  const only = (name: string, value: string) => withSearch(window.location, { [name]: value })
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
                <a href={only('actor', entry.actor)}>{entry.actor_name}</a>
              </Table.Td>
              <Table.Td data-label="Action">
                <a href={only('action', entry.action)}>
                  <code>{entry.action}</code>
                </a>
              </Table.Td>
              <Table.Td data-label="Subject" className="audit-subject">
                <a href={only('subject', entry.subject)} title={entry.subject}>
                  {entry.subject}
                </a>
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
