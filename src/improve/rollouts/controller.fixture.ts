/** A controller in a process of its own, for tests that kill it: `DATABASE_URL`, and the name of the service in `SERVICE`. */
import { createLogger, createMetricsRegistry, openDatabase } from '../../foundation/platform/index.ts'
import { createAudit } from '../../govern/audit/index.ts'
import { openRollouts } from './open-rollouts.ts'

const logger = createLogger({ level: 'silent' })
const { DATABASE_URL: url = '', SERVICE: service = '' } = process.env
const database = await openDatabase({ url, logger, maxConnections: 4 })
const opened = await openRollouts({
  database,
  audit: createAudit({ database }),
  logger,
  registry: createMetricsRegistry(),
  access: { visibleTenant: () => undefined, authorize: () => undefined, isAllowed: () => true },
  ports: {
    service: name =>
      name === service
        ? { release: 'v1', releases: ['v1', 'v2', 'v3', 'v4'], judges: [], plan: undefined }
        : undefined,
    configurationRevision: () => 1,
    pin: (_, release) => Promise.resolve({ hash: release, models: [] }),
    moveAlias: () => Promise.resolve(),
    following: () => Promise.resolve([]),
    tellEvent: () => Promise.resolve(),
  },
})
await opened.start()
process.stdout.write('ready\n')
// ends with whoever started it
process.stdin.resume()
process.stdin.once('end', () => process.exit(0))
