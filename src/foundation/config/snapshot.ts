import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'

import { canonicalJson } from '../platform/index.ts'
import type { Config } from './schema/index.ts'

/** A configuration that passed every check: immutable, named by the hash of its content. */
export interface ConfigSnapshot {
  /**
   * The first 16 hex digits of the SHA-256 of the canonical JSON; recorded on every inference. It depends neither
   * on comments, the order of keys, the folder of the file nor the values of secrets.
   */
  readonly hash: string
  /** Paths of files in it are absolute (a relative one was taken from the folder of `file`). */
  readonly config: Readonly<Config>
  /** The file it came from, absolute. */
  readonly file: string
  readonly loadedAt: Date
  /**
   * The values of secrets, by the path of their reference, e.g. `providers.openai.apiKey`. Kept apart so that a
   * snapshot can be logged, hashed and shown without them.
   */
  readonly secret: (path: string) => string | undefined
}

const secretsOf = new WeakMap<ConfigSnapshot, ReadonlyMap<string, string>>()

export function createSnapshot(
  config: Config,
  file: string,
  secrets: ReadonlyMap<string, string>,
  loadedAt: Date,
): ConfigSnapshot {
  const { $schema: _, ...content } = config
  const hash = createHash('sha256').update(canonicalJson(content)).digest('hex').slice(0, 16)
  const absolute = resolve(file)
  const snapshot: ConfigSnapshot = Object.freeze({
    hash,
    config: deepFreeze(withAbsolutePaths(content, dirname(absolute))),
    file: absolute,
    loadedAt,
    secret: (path: string) => secrets.get(path),
  })
  secretsOf.set(snapshot, secrets)
  return snapshot
}

/** Whether nothing would change by putting one in the place of the other; a secret that was rotated is a change. */
export function isSameSnapshot(left: ConfigSnapshot, right: ConfigSnapshot): boolean {
  const leftSecrets = secretsOf.get(left) ?? new Map<string, string>()
  const rightSecrets = secretsOf.get(right) ?? new Map<string, string>()
  return (
    left.hash === right.hash &&
    leftSecrets.size === rightSecrets.size &&
    [...leftSecrets].every(([path, value]) => rightSecrets.get(path) === value)
  )
}

function withAbsolutePaths(config: Config, folder: string): Config {
  const engines = Object.entries(config.engines).map(([name, engine]) => {
    const model = /^(?:builtin|registry):/.test(engine.model) ? engine.model : resolve(folder, engine.model)
    return [name, { ...engine, model }] as const
  })
  return { ...config, engines: Object.fromEntries(engines) }
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}
