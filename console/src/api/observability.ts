import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from './request.ts'
import type { Answer, Body } from './types.ts'

/** What the pages of the board, alerts and objectives read and change. */

export function useBoard(minutes: number, service: string | undefined) {
  return useQuery({
    queryKey: ['board', minutes, service],
    queryFn: ({ signal }) =>
      request<Answer<'readBoard'>>('/api/board', { signal, query: { minutes, service } }),
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  })
}

export function useAlerts(state: 'open' | 'resolved', service: string | undefined) {
  return useQuery({
    queryKey: ['alerts', state, service],
    queryFn: ({ signal }) =>
      request<Answer<'listAlerts'>>('/api/alerts', { signal, query: { state, service, limit: 200 } }),
    select: page => page.data,
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  })
}

export function useAlert(id: string) {
  return useQuery({
    queryKey: ['alert', id],
    queryFn: ({ signal }) =>
      request<Answer<'readAlert'>>(`/api/alerts/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: 5_000,
  })
}

export function useSlos() {
  return useQuery({
    queryKey: ['slos'],
    queryFn: ({ signal }) => request<Answer<'listSlos'>>('/api/slos', { signal }),
    select: page => page.data,
    refetchInterval: 10_000,
  })
}

export function useMonitors() {
  return useQuery({
    queryKey: ['monitors'],
    queryFn: ({ signal }) => request<Answer<'listMonitors'>>('/api/monitors', { signal }),
    select: page => page.data,
    refetchInterval: 5_000,
  })
}

export function useMonitorAlarms(name: string) {
  return useQuery({
    queryKey: ['monitor-alarms', name],
    queryFn: ({ signal }) =>
      request<Answer<'listMonitorAlarms'>>(`/api/monitors/${encodeURIComponent(name)}/alarms`, { signal }),
    select: page => page.data,
    refetchInterval: 5_000,
  })
}

/** The evidence of the last day. */
export function useMonitorStream(name: string, stream: string) {
  return useQuery({
    queryKey: ['monitor-stream', name, stream],
    queryFn: ({ signal }) =>
      request<Answer<'readMonitorStream'>>(
        `/api/monitors/${encodeURIComponent(name)}/streams/${encodeURIComponent(stream)}`,
        { signal },
      ),
    refetchInterval: 10_000,
  })
}

export function useRules() {
  return useQuery({
    queryKey: ['rules'],
    queryFn: ({ signal }) => request<Answer<'listRules'>>('/api/rules', { signal }),
    select: page => page.data,
    refetchInterval: 10_000,
  })
}

export function useChannels() {
  return useQuery({
    queryKey: ['channels'],
    queryFn: ({ signal }) => request<Answer<'listChannels'>>('/api/channels', { signal }),
    select: page => page.data,
    refetchInterval: 10_000,
  })
}

export function useSilences() {
  return useQuery({
    queryKey: ['silences'],
    queryFn: ({ signal }) => request<Answer<'listSilences'>>('/api/silences', { signal }),
    select: page => page.data,
    refetchInterval: 10_000,
  })
}

export function useAcknowledge() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      request<Answer<'acknowledgeAlert'>>(`/api/alerts/${encodeURIComponent(id)}/acknowledge`, {
        method: 'POST',
        body: {},
      }),
    onSuccess: async (_, id) => {
      await client.invalidateQueries({ queryKey: ['alerts'] })
      await client.invalidateQueries({ queryKey: ['alert', id] })
    },
  })
}

export function useCreateSilence() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (silence: Body<'createSilence'>) =>
      request<Answer<'createSilence'>>('/api/silences', { method: 'POST', body: silence }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['silences'] }),
  })
}

export function useEndSilence() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      request<Answer<'endSilence'>>(`/api/silences/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['silences'] }),
  })
}

export function useTestChannel() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) =>
      request<Answer<'testChannel'>>(`/api/channels/${encodeURIComponent(name)}/test`, { method: 'POST' }),
    onSettled: () => client.invalidateQueries({ queryKey: ['channels'] }),
  })
}
