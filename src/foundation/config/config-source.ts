import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'

import { Failure } from '../platform/index.ts'
import { defaultConfigText } from './default-config.ts'
import { readConfigText } from './load-config.ts'
import type { PolicyContext } from './check-policies.ts'
import type { ConfigLocation } from './load-config.ts'
import { parseConfig } from './parse-config.ts'
import type { ParsedConfig } from './parse-config.ts'
import { formatProblem } from './problem.ts'
import type { ConfigProblem } from './problem.ts'
import { isSameSnapshot } from './snapshot.ts'
import type { ConfigSnapshot } from './snapshot.ts'
import { watchConfig } from './watch-config.ts'
import type { ConfigLogger, InForce } from './watch-config.ts'

export interface ConfigSourceOptions extends ConfigLocation {
  readonly logger: ConfigLogger
  readonly metrics?: Registry
  readonly quietMs?: number
  readonly pollMs?: number
  /** In force instead of what the file says, which is not followed then: all later texts come by `put`. */
  readonly given?: { readonly text: string; readonly isBuiltIn: boolean }
}

/** Why the file as it stands now is not in force. */
export interface ConfigTrouble {
  readonly message: string
  readonly problems: readonly ConfigProblem[]
}

/** The configuration in force, which follows the file while the process runs. */
export interface ConfigSource {
  current(): ConfigSnapshot
  /** What the snapshot was made from; `isBuiltIn` where there is no file. */
  written(): { readonly text: string; readonly isBuiltIn: boolean }
  /** `null` while nothing is wrong with the file. */
  problem(): ConfigTrouble | null
  /** Calls back with every later snapshot, in the same turn in which `current` gives it; returns the way out. */
  subscribe(listener: (snapshot: ConfigSnapshot) => void): () => void
  /** Calls back after an edit of the file has come into force. */
  onEdit(listener: () => void): void
  /** What is wrong with a text here, where its secrets are looked up too; nothing is put in force. */
  check(text: string): ParsedConfig
  /** Puts a text from elsewhere in force. Where it has problems here, they come back and nothing changes. */
  put(text: string): readonly ConfigProblem[]
  /** Reads the file now rather than when the change is noticed. */
  reload(): Promise<void>
  stop(): void
}

/**
 * Loads the file and follows it. A bad edit leaves the snapshot in force and says so in `problem`, the log and the
 * metrics. Throws `invalid_configuration`, with every problem in words, where the file is bad to begin with.
 */
export async function createConfigSource(options: ConfigSourceOptions): Promise<ConfigSource> {
  const { file, environment, logger, given } = options
  const policyContext: PolicyContext = { checks: options.checks, findReport: options.findReport }
  const read = given ?? (await readConfigText(options))
  if ('problem' in read) throw invalidConfiguration([read.problem])
  const check = (text: string): ParsedConfig => parseConfig(text, file, environment, policyContext)
  const first = check(read.text)
  if ('problems' in first) throw invalidConfiguration(first.problems)

  let inForce: InForce = { text: read.text, snapshot: first.snapshot }
  let { isBuiltIn } = read
  let trouble: ConfigTrouble | null = null
  const listeners = new Set<(snapshot: ConfigSnapshot) => void>()
  const editListeners = new Set<() => void>()
  const metrics = options.metrics === undefined ? undefined : createMetrics(options.metrics)
  metrics?.applied(inForce.snapshot)

  function enforce(next: InForce): void {
    const previous = inForce.snapshot
    inForce = next
    const { snapshot } = next
    isBuiltIn = next.text === defaultConfigText
    metrics?.applied(snapshot)
    logger.info({ file, hash: snapshot.hash, previousHash: previous.hash }, 'The configuration changed.')
    for (const listener of listeners) {
      try {
        listener(snapshot)
      } catch (error) {
        logger.warn({ err: error, hash: snapshot.hash }, 'A part did not take the new configuration.')
      }
    }
  }

  function onProblems(problems: readonly ConfigProblem[]): void {
    const { hash } = inForce.snapshot
    if (problems.length === 0) {
      if (trouble !== null) logger.info({ file, hash }, 'The configuration is in order again.')
      trouble = null
      metrics?.applied(inForce.snapshot)
      return
    }
    trouble = { message: describe(problems), problems }
    metrics?.rejected()
    logger.warn(
      { file, hash, problems: problems.map(formatProblem) },
      'The edited configuration has problems; the one before stays in force.',
    )
  }

  const watched = watchConfig({
    ...options,
    inForce: () => inForce,
    lastRead: given === undefined ? read : undefined,
    onChange: (next, cause) => {
      enforce(next)
      if (cause === 'edit') for (const listener of editListeners) listener()
    },
    onProblems,
  })
  return {
    current: () => inForce.snapshot,
    written: () => ({ text: inForce.text, isBuiltIn }),
    problem: () => trouble,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    onEdit: listener => void editListeners.add(listener),
    check,
    put(text) {
      const parsed = check(text)
      if ('problems' in parsed) return parsed.problems
      if (isSameSnapshot(parsed.snapshot, inForce.snapshot)) inForce = { ...inForce, text }
      else enforce({ text, snapshot: parsed.snapshot })
      return []
    },
    reload: () => watched.check(),
    stop: () => watched.stop(),
  }
}

/** All problems as one failure, a line each. */
function invalidConfiguration(problems: readonly ConfigProblem[]): Failure {
  const message = [describe(problems), ...problems.map(problem => `  ${formatProblem(problem)}`)].join('\n')
  return new Failure('invalid_configuration', message, { details: { problems } })
}

function describe(problems: readonly ConfigProblem[]): string {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`
  return `The configuration ${problems[0]?.file ?? ''} has ${count}.`
}

function createMetrics(registry: Registry) {
  const registers = [registry]
  const reloads = new Counter({
    name: 'slipway_config_loads_total',
    help: 'Times that a changed configuration was read, by what became of it.',
    labelNames: ['result'],
    registers,
  })
  const isCurrent = new Gauge({
    name: 'slipway_config_is_current',
    help: '1 while the configuration in force is the one in the file, 0 while the file has problems.',
    aggregator: 'min',
    registers,
  })
  const loadedAt = new Gauge({
    name: 'slipway_config_loaded_timestamp_seconds',
    help: 'When the configuration in force was loaded.',
    aggregator: 'max',
    registers,
  })
  const info = new Gauge({
    name: 'slipway_config_info',
    help: 'Always 1; the label names the configuration in force.',
    aggregator: 'max',
    labelNames: ['hash'],
    registers,
  })
  let applied: ConfigSnapshot | undefined
  return {
    applied(snapshot: ConfigSnapshot): void {
      isCurrent.set(1)
      if (snapshot === applied) return
      applied = snapshot
      reloads.inc({ result: 'applied' })
      loadedAt.set(snapshot.loadedAt.getTime() / 1_000)
      info.reset()
      info.set({ hash: snapshot.hash }, 1)
    },
    rejected(): void {
      isCurrent.set(0)
      reloads.inc({ result: 'rejected' })
    },
  }
}
