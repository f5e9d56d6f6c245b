import { Button, Table } from '@mantine/core'
import { useConversations, useMe } from '../../api/queries.ts'
import type { Conversation } from '../../api/types.ts'
import { formatDuration } from '../../format/duration.ts'
import { formatNanoUsd } from '../../format/money.ts'
import { formatCount } from '../../format/number.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { PageHead, Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { navigate, useSearch } from '../../routing/location.ts'
import { useHref, useScope } from '../../routing/scope.ts'
import { ScopeBar } from '../../shell/scope-bar.tsx'
import { ConversationDrawer } from './conversation-drawer.tsx'

/** Inferences by what they belong to: what a user and an application said to each other. */
export function ConversationsPage({ openId }: { readonly openId: string | undefined }) {
  const me = useMe()
  const scope = useScope()
  const href = useHref()
  const owner = useSearch().get('of') ?? undefined
  const conversations = useConversations(scope)
  return (
    <>
      <PageHead title="Conversations" lead="Inferences by what they belong to, turn by turn.">
        {me.data && <ScopeBar me={me.data} />}
      </PageHead>
      <Loaded query={conversations} height={320}>
        {({ pages }) => {
          const known = pages.flatMap(page => page.data)
          return (
            <Panel title="Last continued first" isFlush>
              {known.length === 0 ? (
                <Empty icon="playground" title="No conversations in this period">
                  Each chat is one by itself. Applications name theirs with the header{' '}
                  <code>slipway-conversation-id</code>.
                </Empty>
              ) : (
                <ConversationTable conversations={known} />
              )}
              {conversations.hasNextPage && (
                <Button
                  variant="subtle"
                  size="xs"
                  m="sm"
                  loading={conversations.isFetchingNextPage}
                  onClick={() => void conversations.fetchNextPage()}
                >
                  Older conversations
                </Button>
              )}
            </Panel>
          )
        }}
      </Loaded>
      <ConversationDrawer id={openId} tenant={owner} onClose={() => navigate(href('/conversations'))} />
    </>
  )
}

function ConversationTable({ conversations }: { readonly conversations: readonly Conversation[] }) {
  const href = useHref()
  return (
    <ScrollRegion className="scroll-x" label="Conversations">
      <Table className="rows stacking" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Conversation</Table.Th>
            <Table.Th>Services</Table.Th>
            <Table.Th ta="right">Turns</Table.Th>
            <Table.Th ta="right">Tokens in → out</Table.Th>
            <Table.Th ta="right">Took in all</Table.Th>
            <Table.Th ta="right">Cost</Table.Th>
            <Table.Th>Last turn</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {conversations.map(one => (
            <Table.Tr key={`${one.tenant} ${one.id}`}>
              <Table.Td data-label="Conversation">
                <a
                  href={href(
                    `/conversations/${encodeURIComponent(one.id)}?of=${encodeURIComponent(one.tenant)}`,
                  )}
                >
                  {one.id.length > 26 ? `${one.id.slice(0, 25)}…` : one.id}
                </a>
                <div className="quiet">
                  {one.tenant}
                  {one.is_guessed && ' · guessed from how it began'}
                </div>
              </Table.Td>
              <Table.Td data-label="Services">{one.services.join(', ')}</Table.Td>
              <Table.Td data-label="Turns" ta="right">
                {formatCount(one.turns)}
                {one.errors > 0 && <div className="quiet">{formatCount(one.errors)} failed</div>}
              </Table.Td>
              <Table.Td data-label="Tokens" ta="right">
                {formatCount(one.input_tokens)} → {formatCount(one.output_tokens)}
              </Table.Td>
              <Table.Td data-label="Took in all" ta="right">
                {formatDuration(one.latency_ms)}
              </Table.Td>
              <Table.Td data-label="Cost" ta="right">
                {formatNanoUsd(one.cost_nano_usd)}
                {one.unpriced_turns > 0 && <div className="quiet">{one.unpriced_turns} unpriced</div>}
              </Table.Td>
              <Table.Td data-label="Last turn">
                <TimeAgo iso={one.last_at} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  )
}
