/** The server process: reads the environment, composes, listens, and ends in order. */
import { setTimeout as sleep } from 'node:timers/promises'
import { composeServer } from './compose.ts'
import { joinPrimary } from './compose/workers/primary-link.ts'
import { topics, workerVariable } from './compose/workers/processes.ts'
import { createWorkerPool } from './compose/workers/worker-pool.ts'
import {
  createLogger,
  Failure,
  type HttpServer,
  readEnvironment,
  serveHttp,
  type Environment,
  type Logger,
} from './foundation/platform/index.ts'
import { welcome } from './compose/welcome.ts'

/** The first process, which is the only one where `workers` is 1. */
async function runPrimary(environment: Environment, logger: Logger): Promise<void> {
  const { workers, shutdownSeconds } = environment
  const pool = createWorkerPool({ count: workers, logger })
  const server = await composeServer(environment, logger, pool)
  const sharing = workers > 1 ? 'first' : 'alone'
  const http = await serveHttp({ ...environment, sharing, fetch: server.fetch })
  await server.start()
  await pool.start(() => server.setupOn(http.port))

  const stop = createStop({ server, http, logger, shutdownSeconds, others: limitMs => pool.stop(limitMs) })
  process.on('SIGTERM', () => stop('SIGTERM'))
  process.on('SIGINT', () => stop('SIGINT'))
  if (process.env['SLIPWAY_SUPERVISED'] === '1')
    process.stdin.on('end', () => stop('the launcher is gone')).resume()

  // who reads it may ask for the end at once
  logger.info({ url: http.url, pid: process.pid, ...(workers > 1 && { workers }) }, 'ready')
  if (server.adminKey) process.stderr.write(welcome(http.url, server.adminKey))
}

/** How long a worker whose primary is gone may take to write what is queued. */
const orphanSeconds = 10

/** Serves beside the primary on its port; ends when that tells it to, or is gone. */
async function runWorker(name: string, environment: Environment, logger: Logger): Promise<void> {
  let stop = (): void => process.exit(0)
  // a terminal sends Ctrl-C to all; the primary has it and tells us in its order
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => stop())
  const link = await joinPrimary(name)
  void link.primaryIsGone.then(() => {
    stop()
    // what it waits for, such as the database, may have gone with the primary and never come back
    setTimeout(() => process.exit(1), (environment.shutdownSeconds + orphanSeconds) * 1_000)
  })
  link.onTold(topics.stop, () => stop())
  const server = await composeServer(environment, logger, link)
  const { port } = link.setup
  const http = await serveHttp({ ...environment, port, sharing: 'joined', fetch: server.fetch })
  await server.start()
  const { shutdownSeconds } = environment
  const end = createStop({ server, http, logger, shutdownSeconds, others: () => Promise.resolve() })
  stop = () => end('told to')
  link.tellReady()
}

/** Ends once, in order: no new requests, those in flight, what is queued, the process. */
function createStop(parts: {
  readonly server: Awaited<ReturnType<typeof composeServer>>
  readonly http: HttpServer
  readonly logger: Logger
  readonly shutdownSeconds: number
  /** The other processes, which must be gone before what all stand on is taken away. */
  readonly others: (limitMs: number) => Promise<void>
}): (reason: string) => void {
  const { server, http, logger, shutdownSeconds, others } = parts
  let isStopping = false
  async function stop(reason: string): Promise<void> {
    logger.info({ reason }, 'stopping')
    server.refuse()
    await server.endLiveStreams()
    const limitMs = shutdownSeconds * 1_000
    const [cut] = await Promise.all([http.stop(limitMs), others(limitMs)])
    if (cut > 0) logger.warn({ requests: cut }, 'Requests were cut because the time to shut down was over.')
    await server.stop()
    logger.info('stopped')
    // the log is written asynchronously, and flushing does not wait for what is under way
    await sleep(150)
    process.exit(0)
  }
  return reason => {
    if (isStopping) return
    isStopping = true
    stop(reason).catch((error: unknown) => {
      logger.fatal({ err: error }, 'The server did not end in order.')
      process.exit(1)
    })
  }
}

/** Tells the launcher that starting again would not help (EX_CONFIG of sysexits.h). */
const refusedStatus = 78

function fail(error: unknown, logger: Logger | undefined): never {
  if (error instanceof Failure) {
    process.stderr.write(`\n${error.message}\n`)
    process.exit(refusedStatus)
  }
  if (logger) logger.fatal({ err: error }, 'The server could not start.')
  else process.stderr.write(`${String(error)}\n`)
  process.exit(1)
}

let logger: Logger | undefined
try {
  const environment = readEnvironment(process.env)
  const worker = process.env[workerVariable]
  const root = createLogger({ level: environment.logLevel })
  const log = worker === undefined ? root : root.child({ worker })
  logger = log
  if (worker === undefined) for (const warning of environment.warnings) log.warn(warning)
  if (process.env['BUN_CONFIG_MAX_HTTP_REQUESTS'] === undefined) {
    log.warn(
      'At most 256 upstream calls run at once. Start with `slipway serve`, or set BUN_CONFIG_MAX_HTTP_REQUESTS=65336.',
    )
  }
  process.on('unhandledRejection', error =>
    log.error({ err: error }, 'A promise was rejected and nobody looked.'),
  )
  await (worker === undefined ? runPrimary(environment, log) : runWorker(worker, environment, log))
} catch (error) {
  fail(error, logger)
}
