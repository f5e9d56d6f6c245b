import { Failure } from '../../foundation/platform/index.ts'
import type { Access, Principal } from '../../govern/access/index.ts'
import type { Inference } from './inference.ts'
import { isWithin, scopeOf } from './scope.ts'
import type { Traces } from './traces.ts'

/** One that the caller must not see is answered like one that does not exist. */
export async function findVisible(
  {
    traces,
    access,
  }: { readonly traces: Pick<Traces, 'find'>; readonly access: Pick<Access, 'visibleTenant'> },
  principal: Principal,
  id: string,
): Promise<Inference> {
  const inference = await traces.find(id)
  if (inference && isWithin(scopeOf(principal, access, {}), inference)) return inference
  throw new Failure(
    'not_found',
    `There is no inference ${id}. It may be past retention, or belong to a tenant that this key does not reach.`,
  )
}
