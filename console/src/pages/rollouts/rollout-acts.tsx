import { Button, Group, TextInput } from '@mantine/core'
import { useState } from 'react'
import { type RolloutAct, type RolloutDetail, useActOnRollout } from '../../api/rollouts.ts'
import { useMe } from '../../api/queries.ts'
import { Problem } from '../../parts/problem.tsx'

const actsOf: Readonly<Partial<Record<RolloutDetail['state'], readonly RolloutAct[]>>> = {
  running: ['pause', 'promote', 'abort'],
  paused: ['resume', 'promote', 'abort'],
  approval: ['approve', 'abort'],
  promoting: ['abort'],
  blocked: ['resume', 'abort'],
}
const words: Readonly<Record<RolloutAct, string>> = {
  pause: 'Pause',
  resume: 'Resume',
  approve: 'Approve',
  promote: 'Promote',
  abort: 'Abort',
}

/** What can be done to a rollout now; each with a reason, which its history keeps. */
export function RolloutActs({ rollout }: { readonly rollout: RolloutDetail }) {
  const [reason, setReason] = useState('')
  const permissions = useMe().data?.permissions ?? []
  const acts = (actsOf[rollout.state] ?? []).filter(name =>
    permissions.includes(name === 'approve' ? 'rollout:approve' : 'rollout:write'),
  )
  const act = useActOnRollout(rollout.id)
  if (acts.length === 0) return null
  return (
    <>
      <Group gap="xs" align="flex-end">
        <TextInput
          label="Reason"
          size="xs"
          value={reason}
          onChange={event => setReason(event.currentTarget.value)}
        />
        {acts.map(name => (
          <Button
            key={name}
            size="xs"
            variant="default"
            disabled={reason.trim() === '' || act.isPending}
            onClick={() => act.mutate({ act: name, reason }, { onSuccess: () => setReason('') })}
          >
            {words[name]}
          </Button>
        ))}
      </Group>
      {act.isError && <Problem error={act.error} />}
    </>
  )
}
