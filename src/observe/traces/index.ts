/** Traces: every inference that ended, what it cost and took, and what people said of it. */
export { createTraces } from './traces.ts'
export type { LossCause, Traces, TracesOptions } from './traces.ts'
export type { Inference, InferenceCharge } from './inference.ts'
export { leastIdAt } from './day.ts'
export { scopeOf } from './scope.ts'
export type { LiveFilter, LiveTail } from './live-tail.ts'
export type { OtlpSettings } from './otlp-exporter.ts'
export { otlpSettingsOf } from './otlp-settings.ts'
export type { OnStored } from './store-batch.ts'
export { tracesRoutes } from './traces-routes.ts'
export { dropOldInferences } from './traces-jobs.ts'
export { feedbackInput } from './feedback.ts'
export {
  feedbackSchema,
  inferenceDetailSchema,
  inferenceListSchema,
  inferenceSchema,
  toWireUsage,
  usageSchema,
} from './inference-wire.ts'
export type { WireFeedback, WireInference } from './inference-wire.ts'
export { overviewSchema } from './overview.ts'
export type { Overview } from './overview.ts'
