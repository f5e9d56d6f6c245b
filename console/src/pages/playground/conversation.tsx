import { Anchor, Button, UnstyledButton } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { formatDuration } from '../../format/duration.ts'
import { formatCount, formatTokensPerSecond } from '../../format/number.ts'
import { AnswerText } from '../../parts/answer-text.tsx'
import { Copy } from '../../parts/copy.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useHref } from '../../routing/scope.ts'
import { ask, askAgain, type Setup, type Turn } from './conversation-store.ts'

/** Things a support desk hears; they work with any service. */
const openers = [
  'My laptop arrived with a cracked screen and I need it for work tomorrow.',
  'I was charged twice for my subscription this month.',
  'How do I reset the password of my account?',
]

export function Conversation({ turns, setup }: { readonly turns: readonly Turn[]; readonly setup: Setup }) {
  const end = useRef<HTMLDivElement>(null)
  const last = turns.at(-1)
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end' })
  }, [turns.length, last?.text, last?.state])
  if (turns.length === 0) return <Openers setup={setup} />
  return (
    <div
      className="conversation"
      role="log"
      aria-label="Conversation"
      aria-busy={last?.state === 'streaming'}
    >
      {turns.map(turn =>
        turn.role === 'user' ? (
          <article key={turn.id} className="asked" aria-label="You">
            <p>{turn.text}</p>
          </article>
        ) : (
          <Answer key={turn.id} turn={turn} isLast={turn === last} setup={setup} />
        ),
      )}
      <div ref={end} className="conversation-end" />
    </div>
  )
}

function Openers({ setup }: { readonly setup: Setup }) {
  return (
    <div className="openers">
      <p className="openers-title">Say something to {setup.service}</p>
      <p className="quiet">
        Each answer is a real call through the gateway, counted and traced like any other.
      </p>
      <div className="openers-list">
        {openers.map(text => (
          <UnstyledButton key={text} className="opener" onClick={() => void ask(text, setup)}>
            {text}
            <Icon name="arrowRight" size={16} />
          </UnstyledButton>
        ))}
      </div>
    </div>
  )
}

function Answer(props: { readonly turn: Turn; readonly isLast: boolean; readonly setup: Setup }) {
  const { turn, isLast, setup } = props
  const isOver = turn.state !== 'waiting' && turn.state !== 'streaming'
  return (
    <article className="answered" aria-label={turn.service}>
      <b className="answered-by">{turn.service}</b>
      {turn.state === 'waiting' && (
        <output className="typing" aria-label="Waiting for the first token">
          <i />
          <i />
          <i />
        </output>
      )}
      {turn.text !== '' && (
        <div className="answered-text" data-streaming={!isOver}>
          {isOver ? <AnswerText text={turn.text} /> : <p className="answer">{turn.text}</p>}
        </div>
      )}
      {turn.state === 'stopped' && <p className="quiet">Stopped.</p>}
      {turn.state === 'failed' && <Problem error={turn.error} />}
      {isOver && (
        <footer>
          <Measures turn={turn} />
          <span className="answered-actions">
            {turn.text !== '' && <Copy text={turn.text} label="Copy answer" />}
            {isLast && (
              <Button
                variant="subtle"
                color="gray"
                size="compact-xs"
                leftSection={<Icon name="retry" size={14} />}
                onClick={() => void askAgain(setup)}
              >
                Again
              </Button>
            )}
          </span>
        </footer>
      )}
    </article>
  )
}

function Measures({ turn }: { readonly turn: Turn }) {
  const href = useHref()
  const { firstTokenMs, totalMs, usage, finishReason } = turn
  const parts: string[] = []
  if (firstTokenMs !== undefined) parts.push(`first token ${formatDuration(firstTokenMs)}`)
  if (totalMs !== undefined) parts.push(`total ${formatDuration(totalMs)}`)
  if (usage) parts.push(`${formatCount(usage.inputTokens)} → ${formatCount(usage.outputTokens)} tokens`)
  if (usage && firstTokenMs !== undefined && totalMs !== undefined && usage.outputTokens > 1) {
    parts.push(formatTokensPerSecond(((usage.outputTokens - 1) / (totalMs - firstTokenMs)) * 1000))
  }
  if (finishReason === 'length') parts.push('cut off at max tokens')
  return (
    <span className="measures">
      {parts.join(' · ')}
      {turn.inferenceId !== undefined && (
        <Anchor href={href(`/inferences/${turn.inferenceId}`)} inherit>
          Trace
        </Anchor>
      )}
    </span>
  )
}
