import {
  canonicalText,
  formatProblem,
  textHash,
  type ConfigProblem,
  type ConfigSource,
} from '../../foundation/config/index.ts'
import { type Database, Failure } from '../../foundation/platform/index.ts'
import type { Actor, Audit } from '../audit/index.ts'
import { findLatest, findRevision, insertRevision, lockRevisions } from './revision-store.ts'
import type { RevisionOrigin, WrittenRevision } from './revision.ts'

export interface PublishingParts {
  readonly database: Database
  readonly audit: Audit
  readonly source: Pick<ConfigSource, 'check'>
}

interface Publication {
  readonly text: string
  readonly origin: RevisionOrigin
  readonly actor: Actor
  readonly requestId?: string | undefined
  readonly restores?: number | undefined
}

/**
 * Makes a text the revision that all replicas follow. One that says what the last one says changes nothing, so that
 * replicas that see the same edit publish it once. Throws `invalid_configuration` with every problem that it has here.
 */
export async function publishRevision(
  { database, audit, source }: PublishingParts,
  { text, origin, actor, requestId, restores }: Publication,
): Promise<WrittenRevision> {
  const parsed = source.check(text)
  if ('problems' in parsed) throw refusal(parsed.problems)
  const { snapshot } = parsed
  const canonical = canonicalText(text)
  const hash = textHash(canonical)
  return await database.transaction(async transaction => {
    await lockRevisions(transaction)
    const latest = await findLatest(transaction)
    if (latest?.textHash === hash) return latest
    const revision: WrittenRevision = {
      revision: (latest?.revision ?? 0) + 1,
      text: canonical,
      textHash: hash,
      snapshotHash: snapshot.hash,
      publishedAt: new Date(),
      publishedBy: actor.name,
      origin,
      restores,
    }
    await insertRevision(transaction, revision)
    await audit.record(
      {
        actor,
        action: restores === undefined ? 'configuration:publish' : 'configuration:rollback',
        subject: `configuration:${revision.revision}`,
        tenant: undefined,
        ...(latest && { before: latest.text }),
        after: canonical,
        requestId,
      },
      transaction,
    )
    return revision
  })
}

/** Puts an earlier revision in force again, as a new one. Throws `not_found`, or as `publishRevision`. */
export async function rollBack(
  parts: PublishingParts,
  wanted: number,
  actor: Actor,
  requestId: string | undefined,
): Promise<WrittenRevision> {
  const earlier = await findRevision(parts.database, wanted)
  if (!earlier) throw noRevision(wanted)
  return await publishRevision(parts, {
    text: earlier.text,
    origin: 'rollback',
    actor,
    requestId,
    restores: wanted,
  })
}

export function noRevision(wanted: number): Failure {
  return new Failure(
    'not_found',
    `There is no revision ${wanted}. \`slipway config history\` shows those there are.`,
  )
}

function refusal(problems: readonly ConfigProblem[]): Failure {
  const message = [
    'The configuration was not published, as it has problems on this server:',
    ...problems.map(formatProblem),
  ]
  return new Failure('invalid_configuration', message.join('\n'), { details: { problems } })
}
