import { Switch } from '@mantine/core'
import { useMe } from '../../api/queries.ts'
import { PageHead } from '../../parts/page.tsx'
import { readInferenceFilter } from '../../routing/inference-filter.ts'
import { changeSearch, useSearch } from '../../routing/location.ts'
import { useScope } from '../../routing/scope.ts'
import { ScopeBar } from '../../shell/scope-bar.tsx'
import { FilterBar } from './filter-bar.tsx'
import { InferenceList } from './inference-list.tsx'

export function InferencesPage({ openId }: { readonly openId: string | undefined }) {
  const me = useMe()
  const scope = useScope()
  const search = useSearch()
  const filter = readInferenceFilter(search)
  const isMoving = scope.range.kind === 'last'
  const isLive = isMoving && search.get('live') !== 'off' && filter.q === undefined
  return (
    <>
      <PageHead title="Inferences">
        {me.data && <ScopeBar me={me.data} />}
        <Switch
          label="Live"
          size="sm"
          checked={isLive}
          disabled={!isMoving || filter.q !== undefined}
          title={isMoving ? undefined : 'A period that has ended does not change'}
          onChange={event => changeSearch({ live: event.currentTarget.checked ? undefined : 'off' })}
        />
      </PageHead>
      <FilterBar filter={filter} />
      <InferenceList
        key={JSON.stringify([scope, filter])}
        scope={scope}
        filter={filter}
        isLive={isLive}
        openId={openId}
      />
    </>
  )
}
