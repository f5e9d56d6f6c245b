import { Skeleton } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Problem } from './problem.tsx'

/** What a query brings, a skeleton of the same height until then, or its problem. */
export function Loaded<Data>(props: {
  readonly query: Pick<UseQueryResult<Data>, 'data' | 'error' | 'refetch'>
  readonly height: number
  readonly children: (data: Data) => ReactNode
}) {
  const { data, error, refetch } = props.query
  if (data !== undefined) return props.children(data)
  if (error) return <Problem error={error} onRetry={() => void refetch()} />
  return (
    <output aria-label="Loading">
      <Skeleton height={props.height} radius="md" />
    </output>
  )
}
