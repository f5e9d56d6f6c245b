/** The composition root: the only place that builds stores and hands one domain to another. */
import path from 'node:path'
import { composeAdmission } from './compose/admit.ts'
import { composeAlerts } from './compose/alerts.ts'
import { composeBatches } from './compose/batches.ts'
import { ensureConsole } from './compose/build-console.ts'
import { createAskForLabel } from './compose/ask-for-label.ts'
import { createCallRelease } from './compose/evaluation/call-release.ts'
import { composeDistillation } from './compose/distillation.ts'
import { composeDrift } from './compose/drift.ts'
import { composeDatasets } from './compose/datasets.ts'
import { composeEvaluation } from './compose/evaluation.ts'
import { controlRows } from './compose/control-rows.ts'
import { createEnterQueue } from './compose/enter-queue.ts'
import { describeConfiguration, followConfiguration } from './compose/follow-configuration.ts'
import { composeGuardrails } from './compose/guardrails.ts'
import { layGround } from './compose/ground.ts'
import { composeLineage } from './compose/lineage.ts'
import { composeMetrics } from './compose/metrics.ts'
import { monitorReferences } from './compose/monitor-references.ts'
import { composeMonitors } from './compose/monitors.ts'
import { createRequestHandler } from './compose/request-handler.ts'
import { composeRegistry } from './compose/registry.ts'
import { composeRollouts } from './compose/rollouts.ts'
import { composeReviews } from './compose/reviews.ts'
import { composeJudges } from './compose/judges.ts'
import { composeStoredResponses } from './compose/stored-responses.ts'
import { composeContentMasker, composeMaskFeedback, recordWhenMasked } from './compose/mask-content.ts'
import { composePackaging } from './compose/packaging.ts'
import { composeCluster } from './compose/cluster.ts'
import { composePipelines } from './compose/pipelines.ts'
import { composePrivacy, openKeyRing } from './compose/privacy.ts'
import { createEngineModels, type EngineModels, withoutRegistry } from './compose/served-models.ts'
import { composeSpans } from './compose/spans.ts'
import { composeTraining } from './compose/training.ts'
import { createSystemState } from './compose/system-state.ts'
import { viewEngines } from './compose/workers/engines-view.ts'
import type { PrimaryLink } from './compose/workers/primary-link.ts'
import { type ProcessState, questions, type WorkerSetup } from './compose/workers/processes.ts'
import type { WorkerPool } from './compose/workers/worker-pool.ts'
import { createConfigSource, type ConfigSnapshot } from './foundation/config/index.ts'
import {
  confirmObjectStore,
  createControlApi,
  createJobs,
  createMetricsRegistry,
  createStaticFiles,
  openObjectStore,
  type Environment,
  type Logger,
} from './foundation/platform/index.ts'
import {
  createAccess,
  createGatekeeper,
  isSameOrigin,
  loadPolicies,
  type Principal,
} from './govern/access/index.ts'
import { createAudit, systemActor } from './govern/audit/index.ts'
import { describeWithoutQuotes } from './govern/privacy/index.ts'
import { isRegistryReference } from './improve/registry/index.ts'
import { createRolloutTroubles } from './improve/rollouts/index.ts'
import { builtinModels } from './improve/training/index.ts'
import { createCostCounter } from './observe/costs/index.ts'
import { createTraces, dropOldInferences, otlpSettingsOf } from './observe/traces/index.ts'
import { createTargetQueues, readRaisedBudgets, type QueueState } from './serve/admission/index.ts'
import { createCache } from './serve/cache/index.ts'
import { checkCatalogue, createVerdictCounter, type Evidence } from './serve/guardrails/index.ts'
import { compileServices, createAskService, createGateway, createTargets } from './serve/gateway/index.ts'
import { estimateTokens } from './serve/providers/index.ts'

const root = path.join(import.meta.dirname, '..')

