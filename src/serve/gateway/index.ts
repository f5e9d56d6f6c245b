/** The gateway: the data plane's request path from a client's call to a model and back. */
export { createGateway } from './gateway.ts'
export type { GatewayOptions } from './gateway.ts'
export type { InferenceRecord, RecordInference } from './inference-record.ts'
export { serviceRoutes } from './service-routes.ts'
export { compileServices, targetName } from './serving-snapshot.ts'
export type { ServingSnapshot, TargetResolver } from './serving-snapshot.ts'
