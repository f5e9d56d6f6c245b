import { Job } from 'kubernetes-models/batch/v1'
import { Role, RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1'
import { Secret, ServiceAccount } from 'kubernetes-models/v1'

const models = { Job, Role, RoleBinding, Secret, ServiceAccount } as const

/** Throws where an object is none that the OpenAPI description of Kubernetes allows. */
export function validateManifest(object: { readonly kind: string }): void {
  const Model = models[object.kind as keyof typeof models] as new (data: object) => { validate(): void }
  new Model(object).validate()
}
