import type { FakeObject, FakeObjects } from './fake-objects.ts'

/** Makes the pods of Jobs and TrainJobs, and says when they have ended, as the controllers of a cluster do. */
export function startJobController(objects: FakeObjects): { made(): number; stop(): void } {
  let made = 0
  const timers = new Set<ReturnType<typeof setTimeout>>()

  function later(milliseconds: number, work: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
    }, milliseconds)
    timers.add(timer)
  }

  function begin(plural: string, job: FakeObject): void {
    const { name, namespace, uid } = job.metadata
    if (job.spec.suspend === true || job.status?.startTime !== undefined) return
    const template = plural === 'jobs' ? job.spec.template : templateOf(job)
    objects.change(plural, namespace, name, object => {
      object.status = { startTime: new Date().toISOString(), active: 1 }
    })
    objects.create('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${name}-${Math.random().toString(36).slice(2, 7)}`,
        namespace,
        labels: { ...template.metadata?.labels, 'batch.kubernetes.io/job-name': name },
        ownerReferences: [{ uid, kind: job.kind, name, blockOwnerDeletion: true }],
      } as FakeObject['metadata'],
      spec: structuredClone(template.spec),
      status: { phase: 'Pending', conditions: [] },
    })
    if (job.spec.activeDeadlineSeconds !== undefined)
      later(job.spec.activeDeadlineSeconds * 1_000, () => {
        const found = objects.get(plural, namespace, name)
        if (!found || isOver(found)) return
        end(plural, found, 'Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline')
        for (const pod of objects.dependentsOf(uid).filter(({ kind }) => kind === 'Pod'))
          objects.remove('pods', namespace, pod.metadata.name, 'Background')
      })
  }

  const isOver = (job: FakeObject): boolean =>
    job.status?.conditions?.some(
      (one: { type: string }) => one.type === 'Complete' || one.type === 'Failed',
    ) === true

  function end(plural: string, job: FakeObject, type: string, reason: string, message: string): void {
    if (isOver(job)) return
    const { namespace, name } = job.metadata
    objects.change(plural, namespace, name, object => {
      object.status = {
        ...object.status,
        active: 0,
        conditions: [...(object.status?.conditions ?? []), { type, status: 'True', reason, message }],
      }
    })
    if (job.spec.ttlSecondsAfterFinished !== undefined)
      later(job.spec.ttlSecondsAfterFinished * 1_000, () =>
        objects.remove(plural, namespace, name, 'Background'),
      )
  }

  const stop = objects.listen(({ type, plural, object }) => {
    const { namespace, name } = object.metadata
    // as a controller: a moment after the change, on what is there then
    later(5, () => {
      if (plural === 'jobs' || plural === 'trainjobs') {
        if (type === 'ADDED') made += 1
        const job = objects.get(plural, namespace, name)
        if (job && job.metadata.deletionTimestamp === undefined) begin(plural, job)
      }
      if (plural !== 'pods') return
      const [owner] = object.metadata.ownerReferences ?? []
      const owning = owner?.kind === 'TrainJob' ? 'trainjobs' : 'jobs'
      const job = objects.get(owning, namespace, owner?.name ?? '')
      if (!job) return
      if (object.status?.phase === 'Succeeded')
        end(owning, job, 'Complete', 'CompletionsReached', 'Reached expected number of succeeded pods')
      else if (object.status?.phase === 'Failed' || type === 'DELETED')
        end(owning, job, 'Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit')
    })
  })
  return {
    made: () => made,
    stop() {
      stop()
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

/** The pod of a TrainJob: of a runtime like that of `examples/kubernetes`, with the patches of the job. */
function templateOf(job: FakeObject) {
  const { trainer, runtimePatches } = job.spec
  const patch = runtimePatches[0].trainingRuntimeSpec.template.spec.replicatedJobs[0].template.spec.template
  const access = { name: 'access', mountPath: '/slipway/access' }
  const work = { name: 'work', mountPath: '/slipway/work' }
  const courier = (part: string, index: number) => ({
    name: part,
    image: 'node:22-alpine',
    command: ['node', '/slipway/access/courier.mjs', part],
    env: patch.spec.initContainers[index].env,
    volumeMounts: [work, access],
    ...(part === 'carry' && {
      restartPolicy: 'Always',
      startupProbe: {
        exec: { command: ['node', '-e', "require('node:fs').accessSync('/slipway/work/.carrying')"] },
      },
    }),
  })
  return {
    metadata: patch.metadata,
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 60,
      initContainers: [courier('fetch', 0), courier('carry', 1)],
      containers: [
        {
          name: 'node',
          image: trainer.image,
          command: trainer.command,
          env: trainer.env,
          resources: trainer.resourcesPerNode,
          volumeMounts: [work],
        },
      ],
      volumes: [{ name: 'work', emptyDir: {} }, ...patch.spec.volumes],
    },
  }
}
