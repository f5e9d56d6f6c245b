/** The composition root: the only place that builds stores and hands one domain to another. */
import path from 'node:path'
import { configRoutes, createConfigSource, type ConfigSnapshot } from './foundation/config/index.ts'
import {
  createControlApi,
  createJobs,
  createMetricsRegistry,
  createStaticFiles,
  descriptionRoutes,
  type Environment,
  type Logger,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
  systemRoutes,
} from './foundation/platform/index.ts'
import {
  accessRoutes,
  createAccess,
  createGatekeeper,
  isSameOrigin,
  loadPolicies,
  type Principal,
} from './govern/access/index.ts'
import { auditRoutes, createAudit, systemActor } from './govern/audit/index.ts'
import { builtinModels, modelRoutes } from './improve/training/index.ts'
import { createTraces, dropOldInferences, otlpSettingsOf, tracesRoutes } from './observe/traces/index.ts'
import { createEngineSupervisor, engineRoutes } from './serve/engines/index.ts'
import {
  compileServices,
  createGateway,
  createTargets,
  openAiPaths,
  serviceRoutes,
} from './serve/gateway/index.ts'
import { providerRoutes } from './serve/providers/index.ts'
import { ensureConsole } from './compose/build-console.ts'
import { describeTarget } from './compose/describe-target.ts'
import { createRequestHandler } from './compose/request-handler.ts'
import { version } from './compose/version.ts'

const root = path.join(import.meta.dirname, '..')

