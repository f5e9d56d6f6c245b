import { Textarea } from '@mantine/core'
import { useRef } from 'react'
import type { ReviewText } from '../../api/types.ts'
import { useFocusOnMount } from '../../parts/use-focus-on-mount.ts'

/** A text that is being edited; its placeholders keep standing for what is hidden. */
export function EditField(props: {
  readonly text: ReviewText
  readonly value: string
  readonly isFirst: boolean
  readonly onChange: (value: string) => void
}) {
  const field = useRef<HTMLTextAreaElement>(null)
  const nothing = useRef<HTMLElement>(null)
  useFocusOnMount(props.isFirst ? field : nothing)
  const { role, name } = props.text
  return (
    <Textarea
      ref={field}
      label={name === null ? role : `${role} · ${name}`}
      autosize
      minRows={3}
      value={props.value}
      onChange={event => props.onChange(event.currentTarget.value)}
    />
  )
}
