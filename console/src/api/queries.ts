import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { instants, type Range } from '../routing/range.ts'
import { request } from './request.ts'
import type { Answer, Body, ScopeLimits, System } from './types.ts'

/** Every read and change of the control API, once. */

export interface Scope {
  readonly range: Range
  readonly tenant: string | undefined
  readonly service: string | undefined
}

const pageSize = 100

export function useMe() {
  return useQuery({
    queryKey: ['me'],
    queryFn: ({ signal }) => request<Answer<'readMe'>>('/api/me', { signal }),
    staleTime: 60_000,
  })
}

export function useOverview({ range, tenant, service }: Scope) {
  return useQuery({
    queryKey: ['overview', range, tenant, service],
    queryFn: ({ signal }) =>
      request<Answer<'getOverview'>>('/api/overview', {
        signal,
        query: { ...instants(range, Date.now()), tenant, service },
      }),
    placeholderData: keepPreviousData,
    refetchInterval: range.kind === 'last' ? 15_000 : false,
  })
}

export function useCosts(asked: {
  readonly days: number
  readonly group: string
  readonly tenant: string | undefined
  readonly service: string | undefined
}) {
  const { days, group, tenant, service } = asked
  return useQuery({
    queryKey: ['costs', days, group, tenant, service],
    queryFn: ({ signal }) => {
      const since = new Date(Date.now() - (days - 1) * 86_400_000).toISOString().slice(0, 10)
      return request<Answer<'getCosts'>>('/api/costs', {
        signal,
        query: { since, group_by: group, tenant, service },
      })
    },
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  })
}

export interface InferenceFilter {
  readonly outcome?: string | undefined
  readonly status?: number | undefined
  readonly release?: string | undefined
  readonly rollout?: string | undefined
  readonly arm?: string | undefined
  readonly shadow?: 'only' | 'all' | undefined
  readonly key_id?: string | undefined
  readonly conversation_id?: string | undefined
  readonly min_latency_ms?: number | undefined
  readonly q?: string | undefined
}

export function useInferences({ range, tenant, service }: Scope, filter: InferenceFilter) {
  return useInfiniteQuery({
    queryKey: ['inferences', range, tenant, service, filter],
    initialPageParam: undefined as { cursor: string; since?: string; until?: string } | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const window = pageParam ?? instants(range, Date.now())
      const query = { ...filter, tenant, service, limit: pageSize, ...window }
      const page = await request<Answer<'listInferences'>>('/api/inferences', { signal, query })
      return { ...page, window }
    },
    getNextPageParam: page =>
      page.next_cursor === null ? undefined : { ...page.window, cursor: page.next_cursor },
    placeholderData: keepPreviousData,
  })
}

export function useInference(id: string) {
  return useQuery({
    queryKey: ['inference', id],
    queryFn: ({ signal }) =>
      request<Answer<'getInference'>>(`/api/inferences/${encodeURIComponent(id)}`, { signal }),
    // An inference is written a moment after its answer has ended.
    retry: (count, error) => count < 4 && 'status' in error && error.status === 404,
    retryDelay: count => 250 * 2 ** count,
  })
}

/** What judges found of an inference; asked again while one has still to see it. */
export function useScores(inferenceId: string) {
  return useQuery({
    queryKey: ['scores', inferenceId],
    queryFn: ({ signal }) =>
      request<Answer<'listScores'>>(`/api/inferences/${encodeURIComponent(inferenceId)}/scores`, { signal }),
    refetchInterval: ({ state }) => ((state.data?.waiting.length ?? 0) > 0 ? 3_000 : false),
  })
}

export function useTrace(inferenceId: string) {
  return useQuery({
    queryKey: ['inference', inferenceId, 'trace'],
    queryFn: ({ signal }) =>
      request<Answer<'getInferenceTrace'>>(`/api/inferences/${encodeURIComponent(inferenceId)}/trace`, {
        signal,
      }),
  })
}

export function useExplanation(inferenceId: string) {
  return useQuery({
    queryKey: ['inference', inferenceId, 'explain'],
    queryFn: ({ signal }) =>
      request<Answer<'explainInference'>>(`/api/inferences/${encodeURIComponent(inferenceId)}/explain`, {
        signal,
      }),
  })
}

