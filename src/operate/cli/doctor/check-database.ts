import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createLogger, startEmbeddedPostgres } from '../../../foundation/platform/index.ts'
import { ok, problem } from './finding.ts'
import type { DoctorFinding } from './finding.ts'
import { readPostgresVersion } from './postgres-version-store.ts'

const leastVersion = 160_000

/** Asks the database that `DATABASE_URL` names, else starts the embedded one on a folder that it removes again. */
export async function checkDatabase(databaseUrl: string | undefined): Promise<DoctorFinding> {
  return databaseUrl === undefined ? checkEmbedded() : checkNamed(databaseUrl)
}

async function checkNamed(url: string): Promise<DoctorFinding> {
  const where = withoutPassword(url)
  try {
    const { number, text } = await readPostgresVersion(url)
    if (number >= leastVersion) return ok('database', `Postgres ${text} answers at ${where}.`)
    return problem('database', `Postgres ${text} at ${where} is too old.`, 'Use Postgres 16 or newer.')
  } catch (error) {
    return problem(
      'database',
      `${where} does not answer: ${messageOf(error)}`,
      'Check DATABASE_URL, and whether Postgres runs and lets this user in.',
    )
  }
}

async function checkEmbedded(): Promise<DoctorFinding> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-doctor-'))
  try {
    const logger = createLogger({ level: 'silent' })
    const startedAt = performance.now()
    const postgres = await startEmbeddedPostgres({ dataDirectory: folder, logger, isTemporary: true })
    try {
      const { text } = await readPostgresVersion(postgres.url)
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
      return ok('database', `The embedded Postgres ${text} starts (a new one in ${seconds} s).`)
    } finally {
      await postgres.stop()
    }
  } catch (error) {
    return problem(
      'database',
      `The embedded Postgres does not start: ${messageOf(error)}`,
      'Run `npm ci` again, or set DATABASE_URL to a Postgres of your own.',
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function withoutPassword(url: string): string {
  const parsed = URL.parse(url)
  return parsed === null ? 'DATABASE_URL' : `${parsed.host}${parsed.pathname}`
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/\.?$/, '.')
}
