/** Registry: versions of models that never change, aliases that move by rule, and what was live when. */
export type * from './model.ts'
export type * from './ports.ts'
export type * from './registry.ts'
export type { Requirement } from './rules/judge-move.ts'
export type { AliasMove, RegistryChange, RegistryContext } from './registry-context.ts'
export { createRegistry } from './open-registry.ts'
export { collectModelGarbage } from './collect-garbage.ts'
export { modelName } from './definition.ts'
export { checkPath } from './manifest.ts'
export { modelFormats } from './model.ts'
export { proofKinds } from './ports.ts'
export { attachmentSchema, toWireAttachment } from './api/registry-wire.ts'
export { registryRoutes } from './api/registry-routes.ts'
export { createServedModels, isRegistryReference, readServedReference } from './serving/served-models.ts'
export type { ServedModel, ServedModels } from './serving/served-models.ts'
export type { Unproven } from './serving/proof-gate.ts'
export { listAliases } from './stores/alias-store.ts'
export { announceProofs } from './stores/announce.ts'
export {
  findServing,
  listServingsOfEngine,
  listServingsOfVersions,
  type Serving,
} from './stores/serving-store.ts'
export { findVersionsById, listLineageOf, listVersionsFrom } from './stores/version-store.ts'
export { findTrackedRun } from './mlflow/tracking-store.ts'
export { createMlflowApi } from './mlflow/mlflow-api.ts'
