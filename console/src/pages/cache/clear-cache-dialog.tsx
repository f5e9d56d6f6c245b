import { Button, Group, Modal, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useClearCache } from '../../api/queries.ts'
import type { ServiceCache } from '../../api/types.ts'
import { Problem } from '../../parts/problem.tsx'
import { countAnswers } from './count-answers.ts'

/** Names what clearing will forget, and asks once. */
export function ClearCacheDialog(props: {
  readonly cache: ServiceCache | undefined
  readonly onClose: () => void
}) {
  const { cache, onClose } = props
  const clear = useClearCache()
  const close = () => {
    clear.reset()
    onClose()
  }
  return (
    <Modal
      opened={cache !== undefined}
      onClose={close}
      title={`Clear the cache of ${cache?.service ?? 'the service'}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {cache && (
        <Stack gap="md">
          <p>
            The process that answers this page forgets {countAnswers(cache.answers)}, of all tenants; the next
            such requests go to the model and are paid for. What a semantic cache has measured stays.
          </p>
          {clear.error && <Problem error={clear.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} data-autofocus>
              Keep them
            </Button>
            <Button
              color="red"
              loading={clear.isPending}
              onClick={() =>
                clear.mutate(cache.service, {
                  onSuccess: ({ forgotten }) => {
                    notifications.show({ message: `Forgot ${countAnswers(forgotten)} of ${cache.service}` })
                    close()
                  },
                })
              }
            >
              Clear cache
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}
