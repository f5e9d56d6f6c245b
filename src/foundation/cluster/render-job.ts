import { accessFolder, type JobPlan, jobLabel, workContainer, workFolder } from './job-plan.ts'
import { apiVersionOf, type KubernetesObject, type ObjectMeta, resources } from './kubernetes/objects.ts'

/** What the courier may take beside the work. */
const courierResources = {
  requests: { cpu: '50m', memory: '128Mi' },
  limits: { cpu: '1', memory: '256Mi' },
} as const
const carries = {
  exec: { command: ['node', '-e', `require('node:fs').accessSync('${workFolder}/.carrying')`] },
  periodSeconds: 1,
  timeoutSeconds: 5,
  failureThreshold: 120,
}
/** For what is left to be brought when the work has ended. */
const bringSeconds = 120

const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
} as const

/** The Job of a plan: restricted as the Pod Security Standard of that name asks for, and tried once, as trying again is ours. */
export function renderJob(plan: JobPlan): KubernetesObject {
  return plan.runtime.kind === 'job' ? renderBatchJob(plan) : renderTrainJob(plan, plan.runtime)
}

function metadataOf(plan: JobPlan): ObjectMeta {
  return {
    name: plan.name,
    namespace: plan.namespace,
    labels: {
      ...labelsOf(plan),
      ...(plan.place.queue !== undefined && { 'kueue.x-k8s.io/queue-name': plan.place.queue }),
    },
    annotations: Object.fromEntries(
      Object.entries(plan.about).map(([name, value]) => [`slipway/${name}`, value]),
    ),
  }
}

const labelsOf = (plan: JobPlan): Record<string, string> => ({
  ...plan.place.labels,
  'app.kubernetes.io/managed-by': 'slipway',
  'app.kubernetes.io/component': plan.component,
  [jobLabel]: plan.name,
})

function renderBatchJob(plan: JobPlan) {
  const { place } = plan
  return {
    apiVersion: apiVersionOf(resources.job),
    kind: resources.job.kind,
    metadata: metadataOf(plan),
    spec: {
      parallelism: 1,
      completions: 1,
      backoffLimit: 0,
      activeDeadlineSeconds: plan.deadlineSeconds,
      ttlSecondsAfterFinished: place.keepSeconds,
      // Kueue lets it go
      ...(place.queue !== undefined && { suspend: true }),
      template: {
        metadata: { labels: labelsOf(plan) },
        spec: {
          restartPolicy: 'Never',
          ...podOf(plan),
          terminationGracePeriodSeconds: place.graceSeconds + bringSeconds,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: place.user,
            runAsGroup: place.user,
            fsGroup: place.user,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          ...(place.priorityClass !== undefined && { priorityClassName: place.priorityClass }),
          ...(place.runtimeClass !== undefined && { runtimeClassName: place.runtimeClass }),
          initContainers: [
            courier(plan, 'fetch'),
            // beside the work until that has ended, then as long as it takes
            { ...courier(plan, 'carry'), restartPolicy: 'Always', startupProbe: carries },
          ],
          containers: [
            {
              name: workContainer,
              image: plan.image,
              command: plan.command,
              workingDir: workFolder,
              env: environmentOf(plan),
              resources: resourcesOf(plan),
              volumeMounts: [
                { name: 'work', mountPath: workFolder },
                { name: 'tmp', mountPath: '/tmp' },
              ],
              securityContext: containerSecurity,
            },
          ],
          volumes: volumesOf(plan),
        },
      },
    },
  }
}

/**
 * Kubeflow renders the pods from a runtime of the cluster, so the courier's containers, called `fetch` and `carry`, have to stand in
 * that; what belongs to this job is patched in. `examples/kubernetes/training-runtime.yaml` is such a runtime.
 */
function renderTrainJob(plan: JobPlan, runtime: Extract<JobPlan['runtime'], { kind: 'trainjob' }>) {
  const { place } = plan
  const exchange = exchangeEnvironment(plan)
  return {
    apiVersion: apiVersionOf(resources.trainJob),
    kind: resources.trainJob.kind,
    metadata: metadataOf(plan),
    spec: {
      runtimeRef: {
        apiGroup: resources.trainJob.group,
        kind: runtime.runtimeKind,
        name: runtime.runtime,
      },
      activeDeadlineSeconds: plan.deadlineSeconds,
      ...(place.queue !== undefined && { suspend: true }),
      trainer: {
        image: plan.image,
        command: plan.command,
        env: environmentOf(plan),
        numNodes: 1,
        resourcesPerNode: resourcesOf(plan),
      },
      runtimePatches: [
        {
          manager: 'slipway/server',
          trainingRuntimeSpec: {
            template: {
              spec: {
                replicatedJobs: [
                  {
                    name: 'node',
                    template: {
                      spec: {
                        template: {
                          metadata: { labels: labelsOf(plan) },
                          spec: {
                            ...podOf(plan),
                            initContainers: [
                              { name: 'fetch', env: exchange },
                              { name: 'carry', env: exchange },
                            ],
                            volumes: volumesOf(plan).filter(({ name }) => name === 'access'),
                          },
                        },
                      },
                    },
                  },
                ],
              },
            },
          },
        },
      ],
    },
  }
}

