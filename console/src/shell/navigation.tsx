import type { Me } from '../api/types.ts'
import { Icon } from '../parts/icon.tsx'
import { usePath } from '../routing/location.ts'
import { useHref } from '../routing/scope.ts'
import { groups, isAt, maySee } from './places.ts'

export function Navigation({ me, onFollow }: { readonly me: Me; readonly onFollow: () => void }) {
  const path = usePath()
  const href = useHref()
  return (
    <div className="places">
      {groups.map(group => {
        const places = group.places.filter(place => maySee(place, me))
        if (places.length === 0) return null
        return (
          <div key={group.label} className="places-group">
            <h2 className="places-label">{group.label}</h2>
            <ul>
              {places.map(place => (
                <li key={place.path}>
                  <a
                    href={href(place.path)}
                    onClick={onFollow}
                    className="place"
                    {...(isAt(place, path) && { 'aria-current': 'page' as const })}
                  >
                    <Icon name={place.icon} />
                    {place.label}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        )
      })}
    </div>
  )
}
