/** The composition root: the only place that builds stores and hands one domain to another. */
import path from 'node:path'
import { composeAdmission } from './compose/admit.ts'
import { composeBatches } from './compose/batches.ts'
import { ensureConsole } from './compose/build-console.ts'
import { controlRows } from './compose/control-rows.ts'
import { createEnterQueue } from './compose/enter-queue.ts'
import { probeDatabase } from './compose/probe-database.ts'
import { createRequestHandler } from './compose/request-handler.ts'
import { composeStoredResponses } from './compose/stored-responses.ts'
import { version } from './compose/version.ts'
import { createConfigSource, type ConfigSnapshot } from './foundation/config/index.ts'
import {
  createControlApi,
  createJobs,
  createMetricsRegistry,
  createStaticFiles,
  type Environment,
  type Logger,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
  type SystemState,
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
import { createTargetQueues } from './serve/admission/index.ts'
import { createCache } from './serve/cache/index.ts'
import { createEngineSupervisor } from './serve/engines/index.ts'
import { compileServices, createGateway, createTargets } from './serve/gateway/index.ts'
import { estimateTokens } from './serve/providers/index.ts'

const root = path.join(import.meta.dirname, '..')

export async function composeServer(environment: Environment, logger: Logger) {
  const startedAt = new Date()
  const registry = createMetricsRegistry()
  const configuration = await createConfigSource({
    file: environment.configFile,
    environment: process.env,
    isDefaultPlace: process.env['SLIPWAY_CONFIG'] === undefined,
    logger,
    metrics: registry,
  })
  const retentionDays = (): number => configuration.current().config.traces.retentionDays

  // What takes long starts first and side by side: policies and console in processes of their own, the engines,
  // Postgres. `createAccess` waits for the policies and reports what is wrong with them.
  loadPolicies().catch(() => undefined)
  const consoleIsBuilt = ensureConsole(root, logger)
  const engines = createEngineSupervisor({ logger, metrics: registry, resolveModel })
  await engines.apply(configuration.current().config.engines)
  const postgres = environment.databaseUrl
    ? undefined
    : await startEmbeddedPostgres({ dataDirectory: environment.dataDirectory, logger })
  const databaseUrl = environment.databaseUrl ?? postgres?.url ?? ''
  const database = await openDatabase({ url: databaseUrl, logger })
  await migrate(database, path.join(root, 'migrations'))

  const audit = createAudit({ database })
  const access = await createAccess({ database, audit, logger })
  const { adminKey: given, dataDirectory } = environment
  const adminKey = await access.ensureAdminKey({ given, dataDirectory })
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
  const jobs = createJobs({ url: databaseUrl, logger })
  const cleaning = dropOldInferences({ database, retentionDays })
  jobs.register(cleaning)
  jobs.schedule(cleaning.name, '7 * * * *')

  const admission = await composeAdmission({
    database,
    logger,
    metrics: registry,
    audit,
    dataDirectory,
    worker: '0',
    snapshot: () => configuration.current(),
  })
  const targets = createTargets({ engineEndpoint: name => engines.endpoint(name), metrics: registry })
  const queues = createTargetQueues({
    metrics: registry,
    contextSizeOf: name => engines.states().find(engine => engine.name === name)?.contextSize,
  })
  queues.apply(configuration.current())
  let serving = compileServices(configuration.current(), targets)

  /** Everything that follows the configuration. */
  async function apply(snapshot: ConfigSnapshot, previous: ConfigSnapshot): Promise<void> {
    queues.apply(snapshot)
    serving = compileServices(snapshot, targets)
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

  function resolveModel(reference: string): string {
    return builtinModels[reference] ?? path.resolve(path.dirname(configuration.current().file), reference)
  }

  async function readSystem(): Promise<SystemState> {
    const { hash } = configuration.current()
    return {
      version,
      started_at: startedAt.toISOString(),
      uptime_seconds: Math.round(process.uptime()),
      resident_bytes: process.memoryUsage.rss(),
      process_id: process.pid,
      database: {
        kind: postgres ? 'embedded' : 'external',
        restarts: postgres?.restarts ?? 0,
        ...(await probeDatabase(database)),
      },
      configuration: { hash, problems: configuration.problem()?.problems.length ?? 0 },
      traces: traces.stats(),
      requests_in_flight: handler.inFlight(),
    }
  }

  async function findReasonsToWait(): Promise<string[]> {
    const { state } = await probeDatabase(database)
    const starting = engines.states().filter(engine => engine.state === 'starting')
    return [
      ...(state === 'ready' ? [] : ['The database does not answer.']),
      ...starting.map(engine => `The engine ${engine.name} is starting.`),
    ]
  }

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
    record: inference => traces.record(inference),
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
        queues,
        targets,
        traces,
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
    metrics: () => registry.metrics(),
    mayReadMetrics: request =>
      access.isAllowed(gatekeeper.authenticate(request), 'system:read', { tenant: null }),
    isReady: findReasonsToWait,
  })

  return {
    fetch: (request: Request, clientAddress: () => string | undefined) =>
      handler.fetch(request, clientAddress),
    adminKey,
    /** Starts what works in the background; the pages of the console are there when it resolves. */
    async start(): Promise<void> {
      await access.tenants.apply(configuration.current().config.tenants)
      let previous = configuration.current()
      configuration.subscribe(next => {
        const before = previous
        previous = next
        apply(next, before).catch(error =>
          logger.error({ err: error }, 'The new configuration was not fully applied.'),
        )
      })
      await jobs.start()
      batches.worker.start()
      await consoleIsBuilt
    },
    /** Turns new requests away; those in flight go on. */
    refuse: () => handler.refuse(),
    /** Ends the event streams of the console, which would otherwise never end by themselves. */
    endLiveStreams: () => traces.live.close(),
    /** Writes what is queued and ends everything that was started, children included. */
    async stop(): Promise<void> {
      configuration.stop()
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
      await database.close()
      await postgres?.stop()
    },
  }
}
