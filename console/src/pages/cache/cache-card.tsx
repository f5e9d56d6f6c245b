import { Button, Group } from '@mantine/core'
import type { ServiceCache } from '../../api/types.ts'
import { formatBytes } from '../../format/number.ts'
import { Prose } from '../../parts/prose.tsx'
import { Status } from '../../parts/status.tsx'
import { useHref } from '../../routing/scope.ts'
import { countAnswers } from './count-answers.ts'
import { WrongHits } from './wrong-hits.tsx'

/** What one service keeps, and for whom; why a semantic cache serves or does not. */
export function CacheCard({
  cache,
  onClear,
}: {
  readonly cache: ServiceCache
  readonly onClear?: () => void
}) {
  const href = useHref()
  const { service, tenants, exact, semantic } = cache
  return (
    <section className="panel" aria-label={service}>
      <div className="card-head">
        <div>
          <h2>{service}</h2>
          <p className="lead">
            {countAnswers(cache.answers)}, {formatBytes(cache.bytes)} in the memory of this process;{' '}
            {tenants === null ? 'for all tenants' : `for ${tenants.join(', ')}`}, each its own
          </p>
        </div>
        <Group gap="xs">
          <Button
            variant="default"
            size="xs"
            component="a"
            href={href(`/costs?service=${encodeURIComponent(service)}`)}
          >
            Savings
          </Button>
          {onClear && (
            <Button
              variant="default"
              size="xs"
              disabled={cache.answers === 0}
              aria-label={`Clear the cache of ${service}`}
              onClick={onClear}
            >
              Clear
            </Button>
          )}
        </Group>
      </div>
      <div className="panel-body cache-kinds">
        {exact && (
          <p>
            <b>Exact.</b> The same request to the letter is answered again.
          </p>
        )}
        {semantic && (
          <>
            <Group gap="sm">
              <b>Semantic.</b>
              <Status state={semantic.serving ? 'serves' : 'measures'} />
            </Group>
            <p>
              <Prose text={semantic.reason} />
            </p>
            <WrongHits semantic={semantic} />
          </>
        )}
      </div>
    </section>
  )
}
