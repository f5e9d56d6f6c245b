/** A server's mover in a process of its own, to be killed: `bun mover.fixture.ts DATABASE_URL CONFIG`. */
import { parseConfig } from '../../../foundation/config/index.ts'
import { createLogger, createMetricsRegistry, openDatabase } from '../../../foundation/platform/index.ts'
import { createAudit } from '../../../govern/audit/index.ts'
import { createMonitorMetrics } from '../monitor-metrics.ts'
import { noReferences } from '../reference/no-references.fixture.ts'
import { createMover } from './mover.ts'

const [, , url = '', text = ''] = process.argv
const parsed = parseConfig(text, 'slipway.yaml', {})
if (!('snapshot' in parsed)) throw new Error(JSON.stringify(parsed.problems))
const { snapshot } = parsed
const logger = createLogger({ level: 'silent' })
const database = await openDatabase({ url, logger, maxConnections: 2 })
const registry = createMetricsRegistry()
const mover = createMover({
  database,
  logger,
  registry,
  metrics: createMonitorMetrics(registry),
  audit: createAudit({ database }),
  snapshot: () => snapshot,
  texts: { readTexts: () => undefined, embed: () => Promise.resolve([]) },
  references: noReferences,
  onAlarm: () => Promise.resolve(),
  explain: () => Promise.resolve(undefined),
})
await mover.move()