export function useConversations({ range, tenant, service }: Scope) {
  return useInfiniteQuery({
    queryKey: ['conversations', range, tenant, service],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      request<Answer<'listConversations'>>('/api/conversations', {
        signal,
        query: { ...instants(range, Date.now()), tenant, service, cursor: pageParam },
      }),
    getNextPageParam: page => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

export function useConversation(id: string, tenant: string | undefined) {
  return useQuery({
    queryKey: ['conversation', id, tenant],
    queryFn: ({ signal }) =>
      request<Answer<'getConversation'>>(`/api/conversations/${encodeURIComponent(id)}`, {
        signal,
        query: { tenant },
      }),
  })
}

export function useSendFeedback(inferenceId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (feedback: Body<'giveFeedback'>) =>
      request<Answer<'giveFeedback'>>(`/api/inferences/${encodeURIComponent(inferenceId)}/feedback`, {
        method: 'POST',
        body: feedback,
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['inference', inferenceId] }),
  })
}

/** `everyMs` is how soon it is read again: sooner where the health of targets is watched. */
export function useServices({ everyMs = 10_000 } = {}) {
  return useQuery({
    queryKey: ['services'],
    queryFn: ({ signal }) => request<Answer<'listServices'>>('/api/services', { signal }),
    select: page => page.data,
    refetchInterval: everyMs,
  })
}

export function useEngines() {
  return useQuery({
    queryKey: ['engines'],
    queryFn: ({ signal }) => request<Answer<'listEngines'>>('/api/engines', { signal }),
    select: page => page.data,
    refetchInterval: 3_000,
  })
}

export function useQueues() {
  return useQuery({
    queryKey: ['queues'],
    queryFn: ({ signal }) => request<Answer<'listQueues'>>('/api/queues', { signal }),
    select: page => page.data,
    refetchInterval: 2_000,
  })
}

export function useBatches(tenant: string | undefined) {
  return useQuery({
    queryKey: ['batches', tenant],
    queryFn: ({ signal }) => request<Answer<'listBatches'>>('/api/batches', { signal, query: { tenant } }),
    select: page => page.data,
    placeholderData: keepPreviousData,
    refetchInterval: 2_000,
  })
}

export function useBatch(id: string) {
  return useQuery({
    queryKey: ['batch', id],
    queryFn: ({ signal }) =>
      request<Answer<'readBatch'>>(`/api/batches/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: 2_000,
  })
}

/** Read again when more lines have failed. */
export function useBatchFailures({ id, failed }: { readonly id: string; readonly failed: number }) {
  return useQuery({
    queryKey: ['batch', id, 'failures', failed],
    queryFn: ({ signal }) =>
      request<Answer<'listBatchFailures'>>(`/api/batches/${encodeURIComponent(id)}/failures`, { signal }),
    select: page => page.data,
    placeholderData: keepPreviousData,
  })
}

export function useCancelBatch() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      request<Answer<'cancelBatch'>>(`/api/batches/${encodeURIComponent(id)}/cancel`, { method: 'POST' }),
    onSuccess: async (_, id) => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['batches'] }),
        client.invalidateQueries({ queryKey: ['batch', id] }),
      ])
    },
  })
}

export function useRestartEngine() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) =>
      request<Answer<'restartEngine'>>(`/api/engines/${encodeURIComponent(name)}/restart`, {
        method: 'POST',
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['engines'] }),
  })
}

export function useProviders() {
  return useQuery({
    queryKey: ['providers'],
    queryFn: ({ signal }) => request<Answer<'listProviders'>>('/api/providers', { signal }),
    select: page => page.data,
    refetchInterval: 30_000,
  })
}

export function useLimits() {
  return useQuery({
    queryKey: ['limits'],
    queryFn: ({ signal }) => request<Answer<'listLimits'>>('/api/limits', { signal }),
    select: page => page.data,
    refetchInterval: 2_000,
  })
}

interface LimitedScope {
  readonly scope: ScopeLimits['scope']
  readonly id: string
}

export function useSetLimits() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ scope, id, body }: LimitedScope & { readonly body: Body<'setLimits'> }) =>
      request<Answer<'setLimits'>>(`/api/limits/${scope}/${encodeURIComponent(id)}`, { method: 'PUT', body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['limits'] }),
  })
}

export function useRemoveLimits() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ scope, id }: LimitedScope) =>
      request<void>(`/api/limits/${scope}/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['limits'] }),
  })
}

/** The judges with what they found in the last days. */
export function useJudges(days: number, tenant: string | undefined) {
  return useQuery({
    queryKey: ['judges', days, tenant],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ days: String(days), ...(tenant !== undefined && { tenant }) })
      return request<Answer<'listJudges'>>(`/api/judges?${query}`, { signal })
    },
    select: page => page.data,
    refetchInterval: 10_000,
  })
}

export function usePolicies() {
  return useQuery({
    queryKey: ['policies'],
    queryFn: ({ signal }) => request<Answer<'listPolicies'>>('/api/guardrails/policies', { signal }),
    select: page => page.data,
    refetchInterval: 10_000,
  })
}

export function useVerdictCounts(hours: number) {
  return useQuery({
    queryKey: ['verdicts', hours],
    queryFn: ({ signal }) =>
      request<Answer<'countVerdicts'>>('/api/guardrails/verdicts', { signal, query: { hours } }),
    select: page => page.data,
    refetchInterval: 5_000,
  })
}

export function useLatestVerdicts({ tenant, service }: Pick<Scope, 'tenant' | 'service'>) {
  return useQuery({
    queryKey: ['latest verdicts', tenant, service],
    queryFn: ({ signal }) =>
      request<Answer<'listInferences'>>('/api/inferences', {
        signal,
        query: { verdict: 'any', tenant, service, limit: 20 },
      }),
    select: page => page.data,
    refetchInterval: 5_000,
  })
}

