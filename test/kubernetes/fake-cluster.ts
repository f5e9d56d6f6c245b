import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createApi, type FakeApi } from './fake-api.ts'
import { startJobController } from './fake-job-controller.ts'
import { startKubelet } from './fake-kubelet.ts'
import { createObjects, type FakeObject } from './fake-objects.ts'

/** What a test may break. */
export interface Faults {
  /** Answered to this many of the next requests instead of what they ask for. */
  refuse: { count: number; status: number; retryAfter?: number } | undefined
  /** Connections are closed without a word. */
  isAway: boolean
  /** Images that cannot be pulled. */
  readonly missingImages: Set<string>
  /** No node takes a pod. */
  isFull: boolean
  /** `verb resource` that our service account may not: `create jobs`. */
  readonly denied: Set<string>
}

export interface FakeCluster extends FakeApi, AsyncDisposable {
  readonly faults: Faults
  /** A kubeconfig that leads to it. */
  readonly kubeconfig: string
  pods(): readonly FakeObject[]
  jobs(): readonly FakeObject[]
  /** Says how often a Job was ever made. */
  jobsMade(): number
  /** As a node that is short of something: kills the pod and says so. */
  evict(pod: string): void
  oomKill(pod: string): void
  /** As Kueue does when it admits. */
  admit(job: string): void
  remove(kind: 'jobs' | 'pods', name: string): void
}

export const namespace = 'training'

/**
 * An API server of Kubernetes as far as we use it, with a controller of Jobs and a kubelet whose containers are processes of this
 * machine. Paths of volumes stand in commands and variables and are replaced by folders, as there are no mounts.
 */
export async function startFakeCluster(): Promise<FakeCluster> {
  const folder = await mkdtemp(path.join(tmpdir(), 'slipway-cluster-'))
  const faults: Faults = {
    refuse: undefined,
    isAway: false,
    missingImages: new Set(),
    isFull: false,
    denied: new Set(),
  }
  const objects = createObjects()
  const kubelet = startKubelet({ objects, faults, folder: path.join(folder, 'pods') })
  const controller = startJobController(objects)
  const api = createApi({ objects, faults, readLog: (pod, container) => kubelet.readLog(pod, container) })
  const kubeconfig = path.join(folder, 'kubeconfig')
  await Bun.write(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'fake',
      clusters: [{ name: 'fake', cluster: { server: api.url } }],
      users: [{ name: 'server', user: { token: api.token } }],
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'server', namespace } }],
    }),
  )
  return {
    ...api,
    faults,
    kubeconfig,
    pods: () => objects.list('pods', namespace),
    jobs: () => [...objects.list('jobs', namespace), ...objects.list('trainjobs', namespace)],
    jobsMade: () => controller.made(),
    evict: pod => kubelet.evict(pod),
    oomKill: pod => kubelet.oomKill(pod),
    admit: job =>
      objects.change('jobs', namespace, job, object => {
        object.spec.suspend = false
      }),
    remove: (plural, name) => objects.remove(plural, namespace, name, 'Background'),
    async [Symbol.asyncDispose]() {
      controller.stop()
      await kubelet.stop()
      await api.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
