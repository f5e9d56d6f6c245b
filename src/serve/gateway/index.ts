/** The gateway: the data plane's request path from a client's call to a model and back. */
export { createGateway } from './gateway.ts'
export type { GatewayOptions } from './gateway.ts'
export { openAiPaths } from './openai-paths.ts'
export { serviceRoutes } from './service-routes.ts'
export { compileServices } from './serving-snapshot.ts'
export { createTargets } from './targets.ts'