export function useGuardrailReports() {
  return useQuery({
    queryKey: ['guardrail reports'],
    queryFn: ({ signal }) => request<Answer<'listGuardrailReports'>>('/api/guardrails/reports', { signal }),
    select: page => page.data,
  })
}

export function useWriteReport() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Body<'createGuardrailReport'>) =>
      request<Answer<'createGuardrailReport'>>('/api/guardrails/reports', { method: 'POST', body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['guardrail reports'] }),
  })
}

export function useCaches() {
  return useQuery({
    queryKey: ['caches'],
    queryFn: ({ signal }) => request<Answer<'listCaches'>>('/api/caches', { signal }),
    select: page => page.data,
    refetchInterval: 2_000,
  })
}

export function useClearCache() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (service: string) =>
      request<Answer<'clearCache'>>(`/api/caches/${encodeURIComponent(service)}`, { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['caches'] }),
  })
}

export function useTenants(isEnabled = true) {
  return useQuery({
    queryKey: ['tenants'],
    queryFn: ({ signal }) => request<Answer<'listTenants'>>('/api/tenants', { signal }),
    select: page => page.data,
    enabled: isEnabled,
    // Each read is an entry in the audit log, and tenants hardly change.
    staleTime: 300_000,
  })
}

export function useCreateTenant() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (tenant: Body<'createTenant'>) =>
      request<Answer<'createTenant'>>('/api/tenants', { method: 'POST', body: tenant }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tenants'] }),
  })
}

export function useDeleteTenant() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => request<void>(`/api/tenants/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tenants'] }),
  })
}

export function useKeys(tenant: string | undefined) {
  return useQuery({
    queryKey: ['keys', tenant],
    queryFn: ({ signal }) => request<Answer<'listKeys'>>('/api/keys', { signal, query: { tenant } }),
    select: page => page.data,
    placeholderData: keepPreviousData,
  })
}

export function useCreateKey() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (key: Body<'createKey'>) =>
      request<Answer<'createKey'>>('/api/keys', { method: 'POST', body: key }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  })
}

export function useRevokeKey() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => request<void>(`/api/keys/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  })
}

export interface AuditFilter {
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly subject?: string | undefined
}

export function useAudit(filter: AuditFilter) {
  return useInfiniteQuery({
    queryKey: ['audit', filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      request<Answer<'listAuditEntries'>>('/api/audit', {
        signal,
        query: { ...filter, cursor: pageParam, limit: pageSize },
      }),
    getNextPageParam: page => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

export function useSystem({ isEnabled = true } = {}) {
  return useQuery({
    queryKey: ['system'],
    queryFn: ({ signal }) => request<Answer<'readSystem'>>('/api/system', { signal }),
    enabled: isEnabled,
    refetchInterval: 5_000,
  })
}

/** Each read is an entry in the audit log, so it is read again only when `useSystem` tells of another state. */
export function useConfiguration(state: System['configuration'] | undefined) {
  return useQuery({
    queryKey: ['configuration', state?.hash, state?.problems],
    queryFn: ({ signal }) => request<Answer<'readConfiguration'>>('/api/configuration', { signal }),
    enabled: state !== undefined,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  })
}

/** Read again when another revision is in force. */
export function useRevisions(inForce: number | null) {
  return useQuery({
    queryKey: ['revisions', inForce],
    queryFn: ({ signal }) =>
      request<Answer<'listConfigurationRevisions'>>('/api/configuration/revisions', { signal }),
    placeholderData: keepPreviousData,
  })
}

export function useRevision(revision: number | undefined) {
  return useQuery({
    queryKey: ['revision', revision],
    queryFn: ({ signal }) =>
      request<Answer<'readConfigurationRevision'>>(`/api/configuration/revisions/${revision}`, { signal }),
    enabled: revision !== undefined,
    staleTime: Infinity,
  })
}

export function useRollBack() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (revision: number) =>
      request<Answer<'rollBackConfiguration'>>(`/api/configuration/revisions/${revision}/rollback`, {
        method: 'POST',
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['system'] })
      await client.invalidateQueries({ queryKey: ['configuration'] })
    },
  })
}

export function useDataKeys() {
  return useQuery({
    queryKey: ['data-keys'],
    queryFn: ({ signal }) => request<Answer<'listDataKeys'>>('/api/privacy/keys', { signal }),
    refetchInterval: 60_000,
  })
}

export function useRotateDataKey() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Body<'rotateDataKey'>) =>
      request<Answer<'rotateDataKey'>>('/api/privacy/keys', { method: 'POST', body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['data-keys'] }),
  })
}

export function useShredDataKey() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      request<Answer<'shredDataKey'>>(`/api/privacy/keys/${encodeURIComponent(id)}/shred`, {
        method: 'POST',
        body: { confirm: id },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['data-keys'] }),
  })
}

/** Shown once and kept nowhere: looking again is another look. */
export function useUnmask() {
  return useMutation({
    mutationFn: (body: Body<'unmaskConversation'>) =>
      request<Answer<'unmaskConversation'>>('/api/privacy/unmaskings', { method: 'POST', body }),
    gcTime: 0,
  })
}
