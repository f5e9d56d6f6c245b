/** The process that `npm test` keeps beside the tests: one Postgres for all of them. Says where it is, then waits. */
import { startTestServer } from './database-server.ts'

console.log(JSON.stringify(await startTestServer()))
// ends with the run, however that ends, and the server with it
process.stdin.on('end', () => process.exit(0)).resume()
