import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from './request.ts'
import type { Answer, Body, TrainingJob } from './types.ts'

/** Every read and change of training, once. */

const ends: readonly string[] = ['succeeded', 'failed', 'cancelled']

export function isEnded({ state }: Pick<TrainingJob, 'state'>): boolean {
  return ends.includes(state)
}

const pathOf = (id: string, rest = ''): string => `/api/training/jobs/${encodeURIComponent(id)}${rest}`
const liveMs = 1_000

export function useTrainers() {
  return useQuery({
    queryKey: ['training', 'trainers'],
    queryFn: ({ signal }) => request<Answer<'listTrainers'>>('/api/training/trainers', { signal }),
    refetchInterval: 15_000,
  })
}

export function useTrainingJobs(tenant: string | undefined) {
  return useInfiniteQuery({
    queryKey: ['training', 'list', tenant],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      request<Answer<'listTrainingJobs'>>('/api/training/jobs', {
        signal,
        query: { tenant, cursor: pageParam },
      }),
    getNextPageParam: page => page.next_cursor ?? undefined,
    refetchInterval: query =>
      query.state.data?.pages.some(page => page.data.some(job => !isEnded(job))) ? liveMs * 2 : 10_000,
  })
}

export function useTrainingJob(id: string) {
  return useQuery({
    queryKey: ['training', 'job', id],
    queryFn: ({ signal }) => request<Answer<'readTrainingJob'>>(pathOf(id), { signal }),
    refetchInterval: query => (query.state.data && !isEnded(query.state.data) ? liveMs : false),
  })
}

/** What belongs to a job; read again while it moves, and once more when it has ended. */
function usePart<Part>(id: string, part: string, isLive: boolean) {
  return useQuery({
    queryKey: ['training', part, id, isLive],
    queryFn: ({ signal }) => request<Part>(pathOf(id, `/${part}`), { signal }),
    refetchInterval: isLive ? liveMs : false,
    placeholderData: before => before,
  })
}

export const useTrainingPoints = (id: string, isLive: boolean) =>
  usePart<Answer<'listTrainingPoints'>>(id, 'points', isLive)
export const useTrainingEvents = (id: string, isLive: boolean) =>
  usePart<Answer<'listTrainingEvents'>>(id, 'events', isLive)
export const useTrainingCheckpoints = (id: string, isLive: boolean) =>
  usePart<Answer<'listTrainingCheckpoints'>>(id, 'checkpoints', isLive)

export function useCreateTrainingJob() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Body<'createTrainingJob'>) =>
      request<Answer<'createTrainingJob'>>('/api/training/jobs', { method: 'POST', body }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['training'] }),
  })
}

export function useMoveTrainingJob(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (verb: 'cancel' | 'pause' | 'resume') =>
      request<Answer<'readTrainingJob'>>(pathOf(id, `/${verb}`), { method: 'POST' }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['training'] }),
  })
}
