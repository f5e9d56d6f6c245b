import { Failure } from '../../foundation/platform/index.ts'
import type { Access, Principal } from '../../govern/access/index.ts'
import type { StageWork } from '../../improve/pipelines/index.ts'

export type AskAccess = Pick<Access, 'principalOf' | 'isAllowed'>

/** In whose name a stage works, asked again: a key that may no longer do something does not do it through a pipeline either. */
export function principalOf(
  access: AskAccess,
  { caller }: Pick<StageWork<unknown>, 'caller'>,
  permission: string,
  what: string,
): Principal {
  const principal = caller.keyId === undefined ? undefined : access.principalOf(caller.keyId)
  if (principal && access.isAllowed(principal, permission, { tenant: caller.tenant })) return principal
  throw new Failure(
    'forbidden',
    `The key of ${caller.author}, in whose name the run was begun, may not ${what} any more.`,
  )
}
