/** Why an inference may not become an example. */
export const leftOutReasons = {
  tenant_refuses: 'the tenant says `useForTraining: false`',
  service_refuses: 'the service says `useForTraining: false`',
  request_refuses: 'the request said so (`slipway-no-training`, or `store: false`)',
  nobody_allowed: 'neither tenant nor service says `useForTraining: true`',
  content_not_kept: 'its content was not kept (`storeContent`)',
  content_cut: 'its content was too large to be kept whole',
  not_masked: 'it was kept as it was, and could not be masked now',
  no_conversation: 'it is no request for text with an answer',
} as const
export type LeftOutReason = keyof typeof leftOutReasons

/** What the configuration says of the use of traffic; `undefined` where it says nothing. */
export interface Permissions {
  tenant(id: string): boolean | undefined
  service(name: string): boolean | undefined
}

/** Nothing is used unless somebody allowed it, and whoever refuses wins. `undefined`: it may be used. */
export function refusalOf(
  permissions: Permissions,
  tenant: string,
  service: string,
): LeftOutReason | undefined {
  const [byTenant, byService] = [permissions.tenant(tenant), permissions.service(service)]
  if (byTenant === false) return 'tenant_refuses'
  if (byService === false) return 'service_refuses'
  return byTenant === true || byService === true ? undefined : 'nobody_allowed'
}
