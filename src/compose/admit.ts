import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Registry } from 'prom-client'
import type { ConfigSnapshot } from '../foundation/config/index.ts'
import {
  type Database,
  type FileLock,
  type Logger,
  openMappedFile,
  tryLock,
} from '../foundation/platform/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import { createAdmission, createBudgetAlerts, Journal, RuleBook } from '../serve/admission/index.ts'
import type { Admit } from '../serve/gateway/index.ts'

/** Calls that this process may have under way, or ended and not written, at once; 50 MB of a file that is mostly holes. */
const journalSlots = 16_384
const journalPauseMs = 200

/** Limits, budgets and the ledger of this process, and the gateway's way to them. */
export async function composeAdmission(options: {
  readonly database: Database
  readonly logger: Logger
  readonly metrics: Registry
  readonly audit: Audit
  readonly dataDirectory: string
  /** Which of the processes on this data folder this is. */
  readonly worker: string
  readonly snapshot: () => ConfigSnapshot
}) {
  const { database, logger, metrics, audit, dataDirectory, worker, snapshot } = options
  const book = new RuleBook({ snapshot, database, logger })
  await book.start()
  const file = path.join(dataDirectory, 'journal', `${worker}.journal`)
  const lock = await takeJournal(file, logger)
  const admission = await createAdmission({
    database,
    logger,
    metrics,
    journal: openMappedFile(file, Journal.bytesFor(journalSlots)),
    rulesOf: (tenant, keyId, service) => book.rulesOf(tenant, keyId, service),
    onTotals: createBudgetAlerts({ book, database, audit, logger }),
  })
  const admit: Admit = demand =>
    admission.admit({
      inferenceId: demand.inferenceId,
      requestId: demand.requestId,
      tenant: demand.tenant,
      keyId: demand.principal.keyId,
      service: demand.service.name,
      inputTokens: demand.inputTokens,
      maxOutputTokens: demand.maxOutputTokens,
      assumedOutputTokens: demand.service.config.maxOutputTokens,
      worstCaseNanoUsd: demand.worstCaseNanoUsd,
    })
  return {
    admit,
    book,
    liveProcesses: () => admission.liveProcesses(),
    flush: () => admission.flush(),
    stop: async (): Promise<void> => {
      await admission.stop()
      await book.stop()
      lock.release()
    },
  }
}

/** A worker whose primary was killed may still end its requests; the next one of its name waits for that. */
async function takeJournal(file: string, logger: Logger): Promise<FileLock> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  for (let attempt = 0; ; attempt += 1) {
    const lock = tryLock(`${file}.lock`)
    if (lock) return lock
    if (attempt === 0) logger.info({ file }, 'An earlier process still has the journal; waiting for its end.')
    await sleep(journalPauseMs)
  }
}
