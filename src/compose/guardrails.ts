import type { ConfigSnapshot } from '../foundation/config/index.ts'
import type { Database, Logger, MetricsRegistry } from '../foundation/platform/index.ts'
import type { PseudonymBook, Pseudonyms } from '../govern/privacy/index.ts'
import type { Traces } from '../observe/traces/index.ts'
import type { GuardPorts } from '../serve/gateway/index.ts'
import {
  type AskService,
  createEvidence,
  createGuardMetrics,
  createPolicyBook,
  createVerdictCounter,
  ensureHmacKey,
  type Evidence,
  gravestVerdict,
  type Placeholders,
  type PolicyBook,
} from '../serve/guardrails/index.ts'

export interface Guardrails {
  readonly policies: PolicyBook
  readonly ports: GuardPorts
  readonly evidence: Evidence
}

/** Policies at work: their checks with what they ask of others, and what is kept of what they said. */
export async function composeGuardrails(options: {
  readonly database: Database
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly dataDirectory: string
  readonly snapshot: () => ConfigSnapshot
  /** Asks a service of ours; there once the gateway is. */
  readonly ask: AskService
  readonly traces: () => Traces
  readonly pseudonyms: PseudonymBook
}): Promise<Guardrails> {
  const { database, logger, registry, dataDirectory, snapshot, ask, pseudonyms } = options
  const evidence = createEvidence({ database, logger, snapshot })
  const count = createVerdictCounter()
  return {
    policies: createPolicyBook({ ask }),
    evidence,
    ports: {
      metrics: createGuardMetrics(registry),
      hmacKey: await ensureHmacKey(dataDirectory),
      placeholders: (scope, recalled) => {
        const opened = recalled.length > 0 ? pseudonyms.recall(scope, recalled) : pseudonyms.of(scope)
        return opened instanceof Promise ? opened.then(toPlaceholders) : toPlaceholders(opened)
      },
      late: (id, { tenant, service, verdicts }) => {
        const judged = [{ startedAtMs: Date.now(), tenant, service, verdicts }]
        const stored = options.traces().addVerdicts(id, verdicts, gravestVerdict(verdicts))
        Promise.all([stored, database.transaction(transaction => count(transaction, judged))]).catch(
          (error: unknown) => logger.warn({ err: error }, 'What a check said afterwards was not stored.'),
        )
      },
    },
  }
}

/** What a client said comes back to it, what a model said is kept for who may look, and a secret is never seen again. */
function toPlaceholders(pseudonyms: Pseudonyms): Placeholders {
  return {
    note: text => pseudonyms.note(text),
    placeholderOf: (type, text, origin, check) => {
      const fate = check === 'secrets' ? 'forgotten' : origin === 'client' ? 'returned' : 'kept'
      return pseudonyms.placeholderOf(type, text, fate)
    },
    returning: () => {
      const returning = pseudonyms.returning()
      return returning.maxSpan > 0 ? returning : undefined
    },
  }
}
