import { Button, Group, Kbd, Textarea } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import { Problem } from '../../parts/problem.tsx'
import { useFocusOnMount } from '../../parts/use-focus-on-mount.ts'

export type Act = 'approve' | 'edit' | 'reject' | 'unmask'

const words: Readonly<
  Record<Act, { readonly label: string; readonly ask: string; readonly quick: readonly string[] }>
> = {
  approve: {
    label: 'Approve',
    ask: 'Why may it go out?',
    quick: ['Correct and appropriate.', 'A false alarm: nothing is wrong with it.'],
  },
  edit: {
    label: 'Save the edit',
    ask: 'What did you change, and why?',
    quick: ['Corrected what was wrong.', 'Took out what must not go out.'],
  },
  reject: {
    label: 'Reject',
    ask: 'Why must it not go out?',
    quick: ['Wrong or misleading.', 'Unsafe.', 'Says what must not go out.'],
  },
  unmask: {
    label: 'Unmask',
    ask: 'Why do you need to see it as it is? This is written into the audit log.',
    quick: ['It cannot be judged without.'],
  },
}

/** Asks why, which every act needs. Ctrl Enter confirms, Escape leaves it; a number takes a ready reason. */
export function ActForm(props: {
  readonly act: Act
  readonly isPending: boolean
  readonly error: unknown
  readonly onConfirm: (why: string) => void
  readonly onCancel: () => void
  readonly children?: ReactNode
}) {
  const { act, isPending, error, onConfirm, onCancel } = props
  const { label, ask, quick } = words[act]
  const [why, setWhy] = useState('')
  const isEnough = why.trim().length >= 3
  const field = useRef<HTMLTextAreaElement>(null)
  const nothing = useRef<HTMLElement>(null)
  // an edit begins with the text
  useFocusOnMount(act === 'edit' ? nothing : field)
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === 'Escape') {
      event.preventDefault()
      return onCancel()
    }
    const isConfirming = event.key === 'Enter' && (event.ctrlKey || event.metaKey)
    if (isConfirming && isEnough && !isPending) {
      event.preventDefault()
      return onConfirm(why.trim())
    }
    const ready =
      why === '' && event.target instanceof HTMLTextAreaElement ? quick[Number(event.key) - 1] : undefined
    if (ready !== undefined) {
      event.preventDefault()
      setWhy(ready)
    }
  }
  return (
    <form
      className="act-form"
      aria-label={label}
      onSubmit={event => {
        event.preventDefault()
        if (isEnough) onConfirm(why.trim())
      }}
    >
      {props.children}
      <Textarea
        label={ask}
        required
        autosize
        minRows={2}
        maxRows={6}
        value={why}
        ref={field}
        onKeyDown={onKeyDown}
        onChange={event => setWhy(event.currentTarget.value)}
      />
      <Group gap={6} mt={8}>
        {quick.map((reason, index) => (
          <Button key={reason} variant="default" size="compact-xs" onClick={() => setWhy(reason)}>
            {act !== 'edit' && <span className="quick-number">{index + 1}</span>}
            {reason}
          </Button>
        ))}
      </Group>
      {error !== null && error !== undefined && <Problem error={error} />}
      <Group justify="flex-end" gap="xs" mt="sm">
        <Button variant="subtle" onClick={onCancel}>
          Cancel
        </Button>
        <Button
          type="submit"
          disabled={!isEnough}
          loading={isPending}
          {...(act === 'reject' && { color: 'red' })}
          rightSection={<Kbd size="xs">Ctrl ↵</Kbd>}
        >
          {label}
        </Button>
      </Group>
    </form>
  )
}
