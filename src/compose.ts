/** The composition root: the only place that builds stores and hands one domain to another. */
import path from 'node:path'
import { composeAdmission } from './compose/admit.ts'
import { composeBatches } from './compose/batches.ts'
import { ensureConsole } from './compose/build-console.ts'
import { controlRows } from './compose/control-rows.ts'
import { createEnterQueue } from './compose/enter-queue.ts'
import { describeConfiguration, followConfiguration } from './compose/follow-configuration.ts'
import { layGround } from './compose/ground.ts'
import { createRequestHandler } from './compose/request-handler.ts'
import { composeStoredResponses } from './compose/stored-responses.ts'
import { createSystemState } from './compose/system-state.ts'
import { viewEngines } from './compose/workers/engines-view.ts'
import type { PrimaryLink } from './compose/workers/primary-link.ts'
import { type ProcessState, questions, type WorkerSetup } from './compose/workers/processes.ts'
import type { WorkerPool } from './compose/workers/worker-pool.ts'
import { createConfigSource, type ConfigSnapshot } from './foundation/config/index.ts'
import {
  createControlApi,
  createJobs,
  createMetricsRegistry,
  createStaticFiles,
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
import { builtinModels } from './improve/training/index.ts'
import { createCostCounter } from './observe/costs/index.ts'
import { createTraces, dropOldInferences, otlpSettingsOf } from './observe/traces/index.ts'
import { createTargetQueues, type QueueState } from './serve/admission/index.ts'
import { createCache } from './serve/cache/index.ts'
import { compileServices, createGateway, createTargets } from './serve/gateway/index.ts'
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
  const configuration = await createConfigSource({
    file: environment.configFile,
    environment: process.env,
    isDefaultPlace: process.env['SLIPWAY_CONFIG'] === undefined,
    logger,
    metrics: registry,
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
    engines: configuration.current().config.engines,
  })

  const audit = createAudit({ database })
  const revisions = await followConfiguration(processes, { database, audit, logger, configuration })
  await engines.apply(configuration.current().config.engines)
  const access = await createAccess({ database, audit, logger })
  const { adminKey: given, dataDirectory } = environment
  const adminKey = pool && (await access.ensureAdminKey({ given, dataDirectory }))
  const traces = createTraces({
    database,
    logger,
    metrics: registry,
    options: {
      retentionDays,
      otlp: otlpSettingsOf(() => configuration.current()),
      onStored: createCostCounter(),
    },
  })
  const cache = createCache({ database, logger, metrics: registry })
  const jobs = createJobs({ url: ground.databaseUrl, logger, isSenderOnly: pool === undefined })
  const cleaning = dropOldInferences({ database, retentionDays })
  jobs.register(cleaning)
  jobs.schedule(cleaning.name, '7 * * * *')

  const admission = await composeAdmission({
    database,
    logger,
    metrics: registry,
    audit,
    dataDirectory,
    worker: processes.worker,
    snapshot: () => configuration.current(),
  })
  const targets = createTargets({ engineEndpoint: name => engines.endpoint(name), metrics: registry })
  const queues = createTargetQueues({
    metrics: registry,
    replicas: admission.liveProcesses,
    contextSizeOf: name => engines.states().find(engine => engine.name === name)?.contextSize,
  })
  queues.apply(configuration.current())
  let serving = compileServices(configuration.current(), targets)

  /** Everything that follows the configuration; what all processes share follows in the primary. */
  async function apply(snapshot: ConfigSnapshot, previous: ConfigSnapshot): Promise<void> {
    queues.apply(snapshot)
    serving = compileServices(snapshot, targets)
    if (!pool) return
    await Promise.all([engines.apply(snapshot.config.engines), access.tenants.apply(snapshot.config.tenants)])
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
    retentionDays: () => configuration.current().config.responses.retentionDays,
    authenticate,
    mayCall,
  })
  const gatekeeper = createGatekeeper({ access, audit })
  const { bodyLimitBytes } = environment
  const gateway = createGateway({
    snapshot: () => serving,
    authenticate,
    mayCall,
    memories: { responses: responses.memory },
    admit: admission.admit,
    enterQueue: createEnterQueue(queues),
    estimateTokens,
    cache,
    record: inference => {
      batches.hear(inference)
      traces.record(inference)
    },
    registry,
    bodyLimitBytes,
    onFailure: (failure, requestId) =>
      logger[failure.kind.level]({ err: failure, requestId }, 'A request failed.'),
    onBug: (error, requestId) => logger.error({ err: error, requestId }, 'A bug broke a request.'),
  })
  const batches = composeBatches({
    database,
    objectStore: environment.objectStore,
    access,
    audit,
    jobs,
    logger,
    registry,
    configuration,
    authenticate,
    mayCall,
    gateway,
    targetsOf: service => serving.services.get(service)?.plan.targets ?? [],
    isWaitedFor: key => queues.of(key)?.isWaitedFor,
    bodyLimitBytes,
  })
  const handler = createRequestHandler({
    storedResponses: responses.serve,
    batches: batches.serve,
    gateway,
    controlApi: createControlApi({
      routes: controlRows({
        access,
        admission,
        audit,
        batches: batches.options,
        cache,
        configuration,
        database,
        engines,
        readQueues: async () => ((await processes.gather(questions.queues)) as QueueState[][]).flat(),
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
      await jobs.start()
      if (pool) batches.worker.start()
      await consoleIsBuilt
    },
    /** Turns new requests away; those in flight go on. */
    refuse: () => handler.refuse(),
    /** Ends the event streams of the console, which would otherwise never end by themselves. */
    endLiveStreams: () => traces.live.close(),
    /** Writes what is queued and ends everything that was started, children included. */
    async stop(): Promise<void> {
      configuration.stop()
      await revisions?.stop()
      await batches.worker.stop(5_000)
      await Promise.all([
        traces.stop(),
        responses.stop(),
        cache.stop(),
        admission.stop(),
        jobs.stop({ timeoutSeconds: 5 }),
        engines.stop(),
      ])
      await access.close()
      await ground.close()
    },
  }
}
