import { ActionIcon, Textarea, Tooltip } from '@mantine/core'
import { useRef, useState } from 'react'
import { Icon } from '../../parts/icon.tsx'
import { useFocusOnMount } from '../../parts/use-focus-on-mount.ts'
import { ask, isAnswering, type Setup, stopAnswer, type Turn } from './conversation-store.ts'

export function Composer({ turns, setup }: { readonly turns: readonly Turn[]; readonly setup: Setup }) {
  const [text, setText] = useState('')
  const input = useRef<HTMLTextAreaElement>(null)
  useFocusOnMount(input)
  const isBusy = isAnswering(turns)
  const submit = () => {
    if (isBusy || text.trim() === '') return
    setText('')
    void ask(text.trim(), setup)
  }
  return (
    <form
      className="composer"
      onSubmit={event => {
        event.preventDefault()
        submit()
      }}
    >
      <Textarea
        ref={input}
        aria-label="Message"
        placeholder={`Message ${setup.service}`}
        autosize
        minRows={1}
        maxRows={8}
        variant="unstyled"
        value={text}
        onChange={event => setText(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault()
            submit()
          }
          if (event.key === 'Escape' && isBusy) stopAnswer()
        }}
      />
      {isBusy ? (
        <Tooltip label="Stop (Esc)">
          <ActionIcon
            size="lg"
            radius="xl"
            aria-label="Stop"
            onClick={() => {
              stopAnswer()
              input.current?.focus()
            }}
          >
            <Icon name="stop" />
          </ActionIcon>
        </Tooltip>
      ) : (
        <Tooltip label="Send (Enter)">
          <ActionIcon size="lg" radius="xl" aria-label="Send" type="submit" disabled={text.trim() === ''}>
            <Icon name="send" />
          </ActionIcon>
        </Tooltip>
      )}
    </form>
  )
}
