import { Button, Group, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useMe } from '../../api/queries.ts'
import { useLiveRelease, useSetLiveRelease } from '../../api/rollouts.ts'
import { Problem } from '../../parts/problem.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

/** What answers for a service now, what did before, and the way back to it. */
export function LiveRelease({ service }: { readonly service: string }) {
  const permissions = useMe().data?.permissions ?? []
  const { data } = useLiveRelease(service, permissions.includes('rollout:read'))
  const back = useSetLiveRelease(service)
  const [reason, setReason] = useState('')
  if (!data) return null
  const others = data.releases.filter(release => release !== data.live)
  return (
    <details className="card-foot">
      <summary>
        {data.live} is live{data.rollout !== null && ', a rollout is under way'}
      </summary>
      {data.rollout !== null && <a href={`/rollouts/${data.rollout}`}>The rollout</a>}
      <ul>
        {data.history.map(one => (
          <li key={`${one.at} ${one.release}`}>
            {one.release} <TimeAgo iso={one.at} />, by {one.actor_name}: {one.reason}
          </li>
        ))}
      </ul>
      {permissions.includes('rollout:write') && others.length > 0 && (
        <Group gap="xs" align="flex-end">
          <TextInput
            label={`Reason to leave ${data.live}`}
            size="xs"
            value={reason}
            onChange={event => setReason(event.currentTarget.value)}
          />
          {others.map(release => (
            <Button
              key={release}
              size="xs"
              variant="default"
              disabled={reason.trim() === '' || back.isPending}
              onClick={() => back.mutate({ release, reason }, { onSuccess: () => setReason('') })}
            >
              Back to {release}
            </Button>
          ))}
        </Group>
      )}
      {back.isError && <Problem error={back.error} />}
    </details>
  )
}
