import { Button, Group, Modal, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useRestartEngine } from '../../api/queries.ts'
import { Problem } from '../../parts/problem.tsx'

/** Starts an engine over, after saying what that does. */
export function RestartButton({ name }: { readonly name: string }) {
  const [isAsking, setIsAsking] = useState(false)
  const restart = useRestartEngine()
  const close = () => {
    setIsAsking(false)
    restart.reset()
  }
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        aria-label={`Restart ${name}`}
        onClick={() => setIsAsking(true)}
      >
        Restart
      </Button>
      <Modal
        opened={isAsking}
        onClose={close}
        title={`Restart ${name}?`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Stack gap="md">
          <p>
            Requests in flight are answered first. New ones get 503 with <code>engine_not_ready</code> until
            the model is loaded again.
          </p>
          {restart.error && <Problem error={restart.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} data-autofocus>
              Leave it
            </Button>
            <Button
              loading={restart.isPending}
              onClick={() =>
                restart.mutate(name, {
                  onSuccess: () => {
                    notifications.show({ message: `${name} starts over` })
                    close()
                  },
                })
              }
            >
              Restart engine
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
