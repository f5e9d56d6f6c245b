import { mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Cluster } from '../foundation/cluster/index.ts'
import {
  type ConfigSnapshot,
  type ConfigSource,
  providerSecrets,
  type TrainerConfig,
} from '../foundation/config/index.ts'
import type { Database, Failure, Jobs, Logger, MetricsRegistry } from '../foundation/platform/index.ts'
import type { Access, Principal } from '../govern/access/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import { describeWithoutQuotes } from '../govern/privacy/index.ts'
import {
  checkChat,
  checkPreference,
  type Datasets,
  mayLearnFrom,
  readDatasetExamples,
} from '../improve/datasets/index.ts'
import type { ModelRegistry, ModelVersion } from '../improve/registry/index.ts'
import {
  createBuiltinTrainer,
  createKubernetesTrainer,
  createProcessTrainer,
  createProviderTrainer,
  declareKubernetes,
  openTraining,
  type PublishModel,
  type PublishQuantized,
  type RegisteredModels,
  type Trainer,
} from '../improve/training/index.ts'
import type { FileAccess } from '../serve/batches/index.ts'
import { openAiErrors } from '../serve/dialects/index.ts'
import { openAiAddress } from '../serve/providers/index.ts'
import type { Processes } from './workers/processes.ts'

interface TrainingParts {
  readonly processes: Processes
  readonly database: Database
  readonly dataDirectory: string
  readonly access: Access
  readonly audit: Audit
  readonly jobs: Jobs
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly configuration: ConfigSource
  readonly datasets: Datasets
  readonly models: ModelRegistry
  readonly files: FileAccess
  readonly cluster: Cluster
  readonly authenticate: (request: Request) => Principal
}

const dayMs = 86_400_000

/** Training jobs: the primary works on them, every process serves their API. */
export function composeTraining(parts: TrainingParts) {
  const { access, configuration, files, logger, models } = parts
  const settings = () => configuration.current().config.training
  const builtin = createBuiltinTrainer(() => settings().timeoutMinutes)
  const known = new WeakMap<ConfigSnapshot, ReadonlyMap<string, Trainer>>()
  const trainers = (): ReadonlyMap<string, Trainer> => {
    const snapshot = configuration.current()
    const made = known.get(snapshot) ?? makeTrainers(snapshot, builtin, parts.cluster)
    known.set(snapshot, made)
    return made
  }
  const permissions = {
    tenant: (id: string) => configuration.current().config.tenants[id]?.useForTraining,
    service: (name: string) => configuration.current().config.services[name]?.useForTraining,
  }
  const opened = openTraining({
    database: parts.database,
    audit: parts.audit,
    logger,
    registry: parts.registry,
    access,
    datasets: parts.datasets,
    folder: path.join(parts.dataDirectory, 'training'),
    quantizationFolder: path.join(parts.dataDirectory, 'quantization'),
    trainers,
    whyDataStay: tenant =>
      permissions.tenant(tenant) === true
        ? undefined
        : `The data of the tenant \`${tenant}\` may not leave for a provider: set \`tenants.${tenant}.useForTraining: true\` in slipway.yaml, or use a trainer of your own.`,
    limits: () => ({
      mostExamples: settings().maxExamples,
      mostBytes: settings().maxFileMegabytes * 1_048_576,
    }),
    concurrency: () => settings().concurrency,
    folderRetentionDays: () => settings().folderRetentionDays,
    learning: {
      check: (format, value) => (format === 'preference' ? checkPreference(value) : checkChat(value)),
      mayLearnFrom: async (tenant, version) =>
        await mayLearnFrom({ database: parts.database, permissions }, tenant, version),
      readExamples: (version, format, options) =>
        readDatasetExamples(parts.datasets, version, format, options),
    },
    files: {
      find: async (tenant, id) => await files.find(tenant, id),
      read: async (tenant, id) => await files.read(tenant, id),
      keep: async file => {
        const retentionMs = configuration.current().config.batches.retentionDays * dayMs
        const expiresAt = new Date(Date.now() + retentionMs)
        await files.keep({ ...file, purpose: 'fine-tune-results', expiresAt })
      },
    },
    publishModel: createPublishModel(models),
    publishQuantized: createPublishQuantized(models),
    models: createRegisteredModels(models),
    authenticate: parts.authenticate,
    authorize: (principal, permission) => access.authorize(principal, permission),
    words: openAiErrors,
    onFailure: (failure: Failure, requestId) =>
      logger[failure.kind.level](
        { err: describeWithoutQuotes(failure, undefined), requestId },
        'A request failed.',
      ),
    onBug: (error, requestId) =>
      logger.error({ err: describeWithoutQuotes(error, undefined), requestId }, 'A bug broke a request.'),
  })
  for (const job of opened.jobs) {
    parts.jobs.register(job)
    parts.jobs.schedule(job.name, '37 4 * * *')
  }
  return opened
}

function makeTrainers(
  snapshot: ConfigSnapshot,
  builtin: Trainer,
  cluster: Cluster,
): ReadonlyMap<string, Trainer> {
  const declared = Object.entries(snapshot.config.training.trainers).map(([name, config]) =>
    makeTrainer(name, config, snapshot, cluster),
  )
  return new Map([builtin, ...declared].map(trainer => [trainer.name, trainer]))
}

