import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useEffect, useEffectEvent, useState } from 'react'
import type { LiveState } from './live-inferences.ts'
import { request, toQueryString } from './request.ts'
import type { Answer, Body } from './types.ts'

/** Every read and change of reviews, once. */

export interface ReviewFilter {
  readonly tenant: string | undefined
  readonly service: string | undefined
  readonly state: 'pending' | 'decided'
}

const pageSize = 50

export function useReviews(filter: ReviewFilter) {
  return useInfiniteQuery({
    queryKey: ['reviews', 'list', filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      request<Answer<'listReviews'>>('/api/reviews', {
        signal,
        query: { ...filter, limit: pageSize, cursor: pageParam },
      }),
    getNextPageParam: page => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  })
}

const detailOf = (id: string) => ({
  queryKey: ['reviews', 'detail', id],
  queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
    request<Answer<'readReview'>>(`/api/reviews/${encodeURIComponent(id)}`, { signal }),
  staleTime: 10_000,
})

export function useReview(id: string) {
  return useQuery(detailOf(id))
}

/** Reads the one that comes next before anybody asks for it. */
export function usePrefetchReview(id: string | undefined): void {
  const client = useQueryClient()
  useEffect(() => {
    if (id !== undefined) void client.prefetchQuery(detailOf(id))
  }, [client, id])
}

export function useReviewStats(asked: { readonly days: number; readonly tenant: string | undefined }) {
  return useQuery({
    queryKey: ['reviews', 'stats', asked],
    queryFn: ({ signal }) =>
      request<Answer<'readReviewStats'>>('/api/reviews/stats', { signal, query: asked }),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  })
}

/** Anything that is done to one review; what is answered is what it looks like now. */
function useAct<Input>(path: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, body }: { readonly id: string; readonly body: Input }) =>
      request<Answer<'readReview'>>(`/api/reviews/${encodeURIComponent(id)}/${path}`, {
        method: 'POST',
        body,
      }),
    onSuccess: detail => {
      client.setQueryData(detailOf(detail.id).queryKey, detail)
      void client.invalidateQueries({ queryKey: ['reviews', 'list'] })
      void client.invalidateQueries({ queryKey: ['reviews', 'stats'] })
    },
    onError: (_error, { id }) => {
      void client.invalidateQueries({ queryKey: detailOf(id).queryKey })
      void client.invalidateQueries({ queryKey: ['reviews', 'list'] })
    },
  })
}

export function useClaimReview() {
  return useAct<object>('claim')
}

export function useDecideReview() {
  return useAct<Body<'decideReview'>>('decision')
}

export function useEditReview() {
  return useAct<Body<'editReview'>>('edit')
}

export function useUnmaskReview() {
  return useMutation({
    mutationFn: ({ id, reason }: { readonly id: string; readonly reason: string }) =>
      request<Answer<'unmaskReview'>>(`/api/reviews/${encodeURIComponent(id)}/unmask`, {
        method: 'POST',
        body: { reason },
      }),
  })
}

export function useKnownAnswers({ isEnabled }: { readonly isEnabled: boolean }) {
  return useQuery({
    queryKey: ['reviews', 'known-answers'],
    queryFn: ({ signal }) => request<Answer<'listKnownAnswers'>>('/api/reviews/known-answers', { signal }),
    select: page => page.data,
    enabled: isEnabled,
  })
}

const reopenAfterMs = 3_000

/** Reads lists and details again as soon as anything happens to a review, on whatever replica. */
export function useLiveReviews(tenant: string | undefined, isOn: boolean): LiveState {
  const [isOpen, setIsOpen] = useState(false)
  const client = useQueryClient()
  const hear = useEffectEvent((id: string | undefined) => {
    void client.invalidateQueries({ queryKey: ['reviews', 'list'] })
    void client.invalidateQueries({ queryKey: ['reviews', 'stats'] })
    void client.invalidateQueries({ queryKey: id === undefined ? ['reviews'] : ['reviews', 'detail', id] })
  })
  useEffect(() => {
    if (!isOn) return
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const open = () => {
      source = new EventSource(`/api/reviews/live${toQueryString({ tenant })}`)
      source.addEventListener('open', () => setIsOpen(true))
      source.addEventListener('review', event => hear((JSON.parse(event.data) as { id: string }).id))
      source.addEventListener('missed', () => hear(undefined))
      source.addEventListener('error', () => {
        setIsOpen(false)
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, reopenAfterMs)
      })
    }
    open()
    return () => {
      clearTimeout(timer)
      source?.close()
      setIsOpen(false)
    }
  }, [isOn, tenant])
  if (!isOn) return 'off'
  return isOpen ? 'live' : 'connecting'
}
