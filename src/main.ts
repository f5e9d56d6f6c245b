/** The server process: reads the environment, composes, listens, and ends in order. */
import { setTimeout as sleep } from 'node:timers/promises'
import { composeServer } from './compose.ts'
import {
  createLogger,
  Failure,
  readEnvironment,
  serveHttp,
  type Environment,
  type Logger,
} from './foundation/platform/index.ts'
import { welcome } from './compose/welcome.ts'

async function run(environment: Environment, logger: Logger): Promise<void> {
  const server = await composeServer(environment, logger)
  const http = serveHttp({ ...environment, fetch: server.fetch })
  await server.start()
  logger.info({ url: http.url, pid: process.pid }, 'ready')
  process.stderr.write(welcome(http.url, server.adminKey))

  let isStopping = false
  async function stop(reason: string): Promise<void> {
    if (isStopping) return
    isStopping = true
    logger.info({ reason }, 'stopping')
    server.refuse()
    await server.endLiveStreams()
    const cut = await http.stop(environment.shutdownSeconds * 1_000)
    if (cut > 0) logger.warn({ requests: cut }, 'Requests were cut because the time to shut down was over.')
    await server.stop()
    logger.info('stopped')
    // the log is written asynchronously, and flushing does not wait for what is under way
    await sleep(150)
    process.exit(0)
  }
  const stopSafely = (reason: string) => (): void => {
    stop(reason).catch((error: unknown) => {
      logger.fatal({ err: error }, 'The server did not end in order.')
      process.exit(1)
    })
  }
  process.on('SIGTERM', stopSafely('SIGTERM'))
  process.on('SIGINT', stopSafely('SIGINT'))
  if (process.env['SLIPWAY_SUPERVISED'] === '1')
    process.stdin.on('end', stopSafely('the launcher is gone')).resume()
}

/** Tells the launcher that starting again would not help (EX_CONFIG of sysexits.h), or that it may (EX_TEMPFAIL). */
const refusedStatus = 78
const temporaryStatus = 75

function fail(error: unknown, logger: Logger | undefined): never {
  if (error instanceof Failure) {
    process.stderr.write(`\n${error.message}\n`)
    process.exit(error.kind.isRetryable ? temporaryStatus : refusedStatus)
  }
  if (logger) logger.fatal({ err: error }, 'The server could not start.')
  else process.stderr.write(`${String(error)}\n`)
  process.exit(1)
}

let logger: Logger | undefined
try {
  const environment = readEnvironment(process.env)
  const log = createLogger({ level: environment.logLevel })
  logger = log
  for (const warning of environment.warnings) log.warn(warning)
  if (process.env['BUN_CONFIG_MAX_HTTP_REQUESTS'] === undefined) {
    log.warn(
      'At most 256 upstream calls run at once. Start with `slipway serve`, or set BUN_CONFIG_MAX_HTTP_REQUESTS=65336.',
    )
  }
  process.on('unhandledRejection', error =>
    log.error({ err: error }, 'A promise was rejected and nobody looked.'),
  )
  await run(environment, log)
} catch (error) {
  fail(error, logger)
}
