/** Engines: inference processes that we start, supervise and reach over loopback HTTP. */
export { engineAdvice } from './engine-advice.ts'
export type { EngineAdvice } from './engine-advice.ts'
export { installedEngineBinaries, installEngineBinaries } from './engine-binaries.ts'
export type { BinaryKind, InstallOptions } from './engine-binaries.ts'
export { engineRoutes } from './engine-routes.ts'
export type { EngineCondition, EngineEndpoint, EngineState } from './engine-state.ts'
export { createEngineSupervisor } from './engine-supervisor.ts'
export type { EngineSupervisor, EngineSupervisorOptions } from './engine-supervisor.ts'
