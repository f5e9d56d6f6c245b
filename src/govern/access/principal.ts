export const roles = ['owner', 'operator', 'developer', 'reviewer', 'auditor', 'service'] as const
export type Role = (typeof roles)[number]

/** Who is asking: a key, the role it carries and the tenant that it is bound to. */
export interface Principal {
  readonly keyId: string
  readonly keyName: string
  readonly role: Role
  /** `undefined` means the whole installation. */
  readonly tenant: string | undefined
  /** The services it may call; `undefined` means all that its tenant may. */
  readonly services: ReadonlySet<string> | undefined
}

/** The tenant that an inference made by this principal belongs to. */
export function homeTenant(principal: Principal): string {
  return principal.tenant ?? 'default'
}
