/** The gateway: the data plane's request path from a client's call to a model and back. */
export { createGateway } from './gateway.ts'
export type { Gateway, GatewayOptions, InternalCaller } from './gateway.ts'
export { openAiPaths } from './openai-paths.ts'
export { serviceRoutes } from './service-routes.ts'
export { compileServices } from './serving-snapshot.ts'
export { createTargets, targetKey, targetName } from './targets.ts'
export type { Admit, Demand, EnterQueue, Grant, Priority, Settlement } from './ports.ts'
export type { Targets } from './targets.ts'
