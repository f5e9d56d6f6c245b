/** Configuration: one file and the environment become one validated, hashed, immutable snapshot. */
export type * from './schema.ts'
export { configSchema, providerKinds } from './schema.ts'
export type { ConfigSnapshot } from './snapshot.ts'
export type { Usage } from './usage.ts'
