import type {
  ModelAttachment,
  ModelVersion,
  ProofFinding,
  ProofKind,
  RegistryCaller,
} from '../registry/index.ts'
import type { Transfer, TransferFilter } from './transfer/transfer.ts'
import type { Pulled } from './transfer/pull-version.ts'
import type { Pushed } from './transfer/push-version.ts'
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
  /** The registries that the tenant may send to and take from, by name. */
  registries(tenant: string): string[]
  /** Sends a version, with what is attached to it, to a declared registry. Throws `forbidden` for one that is not. */
  push(caller: RegistryCaller, version: ModelVersion, options: PushTarget): Promise<Pushed>
  /** Begins to do so; whoever works on transfers does the rest. */
  beginPush(caller: RegistryCaller, version: ModelVersion, target: TransferTarget): Promise<Transfer>
  beginPull(
    caller: RegistryCaller,
    model: string,
    target: TransferTarget & { readonly allowsUnverified: boolean },
  ): Promise<Transfer>
  findTransfer(id: string): Promise<Transfer | undefined>
  listTransfers(filter: TransferFilter): Promise<Transfer[]>
  /** Says whether it had not ended. */
  cancelTransfer(caller: RegistryCaller, id: string): Promise<boolean>
  /** The version as an OCI image layout in a tar, with its length. */
  writePackage(
    version: ModelVersion,
  ): Promise<{ readonly body: ReadableStream<Uint8Array>; readonly bytes: number }>
  /** Makes a version of a package whose files are stored. */
  takePackage(caller: RegistryCaller, model: string, given: GivenPackage): Promise<Pulled>
}

export interface TransferTarget {
  /** As the configuration names it. */
  readonly registry: string
  /** Below the prefix of the registry; the model's name by default. */
  readonly repository?: string | undefined
  /** A tag; the number of the version by default. */
  readonly reference?: string | undefined
}

export interface PushTarget extends TransferTarget {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

export interface GivenPackage {
  readonly manifest: Uint8Array
  readonly referrers: readonly Uint8Array[]
  /** Small parts, by their SHA-256. */
  readonly blobs: ReadonlyMap<string, Uint8Array>
  readonly allowsUnverified: boolean
}
