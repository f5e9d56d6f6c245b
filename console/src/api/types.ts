import type { Api, Inference, Key, Me, Service } from './schema.ts'

/** What the API says, under the names that the console uses; all of it made from the API's own description. */

export type {
  Alert,
  AlertDetail,
  AuditEntry,
  Board,
  BoardPanel,
  Batch,
  CollectionDrive,
  Conversation,
  ConversationDetail,
  CostReport,
  Dataset,
  DatasetBias,
  DatasetBlame,
  DatasetDiff,
  DatasetRef,
  DatasetReport,
  DatasetTask,
  DatasetVersion,
  DriftColumn,
  DriftQuality,
  DriftReport,
  DriftReportResult,
  DriftSlice,
  EvaluationComparison,
  EvaluationExample,
  EvaluationGate,
  EvaluationOdds,
  EvaluationReport,
  EvaluationRun,
  EvaluationRunDetail,
  EvaluationScores,
  Engine,
  Feedback,
  GuardrailReport,
  Inference,
  InferenceDetail,
  Judge,
  LabelReport,
  Key,
  LineageNode,
  Me,
  Model,
  ModelAttachment,
  ModelEvent,
  ModelEvidence,
  ModelServing,
  ModelVerification,
  ModelVersion,
  ModelVersionDetail,
  Monitor,
  MonitorAlarm,
  Overview,
  OverviewTotals,
  PipelineRun,
  PipelineRunDetail,
  PipelineStage,
  PipelineTrigger,
  PipelineTriggerDecision,
  Policy,
  Provider,
  Queue,
  Review,
  ReviewDetail,
  ReviewStats,
  ReviewText,
  ScopeLimits,
  Score,
  Service,
  Slo,
  ServiceCache,
  System,
  Tenant,
  Trace,
  TraceSpan,
  Trainer,
  TrainingJob,
  TrainingPoint,
  VerdictCount,
} from './schema.ts'

export type Answer<
  Operation extends { [Name in keyof Api]: Api[Name] extends { answer: unknown } ? Name : never }[keyof Api],
> = Api[Operation]['answer']
export type Body<
  Operation extends { [Name in keyof Api]: Api[Name] extends { body: unknown } ? Name : never }[keyof Api],
> = Api[Operation]['body']

export type Configuration = Answer<'readConfiguration'>
export type DataKey = Answer<'listDataKeys'>['data'][number]
export type Revision = Answer<'listConfigurationRevisions'>['data'][number]
export type ListedTrainingJob = Answer<'listTrainingJobs'>['data'][number]
export type Usage = NonNullable<Inference['usage']>
export type OverviewBucket = Answer<'getOverview'>['series'][number]
export type Release = Service['releases'][number]
export type Target = Release['targets'][number]
export type Role = Key['role']

export const roles = [
  'owner',
  'operator',
  'developer',
  'reviewer',
  'auditor',
  'service',
] as const satisfies readonly Me['role'][]

export const outcomes = ['ok', 'error', 'aborted'] as const satisfies readonly Inference['outcome'][]
