import type { Config } from './schema.ts'

/** A configuration that passed every check: immutable, named by the hash of its content. */
export interface ConfigSnapshot {
  /** The first 16 hex digits of the SHA-256 of the canonical JSON; recorded on every inference. */
  readonly hash: string
  readonly config: Readonly<Config>
  /** The file it came from, absolute. Relative paths in it are relative to its folder. */
  readonly file: string
  readonly loadedAt: Date
  /**
   * The values of secrets, by the path of their reference, e.g. `providers.openai.apiKey`. Kept apart so that a
   * snapshot can be logged, hashed and shown without them.
   */
  readonly secret: (path: string) => string | undefined
}
