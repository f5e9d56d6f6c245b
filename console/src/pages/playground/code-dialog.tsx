import { Modal } from '@mantine/core'
import { chatBody } from '../../api/chat.ts'
import { CallSnippets } from '../../parts/call-snippets-view.tsx'
import { type Setup, toMessages, type Turn } from './conversation-store.ts'

/** The same call from outside: as curl, or with the OpenAI SDK. */
export function CodeDialog(props: {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly setup: Setup
  readonly turns: readonly Turn[]
}) {
  const { setup, turns } = props
  const asked = turns.at(-1)?.role === 'assistant' ? turns.slice(0, -1) : turns
  const messages = toMessages(setup.systemPrompt, asked)
  const body = chatBody(
    setup.service,
    asked.length > 0 ? messages : [...messages, { role: 'user', content: 'Hello' }],
    setup.parameters,
  )
  return (
    <Modal
      opened={props.isOpen}
      onClose={props.onClose}
      title="The same call in code"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close code' }}
    >
      <CallSnippets body={body} />
    </Modal>
  )
}
