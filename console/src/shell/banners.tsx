import { useConnection } from '../api/connection.ts'
import { useSystem } from '../api/queries.ts'
import type { Me } from '../api/types.ts'
import { Icon } from '../parts/icon.tsx'
import { useHref } from '../routing/scope.ts'

/** Says what is wrong with the whole: the server is away, or an edit of the configuration is being ignored. */
export function Banners({ me }: { readonly me: Me }) {
  const connection = useConnection()
  const system = useSystem({ isEnabled: me.permissions.includes('system:read') })
  const href = useHref()
  const problems = system.data?.configuration.problems ?? 0
  return (
    <div aria-live="polite">
      {connection === 'lost' && (
        <div className="banner" data-tone="bad">
          <Icon name="warning" size={16} />
          <span>No answer from the server. Asking again every two seconds; what you see may be old.</span>
        </div>
      )}
      {problems > 0 && (
        <div className="banner" data-tone="warn">
          <Icon name="warning" size={16} />
          <span>
            The last edit of the configuration is not in force.{' '}
            <a href={href('/system')}>See {problems === 1 ? 'the problem' : 'the problems'}</a>
          </span>
        </div>
      )}
    </div>
  )
}
