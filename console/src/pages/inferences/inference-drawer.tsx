import { ActionIcon, Drawer, Group, Tooltip } from '@mantine/core'
import type { KeyboardEvent } from 'react'
import { useInference } from '../../api/queries.ts'
import { Icon } from '../../parts/icon.tsx'
import { Copy } from '../../parts/copy.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { InferenceView } from './inference-view.tsx'

type Move = (() => void) | undefined

/** One inference over the list it was picked from; J and K walk the list. */
export function InferenceDrawer(props: {
  readonly id: string | undefined
  readonly onClose: () => void
  readonly onPrevious: Move
  readonly onNext: Move
}) {
  const { id, onPrevious, onNext } = props
  const walk = (event: KeyboardEvent) => {
    const isTyping =
      event.target instanceof HTMLElement && event.target.matches('input, textarea, [role=combobox]')
    if (isTyping || event.metaKey || event.ctrlKey || event.altKey) return
    if (event.key === 'j') onNext?.()
    if (event.key === 'k') onPrevious?.()
  }
  return (
    <Drawer.Root
      opened={id !== undefined}
      onClose={props.onClose}
      position="right"
      size={720}
      onKeyDown={walk}
    >
      <Drawer.Overlay backgroundOpacity={0.2} />
      <Drawer.Content aria-label="Inference">
        <Drawer.Header className="drawer-head">
          <Drawer.Title tabIndex={-1} data-autofocus>
            Inference
          </Drawer.Title>
          <Group gap={4}>
            <Copy text={window.location.href} label="Copy link" />
            <Step icon="chevronUp" label="Newer inference (K)" onClick={onPrevious} />
            <Step icon="chevronDown" label="Older inference (J)" onClick={onNext} />
            <Drawer.CloseButton aria-label="Close inference" />
          </Group>
        </Drawer.Header>
        <Drawer.Body>{id !== undefined && <Inference id={id} />}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}

function Step(props: {
  readonly icon: 'chevronUp' | 'chevronDown'
  readonly label: string
  readonly onClick: Move
}) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={props.label}
        disabled={!props.onClick}
        onClick={() => props.onClick?.()}
      >
        <Icon name={props.icon} />
      </ActionIcon>
    </Tooltip>
  )
}

function Inference({ id }: { readonly id: string }) {
  return (
    <Loaded query={useInference(id)} height={600}>
      {inference => <InferenceView key={id} inference={inference} />}
    </Loaded>
  )
}
