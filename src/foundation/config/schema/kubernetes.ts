import { z } from 'zod'
import { httpUrl } from './parts.ts'

const label = z
  .string()
  .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/, 'Write it as a label value of Kubernetes.')
const labelKey = z
  .string()
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/,
    'Write it as a label key of Kubernetes.',
  )
const objectName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, 'Write it as the name of an object in Kubernetes.')

/** Whole numbers of processors or thousandths (`500m`). */
export const cpuQuantity = z.string().regex(/^(?:[1-9]\d{0,4}|[1-9]\d{0,6}m)$/, 'Write `2` or `500m`.')
const byteQuantity = z
  .string()
  .regex(/^[1-9]\d{0,8}(?:Ki|Mi|Gi|Ti)$/, 'Write a whole number and a unit: `512Mi` or `16Gi`.')

const toleration = z.strictObject({
  key: labelKey.optional().describe('Of the taint; all taints where left out, with `Exists`.'),
  operator: z
    .enum(['Exists', 'Equal'])
    .default('Equal')
    .describe('Whether the taint has to have the value, or only to be there.'),
  value: label.optional().describe('Of the taint.'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .optional()
    .describe('Of the taint; any where left out.'),
  tolerationSeconds: z
    .int()
    .min(0)
    .optional()
    .describe('How long `NoExecute` is borne; for ever where left out.'),
})

/** Where in a cluster something runs, and as what. */
export const clusterPlaceShape = {
  kubeconfig: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A kubeconfig, relative to this file. Left out: the service account of the server’s own pod, else KUBECONFIG or ~/.kube/config.',
    ),
  context: z.string().min(1).optional().describe('Of the kubeconfig; its current one by default.'),
  namespace: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'Write it as a namespace of Kubernetes.')
    .describe('Where Jobs are made. It has to be there, and to be ours alone in what we may do.'),
  serverUrl: httpUrl.describe(
    'Where pods reach this server to get and bring files: `http://slipway.genai.svc:4000`.',
  ),
  serverCa: z
    .string()
    .min(1)
    .optional()
    .describe('The certificate (PEM) of who signed that of `serverUrl`, where nobody knows it.'),
  courierImage: z
    .string()
    .min(1)
    .max(500)
    .default('node:22-alpine')
    .describe('Any image with Node 20 or Bun: it carries files in and out beside the image of the work.'),
  serviceAccount: objectName
    .optional()
    .describe('Of the pods. Its token is never mounted; it says which images they may pull, and the like.'),
  imagePullSecrets: z.array(objectName).max(20).default([]).describe('Secrets for private registries.'),
  nodeSelector: z.record(labelKey, label).default({}).describe('Labels that a node has to have.'),
  tolerations: z.array(toleration).max(50).default([]).describe('Taints of nodes that are borne.'),
  priorityClass: objectName.optional().describe('Which pods go before which.'),
  runtimeClass: objectName.optional().describe('Of the container runtime: `gvisor`, `nvidia`.'),
  queue: objectName.optional().describe('The LocalQueue of Kueue that admits the Jobs.'),
  labels: z.record(labelKey, label).default({}).describe('More labels on Jobs and pods.'),
  user: z
    .int()
    .min(1)
    .max(2_147_483_647)
    .default(65_532)
    .describe('The numeric user and group that containers run as; never root.'),
  workVolume: byteQuantity.default('20Gi').describe('The most that the folder of the work may hold.'),
  graceSeconds: z
    .int()
    .min(1)
    .max(3_600)
    .default(30)
    .describe('How long the work may tidy up after SIGTERM, such as to write a checkpoint.'),
  keepSeconds: z
    .int()
    .min(60)
    .max(2_592_000)
    .default(86_400)
    .describe('How long the cluster keeps ended Jobs for people to look at (ttlSecondsAfterFinished).'),
  imageWaitMinutes: z
    .int()
    .min(1)
    .max(1_440)
    .default(10)
    .describe('How long an image that cannot be pulled is waited for.'),
} as const

export const podResources = z
  .strictObject({
    cpu: cpuQuantity.optional().describe('Processors: `2` or `500m`.'),
    memory: byteQuantity.optional().describe('`16Gi`.'),
    gpus: z.int().min(1).max(64).optional().describe('Whole ones, of `gpuResource`.'),
    gpuResource: labelKey
      .default('nvidia.com/gpu')
      .describe('What GPUs are called: `amd.com/gpu`, a share of one (`nvidia.com/mig-1g.10gb`).'),
    more: z
      .record(labelKey, z.union([z.string().min(1).max(30), z.int().positive()]))
      .default({})
      .describe('Other resources by name, as limits.'),
  })
  .prefault({})
  .describe('Requested and not exceeded: requests and limits are the same, so that the pod is evicted last.')

const clusterPlace = z.object(clusterPlaceShape)
export type ClusterPlace = z.output<typeof clusterPlace>
export type PodResources = z.output<typeof podResources>
