import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useSetLiveRelease } from '../../api/rollouts.ts'
import type { Answer } from '../../api/types.ts'
import { formatExact } from '../../format/time.ts'
import { Problem } from '../../parts/problem.tsx'

type Live = Answer<'readLiveRelease'>

/** Sends all traffic of a service to one of its other releases, at first the one that was live before; says what that changes. */
export function GoBackDialog({
  live: known,
  onClose,
}: {
  readonly live: Live
  readonly onClose: () => void
}) {
  const { service, live, declared, rollout, history } = known
  const others = known.releases.filter(release => release !== live)
  const lastOf = (release: string) => history.find(one => one.release === release)
  const before = history.find(one => others.includes(one.release))?.release
  const [release, setRelease] = useState(before ?? others[0] ?? '')
  const [reason, setReason] = useState('')
  const go = useSetLiveRelease(service)
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Send all traffic of ${service} to another release?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Select
          label="Release"
          data={others.map(name => {
            const last = lastOf(name)
            return {
              value: name,
              label: last
                ? `${name}, live since ${formatExact(last.at)} for the last time`
                : `${name}, never live`,
            }
          })}
          value={release}
          onChange={name => setRelease(name ?? release)}
          allowDeselect={false}
        />
        <p>
          Every request to {service} that names no release goes to {release} as soon as you confirm, on all
          servers, also of users who are with {live} now. Answers that are under way end where they began.
          {rollout !== null && ' The rollout that is under way ends as aborted.'}{' '}
          {release === declared
            ? 'It is the release that slipway.yaml names.'
            : `slipway.yaml goes on naming ${declared}; this holds until it names another.`}{' '}
          The way back to {live} is this one.
        </p>
        <TextInput
          label="Reason"
          description="Stays with the history and the audit log."
          value={reason}
          onChange={event => setReason(event.currentTarget.value)}
          data-autofocus
        />
        {go.isError && <Problem error={go.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Leave it with {live}
          </Button>
          <Button
            disabled={reason.trim() === ''}
            loading={go.isPending}
            onClick={() =>
              go.mutate(
                { release, reason },
                {
                  onSuccess: () => {
                    notifications.show({ message: `${release} answers for ${service}` })
                    onClose()
                  },
                },
              )
            }
          >
            Send all to {release}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
