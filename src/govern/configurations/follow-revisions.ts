import { canonicalText, formatProblem, textHash, type ConfigSource } from '../../foundation/config/index.ts'
import { createId, type Database, Failure, type Logger } from '../../foundation/platform/index.ts'
import { type Audit, systemActor } from '../audit/index.ts'
import { publishRevision } from './publish-revision.ts'
import {
  announceReplica,
  dropReplica,
  findByText,
  findLatest,
  latestNumber,
  revisionsChannel,
} from './revision-store.ts'
import type { Replica, WrittenRevision } from './revision.ts'

export interface FollowOptions {
  readonly database: Database
  readonly audit: Audit
  readonly logger: Logger
  readonly source: ConfigSource
  /** This server, for people: host and process. */
  readonly name: string
  /** How often Postgres is asked, in case an announcement was missed. */
  readonly pollIntervalMs?: number
  readonly heartbeatMs?: number
}

export interface RevisionFeed {
  /** Writes an edit, where one is not written yet, and puts the last revision in force. */
  sync(): Promise<void>
  /** The revision in force here, and whether the file says something else. */
  state(): { readonly revision: number | undefined; readonly isFileStale: boolean }
  stop(): Promise<void>
}

/**
 * Keeps this server at the last revision, and publishes what is edited in its file. At the start a file that never was a
 * revision is news and is published; one that was, and is not the last, is stale, and the last revision is followed.
 */
export async function followRevisions(options: FollowOptions): Promise<RevisionFeed> {
  const { database, logger, source, name, pollIntervalMs = 500, heartbeatMs = 5_000 } = options
  const id = createId()
  let known: number | undefined
  let refused: Replica['refused']
  /** What was edited in the file and is no revision yet. */
  let edit: string | undefined
  let isFileStale = false
  let isStopped = false
  let isAway = false
  let beatAtMs = 0
  let running: Promise<void> = Promise.resolve()

  const ownText = (): string => canonicalText(source.written().text)

  async function publishFile(text: string): Promise<void> {
    const { revision } = await publishRevision(options, {
      text,
      origin: 'file',
      actor: systemActor(`${name}, ${source.current().file}`),
    })
    logger.info({ revision, hash: source.current().hash }, 'The configuration file is published.')
  }

  function follow(latest: WrittenRevision): void {
    // an edit that came meanwhile is published first
    if (edit !== undefined) return
    const isNew = latest.textHash !== textHash(ownText())
    const problems = isNew ? source.put(latest.text) : []
    if (problems.length > 0) {
      const words = problems.map(problem =>
        formatProblem({ ...problem, file: `revision ${latest.revision}` }),
      )
      if (refused?.revision !== latest.revision)
        logger.error(
          { revision: latest.revision, problems: words },
          'The last revision of the configuration cannot be used here; what was in force stays so.',
        )
      refused = { revision: latest.revision, problems: words.join('\n') }
      return
    }
    refused = undefined
    known = latest.revision
    isFileStale ||= isNew
  }

  async function announce(): Promise<void> {
    await announceReplica(database, { id, name, revision: known, refused })
    beatAtMs = performance.now()
  }

  async function look(): Promise<void> {
    if (isStopped) return
    const text = edit
    if (text !== undefined) {
      await publishFile(text).catch((error: unknown) => {
        // it was in order when it was saved; what became of its secrets since is told by the source
        if (!(error instanceof Failure && error.code === 'invalid_configuration')) throw error
      })
      if (edit === text) edit = undefined
      isFileStale = false
    }
    const number = await latestNumber(database)
    const isDue = performance.now() - beatAtMs > heartbeatMs
    if (number !== undefined && number !== known && (refused?.revision !== number || isDue)) {
      const latest = await findLatest(database)
      if (latest) follow(latest)
      await announce()
    } else if (isDue) await announce()
  }

  /** One look after the other; each sees all that was committed before it was asked for. */
  function sync(): Promise<void> {
    running = running.then(look).then(
      () => {
        isAway = false
      },
      (error: unknown) => {
        if (!isAway)
          logger.warn(
            { err: error },
            'Revisions of the configuration cannot be read; what is in force stays so.',
          )
        isAway = true
      },
    )
    return running
  }

  async function begin(): Promise<void> {
    const latest = await findLatest(database)
    if (!latest && source.written().isBuiltIn) return
    const { text } = source.written()
    if (!latest) return await publishFile(text)
    if (source.written().isBuiltIn) return follow(latest)
    const same = await findByText(database, textHash(ownText()))
    if (!same) return await publishFile(text)
    if (same.revision === latest.revision) return follow(latest)
    const { file } = source.current()
    logger.warn(
      { file, revision: same.revision, latest: latest.revision, publishedBy: latest.publishedBy },
      `${file} is revision ${same.revision}, and revision ${latest.revision} has been published since: that one is followed. To put the file in force again: slipway config publish ${file}`,
    )
    follow(latest)
  }

  source.onEdit(() => {
    edit = source.written().text
    void sync()
  })
  await begin()
  await sync()
  const stopListening = await database.listen(revisionsChannel, () => void sync())
  // one may have come between the look and the listening
  await sync()
  const timer = setInterval(() => void sync(), pollIntervalMs)
  timer.unref()

  return {
    sync,
    state: () => ({ revision: known, isFileStale }),
    stop: async () => {
      isStopped = true
      clearInterval(timer)
      await stopListening()
      await running
      await dropReplica(database, id).catch(() => undefined)
    },
  }
}
