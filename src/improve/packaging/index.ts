/** Packaging: what is said of a version (card, bill of materials, signature), whether it is true, and the way to other registries. */
export type * from './packaging.ts'
export type * from './ports.ts'
export type { PackagingChange, PackagingContext } from './packaging-context.ts'
export type { DeclaredRegistry } from './oci/registry-client.ts'
export { createPackaging } from './open-packaging.ts'
export { packagingRoutes } from './api/packaging-routes.ts'
