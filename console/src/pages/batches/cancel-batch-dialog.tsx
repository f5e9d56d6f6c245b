import { Button, Group, Modal, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useCancelBatch } from '../../api/queries.ts'
import type { Batch } from '../../api/types.ts'
import { formatCount } from '../../format/number.ts'
import { Problem } from '../../parts/problem.tsx'
import { linesLeft } from './batch-state.ts'

/** Names what cancelling changes, and asks once. */
export function CancelBatchDialog(props: {
  readonly target: Batch | undefined
  readonly onClose: () => void
}) {
  const { target, onClose } = props
  const cancel = useCancelBatch()
  const close = () => {
    cancel.reset()
    onClose()
  }
  return (
    <Modal
      opened={target !== undefined}
      onClose={close}
      title="Cancel this batch?"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {target && (
        <Stack gap="md">
          <p>
            {target.total === 0
              ? 'Its lines will not be asked.'
              : `${formatCount(linesLeft(target))} of ${formatCount(target.total)} lines will not be asked, except the few that are under way. The ${formatCount(target.completed)} answers so far stay readable.`}{' '}
            This cannot be taken back. Tenant: {target.tenant}.
          </p>
          {cancel.error && <Problem error={cancel.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} data-autofocus>
              Let it go on
            </Button>
            <Button
              color="red"
              loading={cancel.isPending}
              onClick={() =>
                cancel.mutate(target.id, {
                  onSuccess: () => {
                    notifications.show({ message: 'The batch ends' })
                    close()
                  },
                })
              }
            >
              Cancel batch
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}
