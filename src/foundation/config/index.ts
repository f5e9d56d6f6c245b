/** Configuration: one file and the environment become one validated, hashed, immutable snapshot. */
export type * from './schema/index.ts'
export {
  budgetsSchema,
  defaultBreaker,
  failureCauses,
  limitsSchema,
  priorities,
  providerKinds,
  providerSecrets,
  releaseTargets,
  windowNames,
} from './schema/index.ts'
export { configJsonSchema } from './schema-outline.ts'
export type { ConfigSnapshot } from './snapshot.ts'
export type { ConfigProblem } from './problem.ts'
export { formatProblem } from './problem.ts'
export { parseConfig } from './parse-config.ts'
export type { ParsedConfig } from './parse-config.ts'
export type { EnvironmentVariables } from './read-secrets.ts'
export { loadConfig } from './load-config.ts'
export type { ConfigLocation } from './load-config.ts'
export type { ConfigLogger } from './watch-config.ts'
export { createConfigSource } from './config-source.ts'
export type { ConfigSource, ConfigSourceOptions, ConfigTrouble } from './config-source.ts'
export { canonicalText, textHash } from './canonical-text.ts'
export { configRoutes } from './config-routes.ts'
export type { ConfigState } from './config-routes.ts'
export { costNanoUsd, withoutCache, worstCaseNanoUsd } from './cost.ts'
export { loadPriceList, priceListNames } from './price-lists.ts'
export { priceAt, pricedThings, pricesOf } from './price.ts'
export type { Price, Priced } from './price.ts'
export { suggest } from './suggest.ts'
export { addUsage, tokenBuckets, totalInputTokens, totalOutputTokens, usageOf, usageUnits } from './usage.ts'
export type { TokenBucket, Usage, UsageUnit } from './usage.ts'
