import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useState } from 'react'
import type { LiveState } from './live-inferences.ts'
import { request } from './request.ts'
import type { Answer, Body } from './types.ts'

/** Every read and change of rollouts, once. */

export type RolloutDetail = Answer<'readRollout'>

const pathOf = (id: string): string => `/api/rollouts/${encodeURIComponent(id)}`
const liveReleaseOf = (service: string): string => `/api/services/${encodeURIComponent(service)}/live-release`

/** Rollouts of a service or of all, the newest first. */
export function useRollouts(service: string | undefined) {
  return useQuery({
    queryKey: ['rollouts', service],
    queryFn: ({ signal }) =>
      request<Answer<'listRollouts'>>('/api/rollouts', { signal, query: { service, limit: 100 } }),
    select: page => page.data,
    refetchInterval: 3_000,
  })
}

export function useRollout(id: string) {
  return useQuery({
    queryKey: ['rollout', id],
    queryFn: ({ signal }) => request<RolloutDetail>(pathOf(id), { signal }),
  })
}

const verdictsAtOnce = 50

/** The verdicts of a rollout, the newest first, page by page; read again with every new `last`. */
export function useVerdicts(id: string, last: string | undefined) {
  const client = useQueryClient()
  const query = useInfiniteQuery({
    queryKey: ['rollout-verdicts', id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      request<Answer<'listRolloutVerdicts'>>(`${pathOf(id)}/verdicts`, {
        signal,
        query: { cursor: pageParam, limit: verdictsAtOnce },
      }),
    getNextPageParam: page => page.next_cursor ?? undefined,
  })
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ['rollout-verdicts', id] })
  }, [client, id, last])
  return query
}

/** Keeps a rollout that is under way as the server tells it. */
export function useLiveRollout(id: string, isOn: boolean): LiveState {
  const [isOpen, setIsOpen] = useState(false)
  const client = useQueryClient()
  const hear = useEffectEvent((detail: RolloutDetail) => client.setQueryData(['rollout', id], detail))
  useEffect(() => {
    if (!isOn) return
    const source = new EventSource(`${pathOf(id)}/live`)
    source.addEventListener('open', () => setIsOpen(true))
    source.addEventListener('rollout', event => hear(JSON.parse(event.data) as RolloutDetail))
    source.addEventListener('error', () => setIsOpen(false))
    return () => {
      source.close()
      setIsOpen(false)
    }
  }, [id, isOn])
  if (!isOn) return 'off'
  return isOpen ? 'live' : 'connecting'
}

export type RolloutAct = 'pause' | 'resume' | 'approve' | 'promote' | 'abort'

export function useActOnRollout(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ act, reason }: { readonly act: RolloutAct; readonly reason: string }) =>
      request<Answer<'pauseRollout'>>(`${pathOf(id)}/${act}`, { method: 'POST', body: { reason } }),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: ['rollout', id] })
    },
  })
}

export function useLiveRelease(service: string, isOn: boolean) {
  return useQuery({
    queryKey: ['live-release', service],
    queryFn: ({ signal }) => request<Answer<'readLiveRelease'>>(liveReleaseOf(service), { signal }),
    refetchInterval: 3_000,
    enabled: isOn,
  })
}

export function useSetLiveRelease(service: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Body<'setLiveRelease'>) =>
      request<Answer<'setLiveRelease'>>(liveReleaseOf(service), { method: 'POST', body }),
    onSuccess: live => client.setQueryData(['live-release', service], live),
  })
}
