/** What we read of the objects of Kubernetes; everything that a controller writes may be missing for a while. */
export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly creationTimestamp?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly deletionTimestamp?: string
  readonly ownerReferences?: readonly OwnerReference[]
}

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
}

export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
}

/** A `Job` or a `TrainJob`: both say in conditions how they ended. */
export interface JobObject extends KubernetesObject {
  readonly spec: { readonly suspend?: boolean }
  readonly status?: { readonly conditions?: readonly Condition[] }
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string }
  readonly running?: { readonly startedAt?: string }
  readonly terminated?: {
    readonly exitCode: number
    readonly signal?: number
    readonly reason?: string
    readonly message?: string
  }
}

export interface ContainerStatus {
  readonly name: string
  readonly imageID?: string
  readonly state?: ContainerState
}

export interface PodObject extends KubernetesObject {
  readonly status?: {
    readonly phase?: string
    readonly reason?: string
    readonly message?: string
    readonly conditions?: readonly Condition[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}

/** A kind as the API spells it: its group (empty for the core), version and plural. */
export interface Resource {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
}

export const resources = {
  job: { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job' },
  trainJob: { group: 'trainer.kubeflow.org', version: 'v1alpha1', plural: 'trainjobs', kind: 'TrainJob' },
  pod: { group: '', version: 'v1', plural: 'pods', kind: 'Pod' },
  secret: { group: '', version: 'v1', plural: 'secrets', kind: 'Secret' },
} as const satisfies Record<string, Resource>

export const apiVersionOf = ({ group, version }: Resource): string =>
  group === '' ? version : `${group}/${version}`
