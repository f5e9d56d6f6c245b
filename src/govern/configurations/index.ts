/** Configurations: what was published for all replicas, and how each follows the last of them. */
export { followRevisions } from './follow-revisions.ts'
export type { RevisionFeed } from './follow-revisions.ts'
export { revisionRoutes } from './revision-routes.ts'
export { listReplicas } from './revision-store.ts'
