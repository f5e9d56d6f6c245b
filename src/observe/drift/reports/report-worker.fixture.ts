/** Makes drift reports in a process of its own, for tests that kill it. `HANGS`: it compares until it is told to stop. */
import { createLogger, createMetricsRegistry, openDatabase } from '../../../foundation/platform/index.ts'
import { createAudit } from '../../../govern/audit/index.ts'
import { category, memoryReader } from '../drift.fixture.ts'
import { explainChange } from '../explain-change.ts'
import { openDrift } from '../open-drift.ts'

const logger = createLogger({ level: 'silent' })
const { DATABASE_URL: url = '', HANGS: hangs } = process.env
const database = await openDatabase({ url, logger, maxConnections: 4 })
const tell = (what: string): void => void process.stdout.write(`${what}\n`)
const rows = (share: number) =>
  Array.from({ length: 100 }, (_, index) => ({ language: index < 100 * share ? 'de' : 'en' }))
const { worker } = openDrift({
  database,
  audit: createAudit({ database }),
  logger,
  registry: createMetricsRegistry(),
  access: { visibleTenant: () => undefined, isAllowed: () => true },
  settings: () => ({ mostRows: 1_000, mostTexts: 1_000, retentionDays: 1 }),
  ports: {
    findVersion: (_, version) => Promise.resolve({ version, columns: [category('language')] }),
    withFolder: work => work('/nowhere'),
    async compare({ seed }, { signal, progress }) {
      tell('compares')
      progress(0.5, 'compares')
      if (hangs !== undefined) await new Promise(resolve => signal.addEventListener('abort', resolve))
      if (signal.aborted) tell('stopped')
      signal.throwIfAborted()
      return await explainChange({
        reader: memoryReader({ reference: rows(0.1), current: rows(0.6) }),
        columns: [category('language')],
        rows: { reference: { of: 'before', total: 100 }, current: { of: 'after', total: 100 } },
        seed,
      })
    },
  },
})
worker.start()
tell('ready')
// ends with whoever started it
process.stdin.resume()
process.stdin.once('end', () => process.exit(0))
