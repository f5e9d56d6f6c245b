import { Button } from '@mantine/core'
import { useState } from 'react'
import { useMe } from '../../api/queries.ts'
import { useLiveRelease } from '../../api/rollouts.ts'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { GoBackDialog } from './go-back-dialog.tsx'

/** What answers for a service now, what did before, and the way back to it. */
export function LiveRelease({ service }: { readonly service: string }) {
  const permissions = useMe().data?.permissions ?? []
  const { data } = useLiveRelease(service, permissions.includes('rollout:read'))
  const [isAsking, setIsAsking] = useState(false)
  if (!data) return null
  const mayGoBack = permissions.includes('rollout:write') && data.releases.length > 1
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
            {one.rollout !== null && (
              <>
                {' '}
                <a href={`/rollouts/${one.rollout}`}>Its rollout</a>
              </>
            )}
          </li>
        ))}
      </ul>
      {mayGoBack && (
        <Button size="xs" variant="default" onClick={() => setIsAsking(true)}>
          Go to another release
        </Button>
      )}
      {isAsking && <GoBackDialog live={data} onClose={() => setIsAsking(false)} />}
    </details>
  )
}
