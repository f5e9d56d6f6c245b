import type { AlertSource, Finding } from './alert.ts'

/** What another domain knows of the troubles that it watches for. */
export interface KnownTroubles {
  /** One for each trouble that holds now; their `source` is that of who is asked. What is left out is over. */
  readonly findings: readonly Finding[]
  /** The names of all that is watched, in trouble or not: what is open under another name ends as `undeclared`. */
  readonly declared: readonly string[]
  /** Names of which nothing can be said now: what they have raised stays as it is. */
  readonly unknown?: readonly string[]
}

/** A domain that raises alerts beside objectives, rules and budgets. */
export interface TroubleSource {
  readonly source: Extract<AlertSource, 'monitor' | 'rollout'>
  /**
   * Asked every ten seconds, on the one replica that evaluates, so that it answers from what all replicas share. The same trouble keeps its
   * fingerprint (`fingerprintOf`) from its beginning to its end. Where it fails, all that it has raised stays as it is.
   */
  readonly read: (nowMs: number) => Promise<KnownTroubles>
}
