import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { request } from './request.ts'
import type { Answer, EvaluationRun } from './types.ts'

/** Every read and change of evaluations, once. */

const ends: readonly string[] = ['completed', 'cancelled', 'failed']

export function isEnded({ state }: Pick<EvaluationRun, 'state'>): boolean {
  return ends.includes(state)
}

export function useEvaluations(tenant: string | undefined) {
  return useInfiniteQuery({
    queryKey: ['evaluations', 'list', tenant],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      request<Answer<'listEvaluations'>>('/api/evaluations', {
        signal,
        query: { tenant, cursor: pageParam },
      }),
    getNextPageParam: page => page.next_cursor ?? undefined,
    refetchInterval: query =>
      query.state.data?.pages.some(page => page.data.some(run => !isEnded(run))) ? 1_500 : 15_000,
  })
}

export function useEvaluation(id: string) {
  return useQuery({
    queryKey: ['evaluations', 'one', id],
    queryFn: ({ signal }) =>
      request<Answer<'readEvaluation'>>(`/api/evaluations/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: query => (query.state.data && !isEnded(query.state.data) ? 1_500 : false),
  })
}

export interface ExamplesFilter {
  readonly outcome: string
  readonly release: string | undefined
  readonly evaluator: string | undefined
  readonly slice: string | undefined
}

const examplesAtOnce = 50

export function useEvaluationExamples(id: string, filter: ExamplesFilter) {
  return useInfiniteQuery({
    queryKey: ['evaluations', 'examples', id, filter],
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) =>
      request<Answer<'listEvaluationExamples'>>(`/api/evaluations/${encodeURIComponent(id)}/examples`, {
        signal,
        query: { ...filter, cursor: pageParam, limit: examplesAtOnce },
      }),
    getNextPageParam: page => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

export function useEvaluationExample(id: string, ordinal: number) {
  return useQuery({
    queryKey: ['evaluations', 'example', id, ordinal],
    queryFn: ({ signal }) =>
      request<Answer<'readEvaluationExample'>>(
        `/api/evaluations/${encodeURIComponent(id)}/examples/${ordinal}`,
        { signal },
      ),
  })
}

export function useEvaluationParity(id: string, release: string) {
  return useQuery({
    queryKey: ['evaluations', 'parity', id, release],
    queryFn: ({ signal }) =>
      request<Answer<'readEvaluationParity'>>(`/api/evaluations/${encodeURIComponent(id)}/parity`, {
        signal,
        query: { release },
      }),
  })
}

export function useEvaluationOdds(id: string, release: string) {
  return useQuery({
    queryKey: ['evaluations', 'odds', id, release],
    queryFn: ({ signal }) =>
      request<Answer<'readEvaluationOdds'>>(`/api/evaluations/${encodeURIComponent(id)}/odds`, {
        signal,
        query: { release },
      }),
  })
}

export function useCancelEvaluation() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      request<Answer<'cancelEvaluation'>>(`/api/evaluations/${encodeURIComponent(id)}/cancel`, {
        method: 'POST',
      }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['evaluations'] }),
  })
}