/** One process of a server: the primary, or a worker that shares its port, its database and its engines. */
export async function composeServer(
  environment: Environment,
  logger: Logger,
  processes: WorkerPool | PrimaryLink,
) {
  const pool = 'tellAll' in processes ? processes : undefined
  const startedAt = new Date()
  const registry = createMetricsRegistry()
  /** There once the database is. */
  const later: { evidence?: Evidence; engineModels?: EngineModels } = {}
  const configuration = await createConfigSource({
    file: environment.configFile,
    environment: process.env,
    isDefaultPlace: process.env['SLIPWAY_CONFIG'] === undefined,
    logger,
    metrics: registry,
    checks: checkCatalogue,
    // workers take what the primary has decided
    ...(pool && { findReport: hash => (later.evidence ? later.evidence.findReport(hash) : 'not read yet') }),
    ...('setup' in processes && { given: processes.setup.configuration }),
  })
  const retentionDays = (): number => configuration.current().config.traces.retentionDays

  // What takes long starts first and side by side: policies and console in processes of their own, the engines,
  // Postgres. `createAccess` waits for the policies and reports what is wrong with them.
  loadPolicies().catch(() => undefined)
  const consoleIsBuilt = pool && ensureConsole(root, logger)
  const { database, engines, ...ground } = await layGround(processes, {
    environment,
    logger,
    metrics: registry,
    resolveModel,
    doubtOf: engine => later.engineModels?.doubtOf(engine),
    engines: withoutRegistry(configuration.current().config.engines),
  })

  const audit = createAudit({ database })
  const isPrimary = pool !== undefined
  const keys = await openKeyRing({ environment, database, audit, logger, isPrimary })
  const objectStore = openObjectStore(environment.objectStore)
  if (isPrimary) await confirmObjectStore({ database, store: objectStore, logger })
  const revisions = await followConfiguration(processes, { database, audit, logger, configuration })
  await engines.apply(withoutRegistry(configuration.current().config.engines))
  const access = await createAccess({ database, audit, logger })
  const { adminKey: given, dataDirectory } = environment
  const adminKey = pool && (await access.ensureAdminKey({ given, dataDirectory }))
  const countCosts = createCostCounter()
  const countVerdicts = createVerdictCounter()
  const traces = createTraces({
    database,
    logger,
    metrics: registry,
    options: {
      retentionDays,
      otlp: otlpSettingsOf(() => configuration.current()),
      onStored: async (transaction, inferences) => {
        const answered = inferences.filter(({ isShadow }) => isShadow !== true)
        await countCosts(transaction, answered)
        await countVerdicts(transaction, answered)
        await judges.onStored(transaction, inferences)
        await monitors.feed.inferences(transaction, inferences)
      },
    },
  })
  const cache = createCache({ database, logger, metrics: registry })
  const jobs = createJobs({ url: ground.databaseUrl, logger, isSenderOnly: pool === undefined })
  const cleaning = dropOldInferences({ database, retentionDays })
  jobs.register(cleaning)
  jobs.schedule(cleaning.name, '7 * * * *')
  const metrics = composeMetrics({
    processes,
    isPrimary: pool !== undefined,
    database,
    dataDirectory,
    logger,
    registry,
    jobs,
    snapshot: () => configuration.current(),
  })

  const privacy = composePrivacy({ keys, database, jobs, logger, metrics: registry, retentionDays })
  const admission = await composeAdmission({
    database,
    logger,
    metrics: registry,
    audit,
    dataDirectory,
    worker: processes.worker,
    snapshot: () => configuration.current(),
  })
  const monitors = composeMonitors({
    isPrimary: pool !== undefined,
    database,
    logger,
    registry,
    audit,
    configuration,
    gateway: () => gateway,
    drift: () => drift.reports,
    references: monitorReferences({
      database,
      findRelease: () => evaluation.findRelease,
      evaluators: () => evaluation.evaluators,
      datasets: () => datasets.datasets,
    }),
  })
  const alerts = composeAlerts({
    isPrimary: pool !== undefined,
    database,
    logger,
    registry,
    audit,
    reader: metrics.reader,
    configuration,
    port: environment.port,
    readBudgets: () => readRaisedBudgets(database, admission.book),
    sources: [
      monitors.troubles,
      createRolloutTroubles(database, () => Object.keys(configuration.current().config.services)),
    ],
  })
  const targets = createTargets({ engineEndpoint: name => engines.endpoint(name), metrics: registry })
  const queues = createTargetQueues({
    metrics: registry,
    replicas: admission.liveProcesses,
    contextSizeOf: name => engines.states().find(engine => engine.name === name)?.contextSize,
  })
  queues.apply(configuration.current())
  const guardrails = await composeGuardrails({
    database,
    logger,
    registry,
    dataDirectory,
    snapshot: () => configuration.current(),
    ask: call => ask(call),
    traces: () => traces,
    pseudonyms: privacy.pseudonyms,
  })
  const { policies, evidence } = guardrails
  later.evidence = evidence
  let serving = compileServices(configuration.current(), targets, policies)

  /** Everything that follows the configuration; what all processes share follows in the primary. */
  async function apply(snapshot: ConfigSnapshot, previous: ConfigSnapshot): Promise<void> {
    queues.apply(snapshot)
    serving = compileServices(snapshot, targets, policies)
    if (!pool) return
    await evidence.note(snapshot)
    await Promise.all([engineModels.apply(), access.tenants.apply(snapshot.config.tenants)])
    await audit.record({
      actor: systemActor('configuration'),
      action: 'configuration:apply',
      subject: `configuration:${snapshot.hash}`,
      tenant: undefined,
      before: previous.config,
      after: snapshot.config,
    })
  }

  let previous = configuration.current()
  configuration.subscribe(next => {
    const before = previous
    previous = next
    apply(next, before).catch(error =>
      logger.error({ err: error }, 'The new configuration was not fully applied.'),
    )
  })

  function resolveModel(reference: string): string {
    if (isRegistryReference(reference) && later.engineModels) return later.engineModels.fileOf(reference)
    return builtinModels[reference] ?? path.resolve(path.dirname(configuration.current().file), reference)
  }

  const readState = (): ProcessState => ({
    worker: processes.worker,
    pid: process.pid,
    role: pool ? 'primary' : 'worker',
    started_at: startedAt.toISOString(),
    requests_in_flight: handler.inFlight(),
    resident_bytes: process.memoryUsage.rss(),
    traces: traces.stats(),
  })
  processes.handle(questions.state, readState)
  processes.handle(questions.queues, () => queues.states())
  processes.handle(questions.metrics, () => registry.getMetricsAsJSON())

  processes.handle(questions.configuration, () => describeConfiguration(configuration, revisions))
  const { readConfiguration, readSystem, findReasonsToWait } = createSystemState(processes, {
    database,
    databaseKind: ground.databaseKind,
    engines,
  })

  const authenticate = (request: Request): Principal =>
    access.authenticate(request.headers, { isSameOrigin: isSameOrigin(request) })
  const mayCall = (principal: Principal, service: string): boolean =>
    access.isAllowed(principal, 'service:invoke', { service })
  const responses = await composeStoredResponses({
    database,
    logger,
    registry,
    jobs,
    keys: privacy.keys,
    retentionDays: () => configuration.current().config.responses.retentionDays,
    authenticate,
    mayCall,
  })
  const masker = composeContentMasker({ pseudonyms: privacy.pseudonyms, logger, metrics: registry })
  const recordMasked = recordWhenMasked(traces)
  const spans = composeSpans({
    database,
    logger,
    metrics: registry,
    access,
    authenticate,
    snapshot: () => configuration.current(),
  })
  const gatekeeper = createGatekeeper({ access, audit })
  const reviews = composeReviews({
    database,
    access,
    audit,
    jobs,
    logger,
    registry,
    configuration,
    keys: privacy.keys,
    gateway: () => gateway,
    authenticate,
    isPrimary: pool !== undefined,
  })
  const rollouts = await composeRollouts({
    processes,
    database,
    access,
    audit,
    logger,
    registry,
    configuration,
    revisions,
    models: () => models.registry,
    following: (...of) => engineModels.following(...of),
  })
  /** Where calls of a service go while nothing fails. */
  const targetsOf = (service: string) => {
    const found = serving.services.get(service)
    const release = found?.releases.get(rollouts.liveRelease(service) ?? '') ?? found
    return release?.plan.targets ?? []
  }
  const { bodyLimitBytes } = environment
  /** What checks and judges ask services of ours through. */
  const ask = createAskService((request, path, caller) => gateway(request, path, caller), registry)
  const gateway = createGateway({
    snapshot: () => serving,
    traffic: rollouts.follow,
    authenticate,
    mayCall,
    memories: { responses: responses.memory },
    admit: admission.admit,
    enterQueue: createEnterQueue(queues),
    estimateTokens,
    cache,
    reviews,
    record: (inference, content) => {
      if (inference.isShadow !== true) {
        batches.hear(inference)
        alerts.count(inference)
      }
      recordMasked(inference, content)
    },
    maskContent: (content, scope) => masker.mask(content, scope),
    guards: guardrails.ports,
    registry,
    bodyLimitBytes,
    onFailure: (failure, requestId, request) =>
      logger[failure.kind.level](
        { err: describeWithoutQuotes(failure, request), requestId },
        'A request failed.',
      ),
    onBug: (error, requestId, request) =>
      logger.error({ err: describeWithoutQuotes(error, request), requestId }, 'A bug broke a request.'),
  })
  const judges = composeJudges({
    database,
    configuration,
    jobs,
    registry,
    ask,
    onScore: monitors.feed.score,
  })
  const batches = composeBatches({
    database,
    objectStore,
    keys,
    access,
    audit,
    jobs,
    logger,
    registry,
    configuration,
    authenticate,
    mayCall,
    gateway,
    targetsOf,
    isWaitedFor: key => queues.of(key)?.isWaitedFor,
    bodyLimitBytes,
  })
  const datasets = await composeDatasets({
    masker,
    processes,
    database,
    objectStore,
    dataDirectory,
    keys,
    examples: reviews.reviews.examples,
    askForLabel: createAskForLabel(createCallRelease(gateway)),
    mayCall,
    access,
    audit,
    jobs,
    logger,
    registry,
    configuration,
  })
  const drift = composeDrift({
    processes,
    database,
    access,
    audit,
    jobs,
    logger,
    registry,
    configuration,
    datasets: datasets.datasets,
  })
  const evaluation = composeEvaluation({
    processes,
    database,
    keys,
    access,
    audit,
    jobs,
    logger,
    registry,
    configuration,
    datasets: datasets.datasets,
    reviews: reviews.reviews.examples,
    gateway,
    mayCall,
    targetsOf,
    isWaitedFor: key => queues.of(key)?.isWaitedFor,
    modelOf: engine => later.engineModels?.modelOf(engine),
    liveRelease: rollouts.liveRelease,
  })
  const models = composeRegistry({
    database,
    objectStore,
    dataDirectory,
    keys,
    access,
    audit,
    jobs,
    logger,
    registry,
    configuration,
    datasets: datasets.datasets,
    prove: async (version, wanted, options) => await packaging.packaging.prove(version, wanted, options),
    authenticate,
    bodyLimitBytes,
  })
  const packaging = composePackaging({
    database,
    keys,
    access,
    audit,
    logger,
    registry,
    models: models.registry,
    configuration,
  })
  const lineage = composeLineage({
    database,
    access,
    datasets: datasets.datasets,
    registry: models.registry,
  })
  const cluster = composeCluster({
    database,
    objectStore,
    keys,
    jobs,
    logger,
    registry,
    audit,
    configuration,
  })
  const training = composeTraining({
    cluster,
    processes,
    database,
    dataDirectory,
    access,
    audit,
    jobs,
    logger,
    registry,
    configuration,
    datasets: datasets.datasets,
    models: models.registry,
    files: batches.files,
    authenticate,
  })
  const distillation = composeDistillation({
    processes,
    database,
    access,
    snapshot: () => configuration.current(),
    datasets: datasets.datasets,
    evaluations: evaluation.evaluations,
    evaluators: evaluation.evaluators,
    createFilter: evaluation.createFilter,
    findRelease: evaluation.findRelease,
    liveRelease: rollouts.liveRelease,
    batches: batches.access,
    mayCall,
  })
  const pipelines = composePipelines({
    cluster,
    kinds: distillation.kinds,
    processes,
    database,
    objectStore,
    dataDirectory,
    keys,
    access,
    audit,
    jobs,
    logger,
    registry,
    configuration,
    datasets: datasets.datasets,
    tasks: datasets.tasks,
    evaluations: evaluation.evaluations,
    packaging: packaging.packaging,
    trainings: training.trainings,
    quantizations: training.quantizations,
    models: models.registry,
    rollouts: rollouts.rollouts,
    following: (...of) => engineModels.following(...of),
  })
  const engineModels = createEngineModels({
    models: models.served,
    engines,
    snapshot: () => configuration.current(),
    logger,
    registry,
  })
  later.engineModels = engineModels
  const handler = createRequestHandler({
    storedResponses: responses.serve,
    batches: batches.serve,
    fineTuning: training.serve,
    reviews: reviews.serve,
    spans: spans.receive,
    mlflow: models.mlflow,
    exchange: cluster.serve,
    gateway,
    controlApi: createControlApi({
      routes: controlRows({
        access,
        admission,
        alerts,
        audit,
        batches: batches.options,
        cache,
        configuration,
        database,
        datasets,
        drift,
        evaluation,
        training,
        models,
        lineage,
        packaging,
        pipelines,
        rollouts,
        distillation: distillation.routes(pipelines.pipelines),
        engines,
        evidence,
        metrics,
        monitors,
        reviews: reviews.reviews,
        privacy,
        maskFeedback: composeMaskFeedback(
          masker,
          service => configuration.current().config.services[service]?.storeContent === true,
        ),
        readQueues: async () => ((await processes.gather(questions.queues)) as QueueState[][]).flat(),
        judges,
        targets,
        traces,
        readConfiguration,
        readSystem,
      }),
      gatekeeper,
      bodyLimitBytes,
      onFailure: (failure, route, requestId) =>
        logger[failure.kind.level]({ err: failure, route, requestId }, 'A request failed.'),
      onBug: (error, route, requestId) =>
        logger.error({ err: error, route, requestId }, 'A bug broke a request.'),
    }),
    console: createStaticFiles(path.join(root, 'console/dist')),
    metrics: async () => String(await processes.askPrimary(questions.summedMetrics)),
    mayReadMetrics: request =>
      access.isAllowed(gatekeeper.authenticate(request), 'system:read', { tenant: null }),
    isReady: findReasonsToWait,
  })

  return {
    fetch: (request: Request, clientAddress: () => string | undefined) =>
      handler.fetch(request, clientAddress),
    adminKey,
    /** What a worker that joins now is told. */
    setupOn: (port: number): WorkerSetup => ({
      port,
      databaseUrl: ground.databaseUrl,
      engines: viewEngines(engines),
      configuration: configuration.written(),
    }),
    /** Starts what works in the background; the pages of the console are there when it resolves. */
    async start(): Promise<void> {
      if (pool) await access.tenants.apply(configuration.current().config.tenants)
      if (pool) await evidence.note(configuration.current())
      await jobs.start()
      judges.start()
      datasets.start()
      if (pool) await engineModels.start()
      if (pool) batches.worker.start()
      if (pool) evaluation.worker.start()
      if (pool) drift.worker.start()
      if (pool) await pipelines.start()
      if (pool) await rollouts.start()
      if (pool) training.worker.start()
      if (pool) packaging.worker.start()
      metrics.start()
      alerts.start()
      monitors.start()
      await consoleIsBuilt
    },
    /** Turns new requests away; those in flight go on. */
    refuse: () => handler.refuse(),
    /** Ends the event streams of the console, which would otherwise never end by themselves. */
    endLiveStreams: async () => {
      await Promise.all([
        traces.live.close(),
        reviews.reviews.stop(),
        evaluation.endLiveStreams(),
        drift.endLiveStreams(),
        pipelines.endLiveStreams(),
        rollouts.endLiveStreams(),
        training.endLiveStreams(),
      ])
    },
    /** Writes what is queued and ends everything that was started, children included. */
    async stop(): Promise<void> {
      configuration.stop()
      await revisions?.stop()
      await alerts.stop()
      await monitors.stop()
      await Promise.all([
        batches.worker.stop(5_000),
        evaluation.worker.stop(5_000),
        drift.worker.stop(5_000),
        training.worker.stop(5_000),
        packaging.worker.stop(5_000),
        pipelines.stop(5_000),
        rollouts.stop(5_000),
      ])
      await engineModels.stop()
      await datasets.stop()
      await masker.settled()
      await Promise.all([
        metrics.stop(),
        traces.stop(),
        spans.stop(),
        responses.stop(),
        privacy.stop(),
        cache.stop(),
        admission.stop(),
        evidence.stop(),
        jobs.stop({ timeoutSeconds: 5 }),
        engines.stop(),
      ])
      await access.close()
      await ground.close()
    },
  }
}
