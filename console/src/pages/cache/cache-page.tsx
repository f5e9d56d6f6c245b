import { useState } from 'react'
import { useCaches, useMe } from '../../api/queries.ts'
import type { ServiceCache } from '../../api/types.ts'
import { Empty } from '../../parts/empty.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { OnlyOf } from '../../parts/only-of.tsx'
import { PageHead } from '../../parts/page.tsx'
import { useScope } from '../../routing/scope.ts'
import { CacheCard } from './cache-card.tsx'
import { ClearCacheDialog } from './clear-cache-dialog.tsx'

const example = `services:
  assistant:
    cache: { tenants: all, exact: { ttlSeconds: 3600 } }`

/** The services that give answers again, and whether the semantic ones may. */
export function CachePage() {
  const caches = useCaches()
  const { service } = useScope()
  const mayClear = useMe().data?.permissions.includes('cache:clear') ?? false
  const [clearing, setClearing] = useState<ServiceCache | undefined>()
  return (
    <>
      <PageHead
        title="Cache"
        lead="Answers that are given again instead of asking a model. A semantic cache serves only while it is proven right often enough."
      />
      <Loaded query={caches} height={320}>
        {known => {
          const shown = known.filter(cache => service === undefined || cache.service === service)
          return shown.length === 0 ? (
            <Empty
              icon="cache"
              title={service === undefined ? 'No service keeps answers' : `${service} keeps no answers`}
              command={example}
            >
              Say in the configuration which service may, and for whom; it holds without a restart.
            </Empty>
          ) : (
            <div className="stack">
              <OnlyOf service={service} />
              {shown.map(cache => (
                <CacheCard
                  key={cache.service}
                  cache={cache}
                  {...(mayClear && { onClear: () => setClearing(cache) })}
                />
              ))}
            </div>
          )
        }}
      </Loaded>
      <ClearCacheDialog cache={clearing} onClose={() => setClearing(undefined)} />
    </>
  )
}
