import { useInfiniteQuery, useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { request, send } from './request.ts'
import type { Answer, Body } from './types.ts'

/** Every read and change of models, once. */

/** One model of one tenant; `undefined` is the tenant of the key. */
export interface ModelPlace {
  readonly name: string
  readonly tenant: string | undefined
}

const pathOf = ({ name }: ModelPlace, rest = ''): string => `/api/models/${encodeURIComponent(name)}${rest}`
const versionPath = (place: ModelPlace, at: string, rest = ''): string =>
  pathOf(place, `/versions/${encodeURIComponent(at)}${rest}`)
const slowMs = 15_000
const liveMs = 3_000

export function useModels(tenant: string | undefined) {
  return useInfiniteQuery({
    queryKey: ['models', 'list', tenant],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      request<Answer<'listModels'>>('/api/models', { signal, query: { tenant, cursor: pageParam } }),
    getNextPageParam: page => page.next_cursor ?? undefined,
    refetchInterval: slowMs,
  })
}

export function useModel(place: ModelPlace) {
  return useQuery({
    queryKey: ['models', 'one', place],
    queryFn: ({ signal }) =>
      request<Answer<'readModel'>>(pathOf(place), { signal, query: { tenant: place.tenant } }),
    refetchInterval: slowMs,
  })
}

export function useModelVersions(place: ModelPlace) {
  return useInfiniteQuery({
    queryKey: ['models', 'versions', place],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      request<Answer<'listModelVersions'>>(pathOf(place, '/versions'), {
        signal,
        query: { tenant: place.tenant, before: pageParam, limit: 100 },
      }),
    getNextPageParam: page => page.next_cursor ?? undefined,
    refetchInterval: slowMs,
  })
}

export function useModelVersion(place: ModelPlace, at: string | undefined) {
  return useQuery({
    queryKey: ['models', 'version', place, at],
    queryFn: ({ signal }) =>
      request<Answer<'readModelVersion'>>(versionPath(place, at ?? 'latest'), {
        signal,
        query: { tenant: place.tenant },
      }),
    enabled: at !== undefined,
    refetchInterval: slowMs,
  })
}

export function useModelHistory(place: ModelPlace, alias: string | undefined) {
  return useInfiniteQuery({
    queryKey: ['models', 'history', place, alias],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      request<Answer<'listModelHistory'>>(pathOf(place, '/history'), {
        signal,
        query: { tenant: place.tenant, alias, cursor: pageParam },
      }),
    getNextPageParam: page => page.next_cursor ?? undefined,
    refetchInterval: slowMs,
  })
}

/** What last happened to some models, all together; nothing until all of it is there. */
export function useModelHistories(models: readonly string[], tenant: string | undefined) {
  return useQueries({
    queries: models.map(name => ({
      queryKey: ['models', 'latest-history', name, tenant],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
        request<Answer<'listModelHistory'>>(pathOf({ name, tenant }, '/history'), {
          signal,
          query: { tenant, limit: 200 },
        }),
      refetchInterval: liveMs,
    })),
    combine: results => ({
      data: results.every(({ data }) => data !== undefined)
        ? results.flatMap(({ data }) => data?.data ?? [])
        : undefined,
      error: results.find(({ error }) => error !== null)?.error ?? null,
      refetch: async () => await Promise.all(results.map(result => result.refetch())),
    }),
  })
}

/** `at` left out is now. */
export function useLiveModel(place: ModelPlace, at: string | undefined) {
  return useQuery({
    queryKey: ['models', 'live', place, at],
    queryFn: ({ signal }) =>
      request<Answer<'readLiveModel'>>(pathOf(place, '/live'), {
        signal,
        query: { tenant: place.tenant, at },
      }),
    placeholderData: before => before,
  })
}

export function useModelRequirements(
  place: ModelPlace,
  asked: { readonly at: string; readonly alias: string; readonly evaluation: string | undefined },
) {
  const { at, ...query } = asked
  return useQuery({
    queryKey: ['models', 'requirements', place, asked],
    queryFn: ({ signal }) =>
      request<Answer<'judgeModelVersion'>>(versionPath(place, at, '/requirements'), {
        signal,
        query: { ...query, tenant: place.tenant },
      }),
    placeholderData: before => before,
    refetchInterval: slowMs,
  })
}

export function useMoveAlias(place: ModelPlace) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ alias, ...body }: Body<'moveModelAlias'> & { readonly alias: string }) =>
      request<Answer<'moveModelAlias'>>(pathOf(place, `/aliases/${encodeURIComponent(alias)}`), {
        method: 'PUT',
        query: { tenant: place.tenant },
        body,
      }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['models'] }),
  })
}

export function useDecideVersion(place: ModelPlace, at: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Body<'decideModelVersion'>) =>
      request<Answer<'decideModelVersion'>>(versionPath(place, at, '/decisions'), {
        method: 'POST',
        query: { tenant: place.tenant },
        body,
      }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['models'] }),
  })
}

/** Whether signature, bill of materials and card are true of the files. */
export function useModelVerification(place: ModelPlace, at: string) {
  return useQuery({
    queryKey: ['models', 'verification', place, at],
    queryFn: ({ signal }) =>
      request<Answer<'readModelVerification'>>(versionPath(place, at, '/verification'), {
        signal,
        query: { tenant: place.tenant },
      }),
  })
}

/** The same after every stored file was read and hashed once more. */
export function useVerifyFiles(place: ModelPlace, at: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () =>
      request<Answer<'verifyModelVersion'>>(versionPath(place, at, '/verification'), {
        method: 'POST',
        query: { tenant: place.tenant },
      }),
    onSuccess: found => client.setQueryData(['models', 'verification', place, at], found),
  })
}

/** The text of an attachment. */
export function useAttachmentText(place: ModelPlace, at: string, id: string | undefined) {
  return useQuery({
    queryKey: ['models', 'attachment', place, at, id],
    queryFn: async ({ signal }) => {
      const path = attachmentHref(place, at, id ?? '')
      return await (await send(path, { signal })).text()
    },
    enabled: id !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export function attachmentHref(place: ModelPlace, at: string, id: string): string {
  const query = place.tenant === undefined ? '' : `?tenant=${encodeURIComponent(place.tenant)}`
  return `${versionPath(place, at, `/attachments/${encodeURIComponent(id)}`)}${query}`
}

export function fileHref(place: ModelPlace, at: string, path: string): string {
  const search = new URLSearchParams({ path, ...(place.tenant !== undefined && { tenant: place.tenant }) })
  return `${versionPath(place, at, '/file')}?${search}`
}

/** What comes of what, around KIND:NAME. */
export function useLineage(of: string, tenant: string | undefined) {
  return useQuery({
    queryKey: ['models', 'lineage', of, tenant],
    queryFn: ({ signal }) =>
      request<Answer<'readLineage'>>('/api/lineage', { signal, query: { of, tenant, limit: 100 } }),
    refetchInterval: slowMs,
  })
}
