import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

import { readConfigText } from './load-config.ts'
import type { ConfigLocation } from './load-config.ts'
import { parseConfig } from './parse-config.ts'
import type { ConfigProblem } from './problem.ts'
import { isSameSnapshot } from './snapshot.ts'
import type { ConfigSnapshot } from './snapshot.ts'

/** What is logged here; pino's `Logger` is one. */
export interface ConfigLogger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export interface WatchOptions extends ConfigLocation {
  /** In force now; edits that come to the same thing are no change. */
  readonly current: ConfigSnapshot
  /** Called with every snapshot that differs from the one before. */
  readonly onChange: (snapshot: ConfigSnapshot) => void
  /** Called with what is wrong with an edit, and with `[]` when the file is as it was before again. */
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
  const { quietMs = 100, pollMs = 5_000 } = options
  let current = options.current
  let secretFiles: readonly string[] | undefined
  let lastSeen: string | undefined
  let firstEventAt: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> = Promise.resolve()
  let isStopped = false

  async function look(): Promise<void> {
    const read = await readConfigText(options)
    const before = await fingerprint(read, secretFiles ?? [])
    if (isStopped || (secretFiles !== undefined && before === lastSeen)) return
    const parsed =
      'problem' in read
        ? { problems: [read.problem], secretFiles: secretFiles ?? [] }
        : parseConfig(read.text, options.file, options.environment)
    secretFiles = parsed.secretFiles
    lastSeen = await fingerprint(read, secretFiles)
    if (isStopped) return
    if ('problems' in parsed) return options.onProblems(parsed.problems)
    if (isSameSnapshot(parsed.snapshot, current)) return options.onProblems([])
    current = parsed.snapshot
    options.onChange(current)
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

/** All that the outcome depends on and that may change while we run. */
async function fingerprint(
  read: Awaited<ReturnType<typeof readConfigText>>,
  secretFiles: readonly string[],
): Promise<string> {
  const secrets = await Promise.all(secretFiles.map(file => readFile(file, 'utf8').catch(() => null)))
  return JSON.stringify(['problem' in read ? read.problem.message : [read.text], secrets])
}
