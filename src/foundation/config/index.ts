/** Configuration: one file and the environment become one validated, hashed, immutable snapshot. */
export type * from './schema/index.ts'
export {
  budgetsSchema,
  channelSecrets,
  defaultBreaker,
  durationText,
  failureCauses,
  guardActions,
  guardModes,
  guardStages,
  limitsSchema,
  metricQuerySchema,
  priorities,
  providerKinds,
  providerSecrets,
  releaseTargets,
  rolloutMetricNames,
  rolloutPlanSchema,
  secondsOf,
  reviewExpiries,
  cpuQuantity,
  reviewPriorities,
  severities,
  windowNames,
} from './schema/index.ts'
export { metricCatalogue } from './metric-catalogue.ts'
export { checkMetricQuery, measureOf, measuresOf } from './check-metric-query.ts'
export { configJsonSchema } from './schema-outline.ts'
export type { ConfigSnapshot } from './snapshot.ts'
export type { ConfigProblem } from './problem.ts'
export { formatPath, formatProblem } from './problem.ts'
export type { Finding as ConfigFinding } from './problem.ts'
export { declarationReader, explainSchemaIssues } from './parse-declaration.ts'
export type { DeclarationKind, ParsedDeclaration } from './parse-declaration.ts'
export type { CheckCatalogue, CheckShape, PolicyContext, ReportReference } from './check-policies.ts'
export { readsTexts } from './check-monitors.ts'
export { checkRolloutPlan } from './check-rollout.ts'
export { guardHash, judgeHash, policyHash } from './policy-hash.ts'
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
export { readYaml } from './yaml-source.ts'
export type { YamlSource } from './yaml-source.ts'
export { listOf, suggest, suggestSentence } from './suggest.ts'
export { addUsage, tokenBuckets, totalInputTokens, totalOutputTokens, usageOf, usageUnits } from './usage.ts'
export type { TokenBucket, Usage, UsageUnit } from './usage.ts'
