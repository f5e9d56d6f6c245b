import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { request } from './request.ts'
import type { Answer, DatasetReport } from './types.ts'

/** Every read and change of datasets, once. */

export type DatasetColumnProfile = NonNullable<DatasetReport['profile']>['columns'][number]

/** One dataset of one tenant; `undefined` is the tenant of the key. */
export interface DatasetPlace {
  readonly name: string
  readonly tenant: string | undefined
}

const pathOf = ({ name }: DatasetPlace, rest = ''): string =>
  `/api/datasets/${encodeURIComponent(name)}${rest}`

export function useDatasets(tenant: string | undefined) {
  return useInfiniteQuery({
    queryKey: ['datasets', 'list', tenant],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      request<Answer<'listDatasets'>>('/api/datasets', { signal, query: { tenant, cursor: pageParam } }),
    getNextPageParam: page => page.next_cursor ?? undefined,
    refetchInterval: 15_000,
  })
}

export function useDataset(place: DatasetPlace) {
  return useQuery({
    queryKey: ['datasets', 'one', place],
    queryFn: ({ signal }) =>
      request<Answer<'readDataset'>>(pathOf(place), { signal, query: { tenant: place.tenant } }),
    refetchInterval: 15_000,
  })
}

export function useDatasetVersions(place: DatasetPlace) {
  return useInfiniteQuery({
    queryKey: ['datasets', 'versions', place],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      request<Answer<'listDatasetVersions'>>(pathOf(place, '/versions'), {
        signal,
        query: { tenant: place.tenant, limit: 100, cursor: pageParam },
      }),
    getNextPageParam: page => page.next_cursor ?? undefined,
    refetchInterval: 15_000,
  })
}

const versionPath = (place: DatasetPlace, revision: string, rest = ''): string =>
  pathOf(place, `/versions/${encodeURIComponent(revision)}${rest}`)

/** What profile and checks said; `null` where a version was published without. */
export function useDatasetReport(place: DatasetPlace, revision: string) {
  return useQuery({
    queryKey: ['datasets', 'report', place, revision],
    queryFn: ({ signal }) =>
      request<Answer<'readDatasetReport'>>(versionPath(place, revision, '/report'), {
        signal,
        query: { tenant: place.tenant },
      }).catch((error: unknown) => {
        if (error instanceof Error && 'status' in error && error.status === 404) return null
        throw error
      }),
  })
}

export interface RowsFilter {
  readonly split: string | undefined
  readonly where: string | undefined
}

const rowsAtOnce = 50

export function useDatasetRows(place: DatasetPlace, revision: string, filter: RowsFilter) {
  return useInfiniteQuery({
    queryKey: ['datasets', 'rows', place, revision, filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      request<Answer<'listDatasetRows'>>(versionPath(place, revision, '/rows'), {
        signal,
        query: { ...filter, tenant: place.tenant, limit: rowsAtOnce, cursor: pageParam },
      }),
    getNextPageParam: page => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    retry: false,
  })
}

export function useDatasetDiff(place: DatasetPlace, from: string | undefined, to: string) {
  return useInfiniteQuery({
    queryKey: ['datasets', 'diff', place, from, to],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      request<Answer<'diffDatasetVersions'>>(pathOf(place, '/diff'), {
        signal,
        query: { tenant: place.tenant, from, to, cursor: pageParam, limit: rowsAtOnce },
      }),
    getNextPageParam: page => page.next_cursor ?? undefined,
    enabled: from !== undefined,
  })
}

/** One version with its definition and parents. */
export function useDatasetVersion(place: DatasetPlace, revision: string) {
  return useQuery({
    queryKey: ['datasets', 'version', place, revision],
    queryFn: ({ signal }) =>
      request<Answer<'readDatasetVersion'>>(versionPath(place, revision), {
        signal,
        query: { tenant: place.tenant },
      }),
  })
}

/** Which version gave each cell of a row its value. */
export function useDatasetBlame(place: DatasetPlace, revision: string, key: string) {
  return useQuery({
    queryKey: ['datasets', 'blame', place, revision, key],
    queryFn: ({ signal }) =>
      request<Answer<'blameDatasetRows'>>(versionPath(place, revision, '/blame'), {
        signal,
        method: 'POST',
        query: { tenant: place.tenant },
        body: { keys: [key] },
      }),
    retry: false,
  })
}

/** Long operations of a dataset that have not ended. */
export function useDatasetTasks(place: DatasetPlace) {
  return useQuery({
    queryKey: ['datasets', 'tasks', place],
    queryFn: ({ signal }) =>
      request<Answer<'listDatasetTasks'>>('/api/dataset-tasks', {
        signal,
        query: { tenant: place.tenant, dataset: place.name, limit: 10 },
      }),
    select: page => page.data,
    refetchInterval: query => (query.state.data?.data.some(task => task.ended_at === null) ? 1_000 : 10_000),
  })
}

/** How the slices of a version are represented, and which labels hang on them; `null` where no column is a slice. */
export function useDatasetBias(place: DatasetPlace, revision: string) {
  return useQuery({
    queryKey: ['datasets', 'bias', place, revision],
    queryFn: ({ signal }) =>
      request<Answer<'readDatasetBias'>>(versionPath(place, revision, '/bias'), {
        signal,
        query: { tenant: place.tenant },
      }).catch((error: unknown) => {
        if (error instanceof Error && 'status' in error && error.status === 400) return null
        throw error
      }),
  })
}

/** The newest report of each kind on labels, whole. */
export function useLabelReports(place: DatasetPlace) {
  return useQuery({
    queryKey: ['datasets', 'labels', place],
    queryFn: async ({ signal }) => {
      const { data } = await request<Answer<'listLabelReports'>>(pathOf(place, '/label-reports'), {
        signal,
        query: { tenant: place.tenant },
      })
      const newest = [...Map.groupBy(data, ({ kind }) => kind).values()].flatMap(reports => reports[0] ?? [])
      return await Promise.all(
        newest.map(({ id }) =>
          request<Answer<'readLabelReport'>>(`/api/label-reports/${encodeURIComponent(id)}`, { signal }),
        ),
      )
    },
    refetchInterval: 15_000,
  })
}

/** Asks people about the labels of a report that look wrong. */
export function useSendSuspects(place: DatasetPlace) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (report: string) =>
      request<Answer<'sendLabelSuspects'>>(`/api/label-reports/${encodeURIComponent(report)}/reviews`, {
        method: 'POST',
        body: {},
      }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['datasets', 'labels', place] }),
  })
}

/** Writes what each item most likely is beside its labels, as a version on a branch of its own. */
export function usePublishConsensus() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (report: string) =>
      request<Answer<'publishLabelConsensus'>>(`/api/label-reports/${encodeURIComponent(report)}/consensus`, {
        method: 'POST',
        body: {},
      }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['datasets'] }),
  })
}

/** What people were asked of traffic so that a dataset lacks less, the newest first. */
export function useDrives(place: DatasetPlace) {
  return useQuery({
    queryKey: ['datasets', 'drives', place],
    queryFn: ({ signal }) =>
      request<Answer<'listCollectionDrives'>>(pathOf(place, '/drives'), {
        signal,
        query: { tenant: place.tenant, limit: 3 },
      }),
    select: page => page.data,
    refetchInterval: 15_000,
  })
}

/** Makes rows of what people said, on a branch of their own. */
export function useApplyDrive() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (drive: string) =>
      request<Answer<'applyCollectionDrive'>>(`/api/drives/${encodeURIComponent(drive)}/apply`, {
        method: 'POST',
        body: {},
      }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['datasets'] }),
  })
}
