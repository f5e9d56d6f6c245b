import { Button, Group, Modal, SegmentedControl, Stack, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useCreateSilence } from '../../api/observability.ts'
import type { AlertDetail } from '../../api/types.ts'
import { Problem } from '../../parts/problem.tsx'

const spans = [
  { value: '1', label: '1 hour' },
  { value: '4', label: '4 hours' },
  { value: '24', label: '1 day' },
  { value: '168', label: '1 week' },
]

/** Sends nothing of the same trouble for a while, and says why to the others. */
export function SilenceDialog(props: {
  readonly alert: AlertDetail | undefined
  readonly onClose: () => void
}) {
  const { alert, onClose } = props
  const create = useCreateSilence()
  const [hours, setHours] = useState('1')
  const [reason, setReason] = useState('')
  const close = (): void => {
    create.reset()
    setReason('')
    onClose()
  }
  const { severity: _, ...labels } = alert?.labels ?? {}
  const matchers = { ...labels, name: alert?.name ?? '' }
  return (
    <Modal
      opened={alert !== undefined}
      onClose={close}
      title="Silence this trouble?"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={event => {
          event.preventDefault()
          const endsAt = new Date(Date.now() + Number(hours) * 3_600_000).toISOString()
          create.mutate(
            { matchers, reason, ends_at: endsAt },
            {
              onSuccess: () => {
                notifications.show({ message: `Silenced for ${hours} h` })
                close()
              },
            },
          )
        }}
      >
        <Stack gap="md">
          <p>
            Nothing is sent of alerts with{' '}
            {Object.entries(matchers).map(([name, value]) => (
              <code key={name} className="label-pair">
                {name}={value}
              </code>
            ))}
            . They stay on this page.
          </p>
          <SegmentedControl aria-label="How long" data={spans} value={hours} onChange={setHours} />
          <TextInput
            label="Why"
            placeholder="Maintenance until noon"
            required
            minLength={3}
            value={reason}
            onChange={event => setReason(event.currentTarget.value)}
            data-autofocus
          />
          {create.error && <Problem error={create.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Leave it
            </Button>
            <Button type="submit" loading={create.isPending}>
              Silence
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
