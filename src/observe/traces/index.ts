/** Traces: every inference that ended, what it cost and took, and what people said of it. */
export { createTraces } from './traces.ts'
export type { LossCause, Traces, TracesOptions } from './traces.ts'
export type { Inference, InferenceCharge, InferenceContent } from './inference.ts'
export type { InferenceVerdict } from './verdict.ts'
export { leastIdAt } from './day.ts'
export { isWithin, scopeOf } from './scope.ts'
export type { LiveFilter, LiveTail } from './live-tail.ts'
export type { OtlpSettings } from './otlp-exporter.ts'
export { otlpPaths } from './otlp-in/otlp-paths.ts'
export { createSpanReceiver } from './otlp-in/receive-spans.ts'
export { createSpanKeeper } from './otlp-in/span-keeper.ts'
export { otlpSettingsOf } from './otlp-settings.ts'
export type { OnStored } from './store-batch.ts'
export { tracesRoutes } from './traces-routes.ts'
export { dropOldInferences } from './traces-jobs.ts'
export type { MaskFeedback } from './feedback.ts'
export type { OnFeedback } from './give-feedback.ts'
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
export type { Collectable, CollectableFilter } from './collectable-store.ts'
export {
  findCollectableOfMany,
  findContentsOfMany,
  findLearnableContents,
  listCollectable,
} from './collectable-store.ts'
export type { Feedback } from './feedback.ts'
export { listFeedbackOfMany } from './feedback-store.ts'
export { countAnswered } from './count-store.ts'
export type { AnsweredCount } from './count-store.ts'
export { findInference, findMaskedContent, listInferences } from './inference-store.ts'
export { answerOf, lastWordsOf, questionOf } from './texts-of.ts'
export type { ArmOutcome, RolloutStepFilter } from './arm-store.ts'
export { countArmOutcomes, listArmOutcomes, meanFeedbackOfMany } from './arm-store.ts'
