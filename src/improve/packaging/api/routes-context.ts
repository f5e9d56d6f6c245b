import { z } from 'zod'
import { type Access, homeTenant, type Principal } from '../../../govern/access/index.ts'
import type { ModelRegistry, RegistryCaller } from '../../registry/index.ts'
import type { Packaging } from '../packaging.ts'

/** What the rows of the API stand on. */
export interface PackagingRoutesOptions {
  readonly packaging: Packaging
  readonly registry: ModelRegistry
  readonly access: Pick<Access, 'visibleTenant'>
}

export const tag = 'Packaging'
export const tenantQuery = z.object({
  tenant: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('That of the key by default; a key of the whole installation names one, or means `default`.'),
})
export const versionPath = z.object({
  name: z.string().min(1).max(200),
  version: z.string().min(1).max(100).describe('A number, an alias, or `latest`.'),
})

export function tenantOf(
  { access }: Pick<PackagingRoutesOptions, 'access'>,
  principal: Principal,
  asked: string | undefined,
): string {
  return access.visibleTenant(principal, asked) ?? homeTenant(principal)
}

export function callerOf(
  options: Pick<PackagingRoutesOptions, 'access'>,
  { principal, requestId }: { readonly principal: Principal; readonly requestId: string },
  asked: string | undefined,
): RegistryCaller {
  return {
    tenant: tenantOf(options, principal, asked),
    author: principal.keyName,
    keyId: principal.keyId,
    requestId,
  }
}
