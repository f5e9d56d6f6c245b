import { Button, Group, Modal, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMoveTrainingJob } from '../../api/training.ts'
import type { TrainingJob } from '../../api/types.ts'
import { formatCount } from '../../format/number.ts'
import { Problem } from '../../parts/problem.tsx'

/** Names what cancelling changes, and asks once. */
export function CancelJobDialog({
  job,
  onClose,
}: {
  readonly job: TrainingJob
  readonly onClose: () => void
}) {
  const move = useMoveTrainingJob(job.id)
  return (
    <Modal opened onClose={onClose} title="Cancel this job?" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="md">
        <p>
          {job.step === 0
            ? 'It has not begun to learn.'
            : `It is at step ${formatCount(job.step)}${job.steps === null ? '' : ` of ${formatCount(job.steps)}`}.`}{' '}
          It leaves no model; another job may begin with its checkpoints. To go on later, pause it instead.
          Tenant: {job.tenant}.
        </p>
        {move.error && <Problem error={move.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            Let it go on
          </Button>
          <Button
            color="red"
            loading={move.isPending}
            onClick={() =>
              move.mutate('cancel', {
                onSuccess: () => {
                  notifications.show({ message: 'The job is cancelled' })
                  onClose()
                },
              })
            }
          >
            Cancel job
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