function makeTrainer(
  name: string,
  config: TrainerConfig,
  snapshot: ConfigSnapshot,
  cluster: Cluster,
): Trainer {
  if (config.kind === 'provider')
    return createProviderTrainer(name, { ...config, address: addressOf(config.provider, snapshot) })
  if (config.kind === 'kubernetes')
    return createKubernetesTrainer(
      name,
      declareKubernetes(config, variable =>
        snapshot.secret(`training.trainers.${name}.environment.${variable}`),
      ),
      cluster,
    )
  const environment: Record<string, string> = {}
  for (const [variable, value] of Object.entries(config.environment ?? {})) {
    const text =
      typeof value === 'string' ? value : snapshot.secret(`training.trainers.${name}.environment.${variable}`)
    if (text !== undefined) environment[variable] = text
  }
  return createProcessTrainer(name, { ...config, environment })
}

function addressOf(name: string, snapshot: ConfigSnapshot) {
  const config = snapshot.config.providers[name]
  if (!config) throw new Error(`there is no provider ${name}`) // the configuration was checked
  const secrets = Object.fromEntries(
    providerSecrets.map(field => [field, snapshot.secret(`providers.${name}.${field}`)]),
  )
  const { baseUrl, headers } = openAiAddress({ name, config, secrets })
  const declared: Record<string, string> = {}
  for (const [header, value] of Object.entries(config.headers ?? {})) {
    const text = typeof value === 'string' ? value : snapshot.secret(`providers.${name}.headers.${header}`)
    if (text !== undefined) declared[header] = text
  }
  return { name, baseUrl, headers: { 'user-agent': 'slipway', ...headers, ...declared } }
}

/** The same job gives the same version: its files and what it comes from are the same. */
function createPublishModel(models: ModelRegistry): PublishModel {
  return async ({ tenant, name, folder, artifact, lineage, metrics, author, keyId }) => {
    const { version } = await models.publishFolder({
      caller: { tenant, author, keyId },
      model: name,
      folder,
      lineage: {
        datasets: lineage.datasets.map(dataset => ({
          reference: `${dataset.name}@${dataset.versionId}`,
          split: dataset.split ?? undefined,
          role: dataset.role,
        })),
        runs: [{ kind: 'training', id: lineage.job }],
        models:
          lineage.baseModel === undefined ? [] : [{ reference: lineage.baseModel, role: 'base' as const }],
      },
      metrics,
      source: {
        kind: 'training',
        job: lineage.job,
        trainer: lineage.trainer,
        method: lineage.method,
        base: lineage.base,
        seed: lineage.seed,
        files: lineage.files,
        hyperparameters: lineage.hyperparameters,
        artifact,
      },
      reason: `The training job ${lineage.job} has left it.`,
    })
    return `${version.model}@${version.number}`
  }
}

const quantizationReport = { kind: 'quantization-report', name: 'quantization.json' }
/** Versions of a model that are looked through for one that a quantization made before it was cut off. */
const mostLookedAt = 50

function createPublishQuantized(models: ModelRegistry): PublishQuantized {
  const publish = async ({ job, folder, report }: Parameters<PublishQuantized>[0]): Promise<ModelVersion> => {
    const caller = { tenant: job.tenant, author: job.author, keyId: job.keyId }
    const model = await models.find(job.tenant, job.outputModel)
    const newest = model ? await models.listVersions(model, { limit: mostLookedAt }) : []
    const made = newest.find(({ source }) => source.kind === 'quantization' && source['job'] === job.id)
    if (made) return made
    const { version } = await models.publishFolder({
      caller,
      model: job.outputModel,
      folder,
      lineage: { models: [{ reference: job.base, role: 'quantized' }] },
      metrics: {
        perplexity: report.perplexity.after,
        perplexity_rise: report.perplexity.rise.estimate,
        bits_per_weight: report.result.bitsPerWeight,
      },
      source: { kind: 'quantization', job: job.id, type: job.type, outcome: report.outcome },
      reason: `The quantization ${job.id} of ${job.base} has left it.`,
    })
    return version
  }
  return async made => {
    const version = await publish(made)
    const { kind, name } = quantizationReport
    const there = await models.listAttachments(version)
    const { job, report } = made
    if (!there.some(one => one.kind === kind && one.details['job'] === job.id))
      await models.attach({
        caller: { tenant: job.tenant, author: job.author, keyId: job.keyId },
        model: version.model,
        number: version.number,
        kind,
        name,
        mediaType: 'application/json',
        content: `${JSON.stringify({ ...report, file: undefined }, null, 2)}\n`,
        details: { job: job.id, type: job.type, outcome: report.outcome },
      })
    return `${version.model}@${version.number}`
  }
}

function createRegisteredModels(models: ModelRegistry): RegisteredModels {
  const find = async (tenant: string, name: string): Promise<ModelVersion | undefined> =>
    await models.resolve(tenant, name).catch((error: unknown) => {
      const { code } = error as Partial<Failure>
      if (code === 'not_found' || code === 'invalid_request') return undefined
      throw error
    })
  return {
    async find(tenant, name) {
      const version = await find(tenant, name)
      return (
        version && {
          name: `${version.model}@${version.number}`,
          digest: version.digest,
          isGguf: version.format === 'gguf',
          license: version.facts.license,
        }
      )
    },
    async lay(tenant, name, folder) {
      const version = await models.resolve(tenant, name)
      await rm(`${folder}.part`, { recursive: true, force: true })
      for (const { path: file } of version.manifest.files) {
        const place = path.join(`${folder}.part`, file)
        await mkdir(path.dirname(place), { recursive: true })
        const handle = await open(place, 'w')
        try {
          for await (const chunk of await models.readFile(version, file)) await handle.writeFile(chunk)
        } finally {
          await handle.close()
        }
      }
      await rename(`${folder}.part`, folder)
    },
  }
}
