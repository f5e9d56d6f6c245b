/** Providers: one way to call every upstream, hosted or our own, and to read its answer as OpenAI's. */
export { createEngineUpstream, createProviderUpstream } from './create-upstream.ts'
export type { EngineEndpoint, ProviderOptions } from './create-upstream.ts'
export type {
  Observation,
  Operation,
  StreamTranslator,
  Upstream,
  UpstreamAnswer,
  UpstreamCall,
} from './upstream.ts'
export { estimateTokens } from './estimate-tokens.ts'
export { EventSplitter } from './event-splitter.ts'
export { asCount, asList, asObject, asText, parseLoosely, type JsonObject } from './loose-json.ts'
export { openAiAddress } from './openai/speak-openai.ts'
export { readUsage } from './openai/usage.ts'
export { createServerMetrics } from './server-metrics.ts'
export { providerRoutes } from './provider-routes.ts'
