import type { Database, Failure, Jobs, Logger, MetricsRegistry } from '../foundation/platform/index.ts'
import type { Principal } from '../govern/access/index.ts'
import { describeWithoutQuotes, type KeyRing } from '../govern/privacy/index.ts'
import {
  createResponseArchive,
  createResponseMemory,
  createStoredResponses,
  dropOldResponses,
} from '../serve/responses/index.ts'

interface StoredResponsesParts {
  readonly database: Database
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly jobs: Jobs
  readonly keys: KeyRing
  readonly retentionDays: () => number
  readonly authenticate: (request: Request) => Principal
  readonly mayCall: (principal: Principal, service: string) => boolean
}

/** Responses that are kept: what the gateway remembers them with, the paths they are read on, and their end. */
export async function composeStoredResponses(parts: StoredResponsesParts) {
  const { database, logger, registry, jobs, keys, retentionDays, authenticate, mayCall } = parts
  const archive = await createResponseArchive({ database, logger, registry, keys, retentionDays })
  const dropping = dropOldResponses({ database, retentionDays })
  jobs.register(dropping)
  jobs.schedule(dropping.name, '23 * * * *')
  return {
    memory: createResponseMemory({ archive, mayCall }),
    serve: createStoredResponses({
      archive,
      mayCall,
      authenticate,
      onFailure: (failure: Failure, requestId) =>
        logger[failure.kind.level](
          { err: describeWithoutQuotes(failure, undefined), requestId },
          'A request failed.',
        ),
      onBug: (error, requestId) =>
        logger.error({ err: describeWithoutQuotes(error, undefined), requestId }, 'A bug broke a request.'),
    }),
    stop: () => archive.stop(),
  }
}
