import { Button } from '@mantine/core'
import type { UseInfiniteQueryResult } from '@tanstack/react-query'

/** The button below a list that has another page; nothing where it has none. */
export function ShowMore(props: {
  readonly query: Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>
  readonly label?: string
}) {
  const { query, label = 'Show more' } = props
  if (!query.hasNextPage) return null
  return (
    <div className="more">
      <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {label}
      </Button>
    </div>
  )
}