export async function composeServer(environment: Environment, logger: Logger) {
  const startedAt = new Date()
  // worked out in a process of its own meanwhile; `createAccess` waits for it and reports what is wrong
  loadPolicies().catch(() => undefined)
  const consoleIsBuilt = ensureConsole(root, logger)
  const registry = createMetricsRegistry()
  const postgres = environment.databaseUrl
    ? undefined
    : await startEmbeddedPostgres({ dataDirectory: environment.dataDirectory, logger })
  const databaseUrl = environment.databaseUrl ?? postgres?.url ?? ''
  const database = await openDatabase({ url: databaseUrl, logger })
  await migrate(database, path.join(root, 'migrations'))

  const configuration = await createConfigSource({
    file: environment.configFile,
    environment: process.env,
    isDefaultPlace: process.env['SLIPWAY_CONFIG'] === undefined,
    logger,
    metrics: registry,
  })
  const audit = createAudit({ database })
  const access = await createAccess({ database, audit, logger })
  const adminKey = await access.ensureAdminKey({
    given: environment.adminKey,
    dataDirectory: environment.dataDirectory,
  })
  const traces = createTraces({
    database,
    logger,
    metrics: registry,
    options: {
      retentionDays: () => configuration.current().config.traces.retentionDays,
      otlp: otlpSettingsOf(() => configuration.current()),
    },
  })
  const engines = createEngineSupervisor({ logger, metrics: registry, resolveModel })
  const jobs = createJobs({ url: databaseUrl, logger })
  const cleaning = dropOldInferences({
    database,
    retentionDays: () => configuration.current().config.traces.retentionDays,
  })
  jobs.register(cleaning)
  jobs.schedule(cleaning.name, '7 * * * *')

  const targetsOf = createTargets({ engineEndpoint: name => engines.endpoint(name), metrics: registry })
  let serving = compileServices(configuration.current(), targetsOf(configuration.current()))

  /** Everything that follows the configuration, in the order in which it must. */
  async function apply(snapshot: ConfigSnapshot, previous?: ConfigSnapshot): Promise<void> {
    serving = compileServices(snapshot, targetsOf(snapshot))
    await Promise.all([engines.apply(snapshot.config.engines), access.tenants.apply(snapshot.config.tenants)])
    if (!previous) return
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
    const builtin = builtinModels[reference]
    return builtin ?? path.resolve(path.dirname(configuration.current().file), reference)
  }

  const mayCall = (principal: Principal, service: string): boolean =>
    access.isAllowed(principal, 'service:invoke', { service })
  const snapshot = (): ConfigSnapshot => configuration.current()

  const rows = [
    ...tracesRoutes({ traces, database, audit, access }),
    ...serviceRoutes({
      snapshot,
      maySee: (principal, service) => access.isAllowed(principal, 'service:list', { service }),
      targetState: target => describeTarget(target, engines, snapshot()),
    }),
    ...engineRoutes({ engines, audit }),
    ...providerRoutes<Principal>(snapshot),
    ...modelRoutes<Principal>(),
    ...accessRoutes(access),
    ...auditRoutes<Principal>({ audit, visibleTenant: access.visibleTenant }),
    ...configRoutes<Principal>(configuration),
    ...systemRoutes<Principal>(async () => ({
      version,
      started_at: startedAt.toISOString(),
      uptime_seconds: Math.round(process.uptime()),
      resident_bytes: process.memoryUsage.rss(),
      process_id: process.pid,
      database: {
        kind: postgres ? 'embedded' : 'external',
        restarts: postgres?.restarts ?? 0,
        ...(await probeDatabase()),
      },
      configuration: {
        hash: configuration.current().hash,
        problems: configuration.problem()?.problems.length ?? 0,
      },
      traces: traces.stats(),
      requests_in_flight: handler.inFlight(),
    })),
  ]
  const info = {
    title: 'Slipway',
    version,
    description: 'The control API, and the paths that models are served on.',
  }
  const routes = [...rows, ...descriptionRoutes({ routes: rows, otherPaths: openAiPaths(), info })]

  async function probeDatabase(): Promise<{ state: 'ready' | 'unavailable'; latency_ms: number | null }> {
    const start = performance.now()
    try {
      await database.query('SELECT 1')
      return { state: 'ready', latency_ms: performance.now() - start }
    } catch {
      return { state: 'unavailable', latency_ms: null }
    }
  }

  const gatekeeper = createGatekeeper({ access, audit })
  const handler = createRequestHandler({
    gateway: createGateway({
      snapshot: () => serving,
      authenticate: request => access.authenticate(request.headers, { isSameOrigin: isSameOrigin(request) }),
      mayCall,
      record: inference => traces.record(inference),
      registry,
      bodyLimitBytes: environment.bodyLimitBytes,
      onFailure: (failure, requestId) =>
        logger[failure.kind.level]({ err: failure, requestId }, 'A request failed.'),
      onBug: (error, requestId) => logger.error({ err: error, requestId }, 'A bug broke a request.'),
    }),
    controlApi: createControlApi({
      routes,
      gatekeeper,
      bodyLimitBytes: environment.bodyLimitBytes,
      onFailure: (failure, route, requestId) =>
        logger[failure.kind.level]({ err: failure, route, requestId }, 'A request failed.'),
      onBug: (error, route, requestId) =>
        logger.error({ err: error, route, requestId }, 'A bug broke a request.'),
    }),
    console: createStaticFiles(path.join(root, 'console/dist')),
    metrics: () => registry.metrics(),
    mayReadMetrics: request => {
      const principal = gatekeeper.authenticate(request)
      return access.isAllowed(principal, 'system:read', { tenant: null })
    },
    isReady: async () => {
      const { state } = await probeDatabase()
      const starting = engines.states().filter(engine => engine.state === 'starting')
      return [
        ...(state === 'ready' ? [] : ['The database does not answer.']),
        ...starting.map(engine => `The engine ${engine.name} is starting.`),
      ]
    },
  })

  return {
    fetch: (request: Request, clientAddress: () => string | undefined) =>
      handler.fetch(request, clientAddress),
    adminKey,
    routes,
    /** Starts what works in the background. */
    async start(): Promise<void> {
      await apply(configuration.current())
      let previous = configuration.current()
      configuration.subscribe(next => {
        const before = previous
        previous = next
        apply(next, before).catch(error =>
          logger.error({ err: error }, 'The new configuration was not fully applied.'),
        )
      })
      await jobs.start()
      await consoleIsBuilt
    },
    /** Turns new requests away; those in flight go on. */
    refuse: () => handler.refuse(),
    /** Ends the event streams of the console, which would otherwise never end by themselves. */
    endLiveStreams: () => traces.live.close(),
    /** Writes what is queued and ends everything that was started, children included. */
    async stop(): Promise<void> {
      configuration.stop()
      await Promise.all([traces.stop(), jobs.stop({ timeoutSeconds: 5 }), engines.stop()])
      await access.close()
      await database.close()
      await postgres?.stop()
    },
  }
}