function podOf({ place }: JobPlan) {
  return {
    ...(place.serviceAccount !== undefined && { serviceAccountName: place.serviceAccount }),
    ...(place.imagePullSecrets.length > 0 && {
      imagePullSecrets: place.imagePullSecrets.map(name => ({ name })),
    }),
    ...(Object.keys(place.nodeSelector).length > 0 && { nodeSelector: place.nodeSelector }),
    ...(place.tolerations.length > 0 && { tolerations: place.tolerations }),
  }
}

function courier(plan: JobPlan, part: 'fetch' | 'carry') {
  return {
    name: part,
    image: plan.place.courierImage,
    command: ['node', `${accessFolder}/courier.mjs`, part],
    workingDir: workFolder,
    env: exchangeEnvironment(plan),
    resources: courierResources,
    volumeMounts: [
      { name: 'work', mountPath: workFolder },
      { name: 'access', mountPath: accessFolder, readOnly: true },
    ],
    securityContext: containerSecurity,
  }
}

const exchangeEnvironment = (plan: JobPlan) => [
  { name: 'SLIPWAY_EXCHANGE', value: plan.exchange },
  { name: 'SLIPWAY_FOLDER', value: workFolder },
  { name: 'SLIPWAY_ACCESS', value: accessFolder },
  ...(plan.place.serverCa === undefined
    ? []
    : [{ name: 'NODE_EXTRA_CA_CERTS', value: `${accessFolder}/ca.crt` }]),
]

function environmentOf(plan: JobPlan) {
  return [
    ...Object.entries(plan.environment).map(([name, value]) => ({ name, value })),
    ...plan.secretNames.map(name => ({
      name,
      valueFrom: { secretKeyRef: { name: plan.name, key: secretKeyOf(name) } },
    })),
  ]
}

export const secretKeyOf = (variable: string): string => `env.${variable}`

function resourcesOf({ resources: { cpu, memory, gpus, gpuResource, more }, place }: JobPlan) {
  const bound = {
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
    'ephemeral-storage': place.workVolume,
    ...Object.fromEntries(Object.entries(more).map(([name, value]) => [name, String(value)])),
    ...(gpus !== undefined && { [gpuResource]: String(gpus) }),
  }
  return { requests: bound, limits: bound }
}

const volumesOf = (plan: JobPlan) => [
  { name: 'work', emptyDir: { sizeLimit: plan.place.workVolume } },
  { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
  {
    name: 'access',
    secret: {
      secretName: plan.name,
      defaultMode: 0o440,
      // variables of the work are no business of the courier
      items: [
        { key: 'token', path: 'token' },
        { key: 'courier.mjs', path: 'courier.mjs' },
        ...(plan.place.serverCa === undefined ? [] : [{ key: 'ca.crt', path: 'ca.crt' }]),
      ],
    },
  },
]

/** The Secret of a job: its token, the courier, and secret variables of the work. Goes when the Job does. */
export function renderSecret(
  plan: JobPlan,
  owner: KubernetesObject,
  content: {
    readonly token: string
    readonly courier: string
    readonly ca: string | undefined
    readonly variables: Readonly<Record<string, string>>
  },
): KubernetesObject {
  const variables = Object.entries(content.variables).map(([name, value]) => [secretKeyOf(name), value])
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: plan.name,
      namespace: plan.namespace,
      labels: labelsOf(plan),
      ownerReferences: [
        {
          apiVersion: owner.apiVersion,
          kind: owner.kind,
          name: plan.name,
          uid: owner.metadata.uid ?? '',
          controller: false,
          blockOwnerDeletion: false,
        },
      ],
    },
    type: 'Opaque',
    immutable: true,
    stringData: {
      token: content.token,
      'courier.mjs': content.courier,
      ...(content.ca !== undefined && { 'ca.crt': content.ca }),
      ...Object.fromEntries(variables),
    },
  }
  return secret
}
