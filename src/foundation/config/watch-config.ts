import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

import { readConfigText } from './load-config.ts'
import type { ConfigLocation, ConfigText } from './load-config.ts'
import { parseConfig } from './parse-config.ts'
import type { ConfigProblem } from './problem.ts'
import { isSameSnapshot } from './snapshot.ts'
import type { ConfigSnapshot } from './snapshot.ts'

/** What is logged here; pino's `Logger` is one. */
export interface ConfigLogger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** What is in force: the text, and the snapshot that it made with the secrets as they were. */
export interface InForce {
  readonly text: string
  readonly snapshot: ConfigSnapshot
}

export interface WatchOptions extends ConfigLocation {
  /** In force now; edits that come to the same thing are no change. */
  readonly inForce: () => InForce
  /** What the file said when it was last read; `undefined` where only the secrets of what is in force are watched. */
  readonly lastRead: ConfigText | undefined
  /** Called with what differs from what is in force: because of an edit of the file, or of a secret. */
  readonly onChange: (next: InForce, cause: 'edit' | 'secret') => void
  /** Called with what is wrong with an edit, and with `[]` when nothing is any more. */
  readonly onProblems: (problems: readonly ConfigProblem[]) => void
  readonly logger: ConfigLogger
  /** How long the file must be left alone before it is read. */
  readonly quietMs?: number
  /** How often the file and its secrets are read where the system announces no change (network file systems). */
  readonly pollMs?: number
}

export interface ConfigWatch {
  /** Reads the file now, and resolves when what it says is in force or reported. */
  check(): Promise<void>
  stop(): void
}

/**
 * Notices edits of the configuration file and of the files of its secrets: in place, by rename (most editors) and by
 * swapped symbolic links (Kubernetes), since it is the folder that is watched and the content that is compared.
 */
export function watchConfig(options: WatchOptions): ConfigWatch {
  const { inForce, quietMs = 100, pollMs = 5_000 } = options
  const followsFile = options.lastRead !== undefined
  let lastRead = options.lastRead && markOf(options.lastRead)
  let lastSecrets: string | undefined
  let secretFiles: readonly string[] = []
  /** A bad edit stays a problem, whatever becomes of the secrets of what is in force. */
  let isFileBad = false
  let firstEventAt: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> = Promise.resolve()
  let isStopped = false

  async function look(): Promise<void> {
    const read = followsFile ? await readConfigText(options) : undefined
    const before = JSON.stringify([inForce().text, await contentsOf(secretFiles)])
    if (isStopped) return
    const isEdited = read !== undefined && markOf(read) !== lastRead
    if (!isEdited && before === lastSecrets) return
    if (isEdited) lastRead = markOf(read)
    if (isEdited) isFileBad = true
    if (isEdited && 'problem' in read) return options.onProblems([read.problem])
    const text = isEdited && 'text' in read ? read.text : inForce().text
    const parsed = parseConfig(text, options.file, options.environment, options)
    secretFiles = parsed.secretFiles
    lastSecrets = JSON.stringify([text, await contentsOf(secretFiles)])
    if (isStopped) return
    if ('problems' in parsed) return options.onProblems(parsed.problems)
    if (isEdited) isFileBad = false
    const isChanged = !isSameSnapshot(parsed.snapshot, inForce().snapshot)
    if (isChanged) options.onChange({ text, snapshot: parsed.snapshot }, isEdited ? 'edit' : 'secret')
    if (!isFileBad) options.onProblems([])
  }

  function check(): Promise<void> {
    running = running.then(look).catch((error: unknown) => {
      options.logger.warn({ err: error, file: options.file }, 'The configuration could not be looked at.')
    })
    return running
  }

  /** Waits for a quiet moment, but not forever: something else in the folder may change all the time. */
  function onEvent(): void {
    const now = performance.now()
    firstEventAt ??= now
    if (timer !== undefined && now - firstEventAt > 10 * quietMs) return
    clearTimeout(timer)
    timer = setTimeout(() => {
      timer = undefined
      firstEventAt = undefined
      void check()
    }, quietMs)
  }

  const watcher = watchFolder(dirname(resolve(options.file)), onEvent, options.logger)
  const poll = setInterval(() => void check(), pollMs)
  poll.unref()
  return {
    check,
    stop() {
      isStopped = true
      clearTimeout(timer)
      clearInterval(poll)
      watcher?.close()
    },
  }
}

function watchFolder(folder: string, onEvent: () => void, logger: ConfigLogger): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, onEvent)
    watcher.on('error', error => {
      logger.warn(
        { err: error, folder },
        'The folder of the configuration is no longer watched, only polled.',
      )
      watcher.close()
    })
    return watcher
  } catch (error) {
    logger.warn({ err: error, folder }, 'The folder of the configuration cannot be watched, only polled.')
    return undefined
  }
}

function markOf(read: ConfigText): string {
  return JSON.stringify('problem' in read ? read.problem.message : [read.text])
}

async function contentsOf(files: readonly string[]): Promise<(string | null)[]> {
  return await Promise.all(files.map(file => readFile(file, 'utf8').catch(() => null)))
}
