import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { LiveState } from './live-inferences.ts'
import { request } from './request.ts'
import type { Answer, PipelineRun, PipelineRunDetail } from './types.ts'

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
  })
}

const reopenAfterMs = 3_000

/** Puts each state of a run in the place of the one before, as it comes; comes back by itself when the stream breaks. */
export function useLivePipelineRun(id: string, isOn: boolean): LiveState {
  const client = useQueryClient()
  const [isOpen, setIsOpen] = useState(false)
  useEffect(() => {
    if (!isOn) return
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const open = () => {
      source = new EventSource(`${pathOf(id)}/live`)
      source.addEventListener('open', () => setIsOpen(true))
      source.addEventListener('run', event =>
        client.setQueryData(['pipelines', 'run', id], JSON.parse(event.data) as PipelineRunDetail),
      )
      source.addEventListener('error', () => {
        setIsOpen(false)
        // The browser retries a broken stream, but gives up for good on a refusal.
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, reopenAfterMs)
      })
    }
    open()
    return () => {
      clearTimeout(timer)
      source?.close()
      setIsOpen(false)
    }
  }, [client, id, isOn])
  if (!isOn) return 'off'
  return isOpen ? 'live' : 'connecting'
}

const slowMs = 5_000
const placeOf = (name: string): string => `/api/pipelines/${encodeURIComponent(name)}`

export function usePipeline(name: string, tenant: string | undefined) {
  return useQuery({
    queryKey: ['pipelines', 'pipeline', name, tenant],
    queryFn: ({ signal }) => request<Answer<'readPipeline'>>(placeOf(name), { signal, query: { tenant } }),
  })
}

export function usePipelineTriggers(name: string, tenant: string | undefined) {
  return useQuery({
    queryKey: ['pipelines', 'triggers', name, tenant],
    queryFn: ({ signal }) =>
      request<Answer<'listPipelineTriggers'>>(`${placeOf(name)}/triggers`, { signal, query: { tenant } }),
    refetchInterval: slowMs,
  })
}

export function useTriggerDecisions(name: string, tenant: string | undefined) {
  return useInfiniteQuery({
    queryKey: ['pipelines', 'decisions', name, tenant],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      request<Answer<'listTriggerDecisions'>>(`${placeOf(name)}/trigger-decisions`, {
        signal,
        query: { tenant, cursor: pageParam },
      }),
    getNextPageParam: page => page.next_cursor ?? undefined,
    refetchInterval: slowMs,
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
