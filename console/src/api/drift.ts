import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from './request.ts'
import type { Answer, Body } from './types.ts'

/** What explains that traffic or data is not like another. */

export function useDriftReports(service: string | undefined, tenant: string | undefined) {
  return useQuery({
    queryKey: ['drift-reports', service, tenant],
    queryFn: ({ signal }) =>
      request<Answer<'listDriftReports'>>('/api/drift-reports', { signal, query: { service, tenant } }),
    select: page => page.data,
    refetchInterval: 5_000,
  })
}

export function useDriftReport(id: string) {
  return useQuery({
    queryKey: ['drift-report', id],
    queryFn: ({ signal }) =>
      request<Answer<'readDriftReport'>>(`/api/drift-reports/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state: { data } }) =>
      data && data.state !== 'queued' && data.state !== 'running' ? false : 1_000,
  })
}

export function useCreateDriftReport() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Body<'createDriftReport'>) =>
      request<Answer<'createDriftReport'>>('/api/drift-reports', { method: 'POST', body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['drift-reports'] }),
  })
}

export function useCancelDriftReport(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () =>
      request<Answer<'cancelDriftReport'>>(`/api/drift-reports/${encodeURIComponent(id)}/cancel`, {
        method: 'POST',
      }),
    onSettled: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['drift-reports'] }),
        client.invalidateQueries({ queryKey: ['drift-report', id] }),
      ])
    },
  })
}
