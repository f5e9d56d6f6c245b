import { Button, Drawer, Stack } from '@mantine/core'
import { useState } from 'react'
import { useConversation, useInference } from '../../api/queries.ts'
import type { ConversationDetail } from '../../api/types.ts'
import { formatDuration } from '../../format/duration.ts'
import { formatCost, formatNanoUsd } from '../../format/money.ts'
import { formatCount, none } from '../../format/number.ts'
import { Identifier } from '../../parts/copy.tsx'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Status } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { useHref } from '../../routing/scope.ts'
import { ContentView } from '../inferences/content-view.tsx'
import { inferenceHref } from '../inferences/inference-href.ts'
import { totalInput, totalOutput } from '../inferences/inference-row.tsx'

type ConversationTurn = ConversationDetail['inferences'][number]

/** One conversation, its turns in their order: what each cost and took, and what checks and users said of it. */
export function ConversationDrawer(props: {
  readonly id: string | undefined
  readonly tenant: string | undefined
  readonly onClose: () => void
}) {
  const { id, tenant } = props
  return (
    <Drawer.Root opened={id !== undefined} onClose={props.onClose} position="right" size={720}>
      <Drawer.Overlay backgroundOpacity={0.2} />
      <Drawer.Content aria-label="Conversation">
        <Drawer.Header className="drawer-head">
          <Drawer.Title tabIndex={-1} data-autofocus>
            Conversation
          </Drawer.Title>
          <Drawer.CloseButton aria-label="Close conversation" />
        </Drawer.Header>
        <Drawer.Body>{id !== undefined && <Detail id={id} tenant={tenant} />}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}

function Detail({ id, tenant }: { readonly id: string; readonly tenant: string | undefined }) {
  const href = useHref()
  return (
    <Loaded query={useConversation(id, tenant)} height={400}>
      {conversation => (
        <Stack gap="lg" pt="md">
          <Facts>
            <Fact name="Conversation">
              <Identifier text={conversation.id} label="conversation id" />
            </Fact>
            <Fact name="Tenant">{conversation.tenant}</Fact>
            <Fact name="Began">
              <TimeAgo iso={conversation.started_at} />
            </Fact>
            <Fact name="Turns">{formatCount(conversation.turns)}</Fact>
            <Fact name="Cost">{formatNanoUsd(conversation.cost_nano_usd)}</Fact>
            <Fact name="Took in all">{formatDuration(conversation.latency_ms)}</Fact>
          </Facts>
          {conversation.is_guessed && (
            <p className="quiet">
              Nobody named it: these were asked by the same key and began with the same words. Two users who
              begin alike are taken for one.
            </p>
          )}
          <ol className="conversation-turns" aria-label="Turns">
            {conversation.inferences.map((turn, index) => (
              <TurnItem key={turn.id} turn={turn} number={index + 1} />
            ))}
          </ol>
          {conversation.is_truncated && <p className="footnote">It has more turns than are shown.</p>}
          <p>
            <a href={href(`/inferences?conversation_id=${encodeURIComponent(conversation.id)}`)}>
              Its inferences as a list
            </a>
          </p>
        </Stack>
      )}
    </Loaded>
  )
}

function TurnItem({ turn, number }: { readonly turn: ConversationTurn; readonly number: number }) {
  const [isOpen, setIsOpen] = useState(false)
  const href = useHref()
  const { usage } = turn
  return (
    <li>
      <div className="conversation-turn">
        <b>{number}</b>
        <a href={href(inferenceHref(turn.id))}>
          {turn.service}
          {turn.release !== null && <span className="quiet"> / {turn.release}</span>}
        </a>
        <Status state={turn.outcome} />
        <TimeAgo iso={turn.started_at} />
        <span>{usage ? `${formatCount(totalInput(usage))} → ${formatCount(totalOutput(usage))}` : none}</span>
        <span>{formatDuration(turn.latency_ms)}</span>
        <span>{usage ? formatCost(turn.cost_nano_usd) : none}</span>
      </div>
      {turn.verdicts.length + turn.feedback.length + turn.scores.length > 0 && (
        <p className="conversation-said">
          {turn.verdicts.map(({ guard, stage, mode, outcome }) => (
            <span key={`${guard} ${stage}`} className="tag">
              {guard}: {outcome}
              {mode === 'shadow' && ' (shadow)'}
            </span>
          ))}
          {turn.scores.map(({ name, value, label }) => (
            <span key={name} className="tag">
              {name}: {label ?? value}
            </span>
          ))}
          {turn.feedback.map(({ score, label }, index) => (
            // feedback is only ever added
            <span key={index} className="tag">
              feedback: {[score, label].filter(part => part !== null).join(' ')}
            </span>
          ))}
        </p>
      )}
      <Button variant="subtle" size="compact-xs" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        {isOpen ? 'Hide what was said' : 'Show what was said'}
      </Button>
      {isOpen && <Content id={turn.id} />}
    </li>
  )
}

/** Read only when it is opened: who reads content is written down. */
function Content({ id }: { readonly id: string }) {
  return (
    <Loaded query={useInference(id)} height={120}>
      {inference => <ContentView inference={inference} />}
    </Loaded>
  )
}
