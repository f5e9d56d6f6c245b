import { useMantineColorScheme } from '@mantine/core'
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight'
import { useState } from 'react'
import { useServices } from '../api/queries.ts'
import type { Me } from '../api/types.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { navigate } from '../routing/location.ts'
import { useHref } from '../routing/scope.ts'
import { useSignOut } from './account.tsx'
import { colorSchemes } from './color-scheme.tsx'
import { groups, maySee } from './places.ts'

const inferenceId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

function action(
  id: string,
  icon: IconName,
  label: string,
  description: string,
  onClick: () => void,
  keywords = '',
): SpotlightActionData {
  return { id, label, description, onClick, keywords, leftSection: <Icon name={icon} /> }
}

/** ⌘K: finds any page, service or action, and opens an inference by its id. */
export function Finder({ me }: { readonly me: Me }) {
  const [query, setQuery] = useState('')
  const href = useHref()
  const services = useServices()
  const { setColorScheme } = useMantineColorScheme()
  const leave = useSignOut()
  const go = (path: string) => () => navigate(href(path))

  const places = groups
    .flatMap(group => group.places)
    .filter(place => maySee(place, me))
    .map(place => action(place.path, place.icon, place.label, place.about, go(place.path), place.keywords))
  const perService = (services.data ?? []).flatMap(({ name }) => [
    action(
      `chat ${name}`,
      'playground',
      `Chat with ${name}`,
      'Playground',
      go(`/playground?service=${name}`),
      'service',
    ),
    action(
      `list ${name}`,
      'inferences',
      `Inferences of ${name}`,
      'Every request, live',
      go(`/inferences?service=${name}`),
      'service',
    ),
  ])
  const actions = [
    ...(me.permissions.includes('key:create')
      ? [
          action(
            'create key',
            'plus',
            'Create a key',
            'The secret is shown once',
            go('/keys?create=1'),
            'new add',
          ),
        ]
      : []),
    action(
      'errors',
      'warning',
      'Show errors',
      'Inferences that failed',
      go('/inferences?outcome=error'),
      'failed',
    ),
    ...colorSchemes.map(scheme =>
      action(
        scheme.value,
        scheme.icon,
        `Colours: ${scheme.label}`,
        'Appearance',
        () => setColorScheme(scheme.value),
        'theme mode',
      ),
    ),
    action('sign out', 'signOut', 'Sign out', me.key_name, () => void leave(), 'log out'),
  ]
  const id = query.trim()
  const found: SpotlightActionGroupData[] = inferenceId.test(id)
    ? [
        {
          group: 'Inference',
          actions: [action(id, 'arrowRight', `Open inference ${id}`, 'By its id', go(`/inferences/${id}`))],
        },
      ]
    : []
  const all: SpotlightActionGroupData[] = [
    ...found,
    { group: 'Pages', actions: places },
    { group: 'Services', actions: perService },
    { group: 'Actions', actions },
  ]
  return (
    <Spotlight
      actions={all}
      query={query}
      onQueryChange={setQuery}
      nothingFound="Nothing by that name. Paste the id of an inference to open it."
      shortcut={['mod + K']}
      highlightQuery
      scrollable
      maxHeight={420}
      overlayProps={{ backgroundOpacity: 0.3, blur: 0 }}
      limit={12}
      searchProps={{
        leftSection: <Icon name="search" />,
        placeholder: 'Find a page, service, action or inference id',
        'aria-label': 'Find',
      }}
    />
  )
}
