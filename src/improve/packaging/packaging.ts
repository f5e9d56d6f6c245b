import type {
  ModelAttachment,
  ModelVersion,
  ProofFinding,
  ProofKind,
  RegistryCaller,
} from '../registry/index.ts'
import type { SigningKeys } from './signature/signing-keys.ts'
import type { Verification } from './verification/verification.ts'
import type { VerifyOptions } from './verification/verify-version.ts'

/** What is said of versions of models, whether it is true, and the way to other registries. */
export interface Packaging {
  readonly keys: SigningKeys
  /** Attaches a card of what is known; the newest where nothing has changed. `evaluations` are ids of runs. */
  writeCard(
    caller: RegistryCaller,
    version: ModelVersion,
    evaluations?: readonly string[],
  ): Promise<ModelAttachment>
  writeBom(caller: RegistryCaller, version: ModelVersion): Promise<ModelAttachment>
  /** Signs the files, and the newest card and bill of materials with them. */
  sign(caller: RegistryCaller, version: ModelVersion): Promise<ModelAttachment>
  verify(version: ModelVersion, options?: VerifyOptions): Promise<Verification>
  /** The same as the rules of aliases ask it. */
  prove(
    version: ModelVersion,
    wanted: readonly ProofKind[],
    options: { readonly readsFiles: boolean },
  ): Promise<ProofFinding[]>
}
