import { useQuery } from '@tanstack/react-query'
import { request } from './request.ts'
import type { Answer } from './types.ts'

/** Rollouts of a service, the newest first. */
export function useRollouts(service: string) {
  return useQuery({
    queryKey: ['rollouts', service],
    queryFn: ({ signal }) =>
      request<Answer<'listRollouts'>>('/api/rollouts', { signal, query: { service, limit: 100 } }),
    select: page => page.data,
    refetchInterval: 3_000,
  })
}
