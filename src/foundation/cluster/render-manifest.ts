import { nameOf } from './exchange/exchange.ts'
import type { KubernetesObject } from './kubernetes/objects.ts'
import { renderJob, renderSecret } from './render-job.ts'
import { type ClusterTask, planOf } from './run-in-cluster.ts'

const exampleId = '00000000-0000-8000-8000-000000000000'

/** The Job and the Secret that work would be, as people look at them: the token and values of variables are left out. */
export function renderManifest(
  plan: ClusterTask['plan'],
  secretNames: readonly string[],
): readonly KubernetesObject[] {
  const secrets = Object.fromEntries(secretNames.map(name => [name, '(secret)']))
  const whole = planOf({ plan, secrets }, nameOf(exampleId), exampleId)
  const job = renderJob(whole)
  const owner = { ...job, metadata: { ...job.metadata, uid: '(the uid of the Job)' } }
  const ca = plan.place.serverCa === undefined ? undefined : `(${plan.place.serverCa})`
  return [
    job,
    renderSecret(whole, owner, {
      token: '(a token for this job alone)',
      courier: '(the courier)',
      ca,
      variables: secrets,
    }),
  ]
}
