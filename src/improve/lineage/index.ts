/** Lineage: what came of what, over all domains that know a part of it. */
export type * from './lineage.ts'
export { lineageRoutes } from './lineage-routes.ts'
