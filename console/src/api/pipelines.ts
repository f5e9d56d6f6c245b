import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from './request.ts'
import type { Answer, PipelineRun } from './types.ts'

/** Every read and change of pipelines, once. */

const ends: readonly string[] = ['succeeded', 'failed', 'cancelled', 'skipped']

export function isEnded({ state }: Pick<PipelineRun, 'state'>): boolean {
  return ends.includes(state)
}

const pathOf = (id: string): string => `/api/pipeline-runs/${encodeURIComponent(id)}`
const liveMs = 1_000

export function usePipelines(tenant: string | undefined) {
  return useQuery({
    queryKey: ['pipelines', 'defined', tenant],
    queryFn: ({ signal }) =>
      request<Answer<'listPipelines'>>('/api/pipelines', { signal, query: { tenant, limit: 200 } }),
    refetchInterval: 15_000,
  })
}

export function usePipelineRuns(tenant: string | undefined, pipeline: string | undefined) {
  return useInfiniteQuery({
    queryKey: ['pipelines', 'runs', tenant, pipeline],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      request<Answer<'listPipelineRuns'>>('/api/pipeline-runs', {
        signal,
        query: { tenant, pipeline, cursor: pageParam },
      }),
    getNextPageParam: page => page.next_cursor ?? undefined,
    refetchInterval: query =>
      query.state.data?.pages.some(page => page.data.some(run => !isEnded(run))) ? 1_500 : 10_000,
  })
}

export function usePipelineRun(id: string) {
  return useQuery({
    queryKey: ['pipelines', 'run', id],
    queryFn: ({ signal }) => request<Answer<'readPipelineRun'>>(pathOf(id), { signal }),
    refetchInterval: query => (query.state.data && !isEnded(query.state.data) ? liveMs : false),
  })
}

const logLines = 2_000

export function usePipelineLogs(id: string, stage: string, isLive: boolean) {
  return useQuery({
    queryKey: ['pipelines', 'logs', id, stage, isLive],
    queryFn: ({ signal }) =>
      request<Answer<'readPipelineLogs'>>(`${pathOf(id)}/logs`, {
        signal,
        query: { stage, limit: logLines },
      }),
    refetchInterval: isLive ? liveMs : false,
    placeholderData: before => before,
  })
}

export function usePipelineMetrics(id: string, isLive: boolean) {
  return useQuery({
    queryKey: ['pipelines', 'metrics', id, isLive],
    queryFn: ({ signal }) => request<Answer<'readPipelineMetrics'>>(`${pathOf(id)}/metrics`, { signal }),
    refetchInterval: isLive ? liveMs * 2 : false,
    placeholderData: before => before,
  })
}

export function useBeginPipelineRun() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { readonly pipeline: string; readonly tenant: string }) =>
      request<Answer<'beginPipelineRun'>>('/api/pipeline-runs', {
        method: 'POST',
        body: { ...body, trigger: 'manual' },
      }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['pipelines'] }),
  })
}

export function useChangePipelineRun(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({
      verb,
      ...body
    }: {
      readonly verb: 'cancel' | 'resume' | 'approve' | 'reject'
      readonly stage?: string
      readonly reason?: string
    }) =>
      request<Answer<'readPipelineRun'>>(`${pathOf(id)}/${verb}`, {
        method: 'POST',
        ...(verb !== 'resume' && { body }),
      }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['pipelines'] }),
  })
}
