import { workContainer } from './job-plan.ts'
import type { Condition, ContainerStatus, JobObject, PodObject } from './kubernetes/objects.ts'

/** What a pod is found to be. */
export type PodNews =
  | { readonly kind: 'waits'; readonly why: string | undefined }
  /** It will not begin unless somebody mends something; `isFinal`: not even then. */
  | { readonly kind: 'stuck'; readonly why: string; readonly isFinal: boolean }
  | { readonly kind: 'runs' }
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'limit'; readonly what: 'memory' | 'disk'; readonly why: string }
  /** It was not the work that failed: evicted, preempted, its node lost, its files not brought. */
  | { readonly kind: 'cut'; readonly why: string }

const stuckReasons = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'RegistryUnavailable',
  'CreateContainerConfigError',
  'CreateContainerError',
])
const finalReasons = new Set(['InvalidImageName', 'ErrImageNeverPull'])

export function readPod(pod: PodObject, containerName = workContainer): PodNews {
  const { status } = pod
  const work = status?.containerStatuses?.find(({ name }) => name === containerName)
  const ended = work?.state?.terminated
  const disrupted = conditionOf(status?.conditions, 'DisruptionTarget')
  if (status?.reason === 'Evicted' || disrupted) {
    const why = status?.message ?? disrupted?.message ?? ''
    // over its own bound; a node that is short of something evicts those who have done nothing
    if (/exceeds the limit|exceeds the total limit|exceeded its local ephemeral storage/i.test(why))
      return { kind: 'limit', what: 'disk', why }
    return { kind: 'cut', why: `The pod was evicted (${disrupted?.reason ?? 'Evicted'}): ${why}` }
  }
  if (ended) {
    if (ended.reason === 'OOMKilled')
      return { kind: 'limit', what: 'memory', why: 'It held more in memory than it may (OOMKilled).' }
    if (ended.reason === 'ContainerCannotRun' || ended.reason === 'StartError')
      return {
        kind: 'stuck',
        why: `The container cannot be started: ${ended.message ?? ended.reason}`,
        isFinal: true,
      }
    return { kind: 'exited', code: ended.exitCode }
  }
  const fetching = status?.initContainerStatuses?.find(({ name }) => name === 'fetch')?.state?.terminated
  if (fetching && fetching.exitCode !== 0)
    return {
      kind: 'cut',
      why: `The courier could not bring the files in (exit code ${fetching.exitCode}): can pods reach \`serverUrl\`? The log of its container \`fetch\` says more.`,
    }
  if (status?.phase === 'Failed')
    return { kind: 'cut', why: status.message ?? status.reason ?? 'The pod failed.' }
  if (status?.phase === 'Unknown') return { kind: 'waits', why: 'The node of the pod does not answer.' }
  if (work?.state?.running) return { kind: 'runs' }
  const all: readonly ContainerStatus[] = [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
  ]
  for (const { name, state } of all) {
    const reason = state?.waiting?.reason ?? ''
    if (finalReasons.has(reason) || stuckReasons.has(reason))
      return {
        kind: 'stuck',
        why: `The container \`${name}\` does not begin (${reason}): ${state?.waiting?.message ?? ''}`,
        isFinal: finalReasons.has(reason),
      }
  }
  const scheduled = conditionOf(status?.conditions, 'PodScheduled', 'False')
  if (scheduled)
    return { kind: 'waits', why: `No node takes the pod (${scheduled.reason}): ${scheduled.message ?? ''}` }
  return { kind: 'waits', why: undefined }
}

/** How a Job or TrainJob ended; `undefined` while it has not. */
export function readJob(
  job: JobObject,
):
  | { readonly kind: 'complete' }
  | { readonly kind: 'deadline' | 'failed'; readonly why: string }
  | undefined {
  const { status } = job
  if (conditionOf(status?.conditions, 'Complete')) return { kind: 'complete' }
  const failed = conditionOf(status?.conditions, 'Failed') ?? conditionOf(status?.conditions, 'FailureTarget')
  if (!failed) return undefined
  const why = failed.message ?? failed.reason ?? 'The Job failed.'
  return { kind: failed.reason === 'DeadlineExceeded' ? 'deadline' : 'failed', why }
}

const conditionOf = (
  conditions: readonly Condition[] | undefined,
  type: string,
  status = 'True',
): Condition | undefined => conditions?.find(one => one.type === type && one.status === status)
