/** A process that owns an embedded Postgres, for tests that kill it: tells how to connect, then waits. */
import { createLogger, Failure, startEmbeddedPostgres } from '../src/foundation/platform/index.ts'

const [dataDirectory = ''] = process.argv.slice(2)
try {
  const postgres = await startEmbeddedPostgres({ dataDirectory, logger: createLogger({ level: 'silent' }) })
  console.log(JSON.stringify({ url: postgres.url, pid: await postgres.pid() }))
  process.on('SIGTERM', () => void postgres.stop().then(() => process.exit(0)))
} catch (error) {
  console.log(JSON.stringify({ code: error instanceof Failure ? error.code : 'bug', message: String(error) }))
  process.exit(1)
}
// ends with the test run, however that ends
process.stdin.on('end', () => process.exit(0)).resume()
