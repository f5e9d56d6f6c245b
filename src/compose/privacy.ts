import {
  Failure,
  type Database,
  type Environment,
  type Jobs,
  type Logger,
  type MetricsRegistry,
} from '../foundation/platform/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import {
  createKeyRing,
  createPseudonymBook,
  dropOldPseudonyms,
  type KeyRing,
  openMasterKeys,
} from '../govern/privacy/index.ts'

/**
 * The keys that content is sealed with. Comes before anything is written that others read: a server that cannot read what they
 * have sealed does not start.
 */
export async function openKeyRing(parts: {
  readonly environment: Environment
  readonly database: Database
  readonly audit: Audit
  readonly logger: Logger
  /** Whether this is the process that looks after what all of a server share. */
  readonly isPrimary: boolean
}): Promise<KeyRing> {
  const { environment, database, audit, logger, isPrimary } = parts
  const { masterKey: given, dataDirectory } = environment
  const masters = await openMasterKeys({ given, dataDirectory })
  const keys = await createKeyRing({ database, audit, logger, masters })
  if (!isPrimary) return keys
  const missing = await keys.missingMasters()
  // with a key of its own this server would write what the others cannot read
  if (missing.length > 0 && given === undefined) throw strangeKeys(missing)
  await keys.rewrap()
  return keys
}

/** The placeholders of all conversations. */
export function composePrivacy(parts: {
  readonly keys: KeyRing
  readonly database: Database
  readonly jobs: Jobs
  readonly logger: Logger
  readonly metrics: MetricsRegistry
  readonly retentionDays: () => number
}) {
  const { keys, database, jobs, logger, metrics, retentionDays } = parts
  const pseudonyms = createPseudonymBook({ database, keys, logger, metrics })
  const dropping = dropOldPseudonyms({ database, retentionDays })
  jobs.register(dropping)
  jobs.schedule(dropping.name, '37 * * * *')
  return {
    keys,
    pseudonyms,
    stop: async () => {
      await pseudonyms.stop()
      await keys.stop()
    },
  }
}

function strangeKeys(missing: readonly string[]): Failure {
  const message = `The database holds what was sealed under the master key ${missing.join(', ')}, which is not in this data folder. Set SLIPWAY_MASTER_KEY to the content of \`master.key\` in the data folder of the server that came first, on every server of this database. If that is lost, set it to a new key: what was sealed is lost then too.`
  return new Failure('invalid_environment', message)
}
