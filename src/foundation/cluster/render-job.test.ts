import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'
import { validateManifest } from '../../../test/kubernetes/validate-manifest.ts'
import type { JobPlan } from './job-plan.ts'
import { renderJob, renderSecret } from './render-job.ts'

const plan: JobPlan = {
  name: 'slipway-0199aaaa-0000-7000-8000-000000000001',
  namespace: 'training',
  component: 'training',
  about: { job: 'ftjob-1' },
  image: 'trainer@sha256:aa',
  command: ['train', '/slipway/work'],
  environment: { MODE: 'fast' },
  secretNames: ['HUB_TOKEN'],
  resources: { cpu: '4', memory: '16Gi', gpus: 1, gpuResource: 'nvidia.com/gpu', more: {} },
  deadlineSeconds: 3_600,
  exchange: 'http://slipway.genai.svc:4000/exchange/0199aaaa',
  place: {
    namespace: 'training',
    serverUrl: 'http://slipway.genai.svc:4000',
    serverCa: 'ca.pem',
    courierImage: 'node:22-alpine',
    imagePullSecrets: ['registry'],
    nodeSelector: { gpu: 'a100' },
    tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
    queue: 'default',
    labels: { team: 'one' },
    user: 65_532,
    workVolume: '20Gi',
    graceSeconds: 30,
    keepSeconds: 3_600,
    imageWaitMinutes: 10,
  },
  runtime: { kind: 'job' },
}

/** What we read of it here. */
interface Rendered {
  readonly metadata: { readonly labels: Record<string, string> }
  readonly spec: {
    readonly suspend: boolean
    readonly template: {
      readonly spec: {
        readonly automountServiceAccountToken: boolean
        readonly securityContext: object
        readonly initContainers: readonly Container[]
        readonly containers: readonly Container[]
      }
    }
  }
}
interface Container {
  readonly name: string
  readonly env: readonly { readonly name: string; readonly value?: string }[]
  readonly volumeMounts: readonly { readonly name: string }[]
  readonly resources: { readonly requests: object; readonly limits: object }
  readonly securityContext: object
}

describe('renderJob', () => {
  it('renders what the OpenAPI description of Kubernetes allows', () => {
    validateManifest(renderJob(plan))
    validateManifest(
      renderSecret(plan, renderJob(plan), { token: 't', courier: 'c', ca: 'x', variables: {} }),
    )
    expect(() => validateManifest({ ...renderJob(plan), spec: { template: 1 } } as never)).toThrow()
  })

  it('is restricted as the Pod Security Standard asks, and waits for its queue', () => {
    const { metadata, spec } = renderJob(plan) as unknown as Rendered
    const pod = spec.template.spec
    expect(metadata.labels['kueue.x-k8s.io/queue-name']).toBe('default')
    expect(spec.suspend).toBe(true)
    expect(pod.automountServiceAccountToken).toBe(false)
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    for (const container of [...pod.initContainers, ...pod.containers])
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
  })

  it('keeps the token from the work, and secrets out of the manifest', () => {
    const job = renderJob(plan)
    const [work] = (job as unknown as Rendered).spec.template.spec.containers
    expect(work?.volumeMounts.map(({ name }) => name)).toEqual(['work', 'tmp'])
    expect(work?.env.find(({ name }) => name === 'HUB_TOKEN')?.value).toBeUndefined()
    expect(work?.resources.limits).toEqual({
      cpu: '4',
      memory: '16Gi',
      'ephemeral-storage': '20Gi',
      'nvidia.com/gpu': '1',
    })
    expect(work?.resources.requests).toEqual(work?.resources.limits ?? {})
  })
})

describe('the rights of examples/kubernetes', () => {
  it('are such as Kubernetes knows, and exactly what is asked for', () => {
    const file = path.join(import.meta.dirname, '../../../examples/kubernetes/rbac.yaml')
    const objects = parseAllDocuments(readFileSync(file, 'utf8')).map(
      document => document.toJS() as { kind: string; rules?: { resources: string[]; verbs: string[] }[] },
    )
    for (const object of objects) validateManifest(object)
    const rules = objects.find(({ kind }) => kind === 'Role')?.rules ?? []
    const granted = rules.flatMap(({ resources, verbs }) =>
      resources.flatMap(resource => verbs.map(verb => `${verb} ${resource}`)),
    )
    expect(granted.toSorted()).toEqual([
      'create jobs',
      'create secrets',
      'delete jobs',
      'get jobs',
      'get pods/log',
      'list jobs',
      'list pods',
      'watch jobs',
      'watch pods',
    ])
  })
})
