import { Button, Group, Modal, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useRevokeKey } from '../../api/queries.ts'
import type { Key } from '../../api/types.ts'
import { Problem } from '../../parts/problem.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

/** Names what revoking will change, and asks once. */
export function RevokeKeyDialog(props: {
  readonly target: Key | undefined
  readonly ownId: string | undefined
  readonly onClose: () => void
}) {
  const { target, onClose } = props
  const revoke = useRevokeKey()
  const close = () => {
    revoke.reset()
    onClose()
  }
  return (
    <Modal
      opened={target !== undefined}
      onClose={close}
      title={`Revoke ${target?.name ?? 'key'}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {target && (
        <Stack gap="md">
          <p>
            Every call made with <code>{target.prefix}…</code> is refused with 401 from now on. This cannot be
            taken back; its inferences and audit entries stay.{' '}
            {target.last_used_at === null ? (
              'It was never used.'
            ) : (
              <>
                It was last used <TimeAgo iso={target.last_used_at} />.
              </>
            )}
          </p>
          {target.id === props.ownId && (
            <p className="reason" data-tone="warn">
              You are signed in with this key. Revoking it signs you out.
            </p>
          )}
          {revoke.error && <Problem error={revoke.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} data-autofocus>
              Keep it
            </Button>
            <Button
              color="red"
              loading={revoke.isPending}
              onClick={() =>
                revoke.mutate(target.id, {
                  onSuccess: () => {
                    notifications.show({ message: `${target.name} is revoked` })
                    close()
                  },
                })
              }
            >
              Revoke key
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}
