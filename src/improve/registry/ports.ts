/** What the registry needs of other domains; the composition root supplies it. */
import type { ModelVersion } from './model.ts'

/** What may have to be true of a version before it is used: who says so, what is in it, and what is written about it. */
export const proofKinds = ['signature', 'bom', 'card'] as const
export type ProofKind = (typeof proofKinds)[number]

/** What was found of one of them. */
export interface ProofFinding {
  readonly proof: ProofKind
  readonly isVerified: boolean
  /** Names the file or the key, and says what to do where it is not verified. */
  readonly explanation: string
}

/** A run of a suite, as far as it is evidence. */
export interface EvaluationFacts {
  readonly id: string
  readonly suite: string
  readonly state: string
  readonly verdict: string | undefined
  /** SHA-256 of the plan: suite, version of the dataset, releases, evaluators. */
  readonly hash: string
  /** The id of the version of the dataset that it was asked on. */
  readonly datasetVersion: string
  /** Of our engines that answered, by name. */
  readonly engines: readonly string[]
  /** SERVICE@RELEASE of each release that was asked. */
  readonly releases: readonly string[]
  readonly startedAt: Date | undefined
  readonly endedAt: Date | undefined
}

export interface RegistryPorts {
  /** `undefined` where the tenant has no such run. */
  readonly findEvaluation: (tenant: string, id: string) => Promise<EvaluationFacts | undefined>
  readonly datasets: {
    /** The version by its id or by a reference (`support@12`). Throws `not_found`. */
    resolve(
      tenant: string,
      reference: string,
    ): Promise<{ readonly name: string; readonly id: string; readonly number: number }>
    pin(pin: {
      readonly tenant: string
      readonly versionId: string
      readonly subject: string
      readonly why: string
    }): Promise<void>
    unpin(pin: {
      readonly tenant: string
      readonly versionId: string
      readonly subject: string
    }): Promise<void>
  }
  /** Whether a key that exists now has a permission in a tenant. */
  readonly mayUse: (keyId: string, permission: string, tenant: string) => boolean
  /**
   * Holds the signature, the bill of materials and the card of a version against its files. `readsFiles`: reads every stored file
   * once more and hashes it, otherwise the list of files is taken at its word.
   */
  readonly prove: (
    version: ModelVersion,
    proofs: readonly ProofKind[],
    options: { readonly readsFiles: boolean },
  ) => Promise<readonly ProofFinding[]>
}
