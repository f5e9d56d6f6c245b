/** The shape of `slipway.yaml`; also published as JSON Schema for editors. */
import { z } from 'zod'
import { alerts, channel, route, rule } from './alerts.ts'
import { batches } from './batches.ts'
import { datasets } from './datasets.ts'
import { engine } from './engine.ts'
import { drift } from './drift.ts'
import { evaluation } from './evaluation.ts'
import { judge } from './judge.ts'
import { section } from './parts.ts'
import { models } from './models.ts'
import { monitor } from './monitor.ts'
import { packaging } from './packaging.ts'
import { pipelines } from './pipelines.ts'
import { policy } from './policy.ts'
import { price } from './price.ts'
import { provider } from './provider.ts'
import { responses } from './responses.ts'
import { reviews } from './reviews.ts'
import { service } from './service.ts'
import { tenant } from './tenant.ts'
import { traces } from './traces.ts'
import { trainer, training } from './training.ts'

export { channelSecrets, severities } from './alerts.ts'
export type { AlertsConfig, ChannelConfig, RouteConfig, RuleConfig, Severity } from './alerts.ts'
export type { SloConfig } from './slo.ts'
export { providerKinds, providerSecrets } from './provider.ts'
export { priorities } from './capacity.ts'
export type { CapacityConfig, FairnessKind, Priority, ProviderCapacityConfig } from './capacity.ts'
export type { BatchesConfig } from './batches.ts'
export type { DatasetsConfig } from './datasets.ts'
export type { EngineConfig } from './engine.ts'
export type { EvaluationConfig } from './evaluation.ts'
export { budgets as budgetsSchema, limits as limitsSchema, windowNames } from './limits.ts'
export type { BudgetConfig, LimitConfig, WindowName } from './limits.ts'
export type { CacheConfig, SemanticCacheConfig } from './cache.ts'
export { defaultBreaker, failureCauses } from './failure.ts'
export type {
  BreakerConfig,
  FailureCause,
  HedgeConfig,
  RetriesConfig,
  RoutingConfig,
  TimeoutsConfig,
} from './failure.ts'
export type { JudgeConfig } from './judge.ts'
export type {
  DatasetReferenceConfig,
  EvaluationReferenceConfig,
  MonitorConfig,
  StreamConfig,
} from './monitor.ts'
export type { PackagingConfig } from './packaging.ts'
export { cpuQuantity } from './kubernetes.ts'
export type { ClusterPlace, PodResources } from './kubernetes.ts'
export type { ExecutorConfig, PipelinesConfig } from './pipelines.ts'
export type { SecretReference } from './parts.ts'
export { guardActions, guardModes, guardStages } from './policy.ts'
export type { FailureMode, GuardAction, GuardConfig, GuardMode, GuardStage, PolicyConfig } from './policy.ts'
export { durationText, secondsOf } from './duration.ts'
export { metricQuery as metricQuerySchema } from './metric-query.ts'
export type { Measure, MetricQuery } from './metric-query.ts'
export type { PriceConfig, TokenPriceConfig } from './price.ts'
export type { ProviderConfig, ProviderKind } from './provider.ts'
export { reviewExpiries, reviewPriorities } from './reviews.ts'
export type {
  ReviewClient,
  ReviewExpiry,
  ReviewPriority,
  ReviewsConfig,
  ReviewTermsConfig,
} from './reviews.ts'
export { rolloutMetricNames, rolloutPlan as rolloutPlanSchema } from './rollout.ts'
export type { RolloutMetricConfig, RolloutPlan } from './rollout.ts'
export { releaseTargets } from './service.ts'
export type { ReleaseConfig, ServiceConfig, TargetConfig } from './service.ts'
export type { SpansConfig } from './spans.ts'
export type { TenantConfig } from './tenant.ts'
export type { TrainerConfig, TrainingConfig } from './training.ts'

export const configSchema = z
  .strictObject({
    $schema: z.string().optional().describe('For editors; ignored.'),
    providers: section(provider, 'Hosted APIs and OpenAI-compatible servers, by name.'),
    engines: section(engine, 'Inference processes on this machine, by name.'),
    services: section(service, 'What clients may name in `model`, by name.'),
    policies: section(policy, 'What is looked for in requests and answers, and what becomes of it, by name.'),
    judges: section(judge, 'Who scores answers after they have been given, by name.'),
    monitors: section(monitor, 'What is watched for changes in the traffic of services, by name.'),
    tenants: section(tenant, 'Tenants declared here; more can be made through the API.'),
    prices: z
      .array(price)
      .nullish()
      .transform(prices => prices ?? [])
      .describe('What tokens cost, by provider or engine, model and day.'),
    priceLists: z
      .array(z.string().min(1))
      .nullish()
      .transform(lists => lists ?? [])
      .describe(
        'Price lists that ship with Slipway, e.g. `[openai, anthropic]`; own `prices` come before them.',
      ),
    alerts: alerts
      .nullable()
      .transform(value => value ?? alerts.parse({}))
      .prefault({})
      .describe('Rules on metrics, and where alerts are sent.'),
    batches: batches
      .nullable()
      .transform(value => value ?? batches.parse({}))
      .prefault({})
      .describe('Files and batches.'),
    evaluation: evaluation
      .nullable()
      .transform(value => value ?? evaluation.parse({}))
      .prefault({})
      .describe('Functions of your own that judge answers.'),
    datasets: datasets
      .nullable()
      .transform(value => value ?? datasets.parse({}))
      .prefault({})
      .describe('Versions of datasets, and what works on them.'),
    drift: drift
      .nullable()
      .transform(value => value ?? drift.parse({}))
      .prefault({})
      .describe('Reports of what explains a change of traffic or data.'),
    models: models
      .nullable()
      .transform(value => value ?? models.parse({}))
      .prefault({})
      .describe('The registry of models.'),
    packaging: packaging
      .nullable()
      .transform(value => value ?? packaging.parse({}))
      .prefault({})
      .describe('Packages of models, and the registries that they go to and come from.'),
    pipelines: pipelines
      .nullable()
      .transform(value => value ?? pipelines.parse({}))
      .prefault({})
      .describe('Pipelines, their stages and what they leave.'),
    training: training
      .nullable()
      .transform(value => value ?? training.parse({}))
      .prefault({})
      .describe('How models are trained.'),
    responses: responses
      .nullable()
      .transform(value => value ?? responses.parse({}))
      .prefault({})
      .describe('How the responses of services that store content are kept.'),
    reviews: reviews
      .nullable()
      .transform(value => value ?? reviews.parse({}))
      .prefault({})
      .describe('How what waits for a person is decided.'),
    traces: traces
      .nullable()
      .transform(value => value ?? traces.parse({}))
      .prefault({})
      .describe('How inferences are recorded.'),
  })
  .describe('The configuration of Slipway.')

/** What stands in the sections, each checked by itself. */
export const partSchemas = {
  provider,
  engine,
  service,
  policy,
  judge,
  monitor,
  tenant,
  price,
  reviews,
  packaging,
  pipelines,
  traces,
  trainer,
  channel,
  rule,
  route,
} as const

export type Config = z.output<typeof configSchema>
