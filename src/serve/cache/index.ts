/** Cache: gives an answer again to a request that is the same, or that means the same. */
export { createCache } from './cache.ts'
export type { Cache, CacheOptions, CacheRequest, Embed, Lookup, MissReason } from './cache.ts'
export type { CachedAnswer } from './cached-answer.ts'
export { cacheRoutes } from './cache-routes.ts'
export { replayStream, replayWhole } from './replay-answer.ts'
