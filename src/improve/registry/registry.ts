import type {
  Evidence,
  Model,
  ModelAlias,
  ModelAttachment,
  ModelDecision,
  ModelFile,
  ModelFormat,
  ModelLineage,
  ModelSource,
  ModelVersion,
} from './model.ts'
import type { Requirement } from './rules/judge-move.ts'

/** Who does something to models, as events and audit entries name him. */
export interface RegistryCaller {
  readonly tenant: string
  /** The name of the key, or of the part of ours that did it. */
  readonly author: string
  /** `undefined` where it is our own work. */
  readonly keyId?: string | undefined
  readonly requestId?: string | undefined
}

/** What a version comes from, as whoever publishes it names it; versions of datasets and models are found and pinned. */
export interface GivenLineage {
  readonly datasets?:
    | readonly {
        /** `support@12`, `support@main` or the id of a version. */
        readonly reference: string
        readonly split?: string | undefined
        readonly role?: 'training' | 'validation' | 'evaluation' | undefined
      }[]
    | undefined
  readonly runs?: ModelLineage['runs'] | undefined
  readonly models?:
    | readonly {
        /** `support@3`, `support@production`. */
        readonly reference: string
        readonly role: 'base' | 'teacher' | 'quantized'
      }[]
    | undefined
}

export interface NewVersion {
  readonly caller: RegistryCaller
  /** Made where it is new. */
  readonly model: string
  /** Taken from the files by default. */
  readonly format?: ModelFormat | undefined
  readonly lineage?: GivenLineage | undefined
  /** Finite numbers by name. */
  readonly metrics?: Readonly<Record<string, number>> | undefined
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly description?: string | undefined
  readonly source: ModelSource
  readonly evidence?: readonly Evidence[] | undefined
  readonly reason?: string | undefined
  /** Makes a new number also where the newest version has the same files and came from the same. */
  readonly isAlwaysNew?: boolean | undefined
}

export interface PublishedVersion {
  readonly version: ModelVersion
  /** `false` where the model has a version with exactly these files that came from the same: that one is given. */
  readonly isNew: boolean
}

export interface MoveAlias {
  readonly caller: RegistryCaller
  readonly model: string
  readonly alias: string
  readonly number: number
  /** The version that the alias must be at now; `null`: it must not exist. Left out, it is not looked at. */
  readonly expected?: number | null | undefined
  readonly reason?: string | undefined
  readonly evidence?: readonly Evidence[] | undefined
}

export interface Decide {
  readonly caller: RegistryCaller
  readonly model: string
  readonly number: number
  readonly alias: string
  readonly decision: 'approved' | 'rejected'
  readonly reason?: string | undefined
  readonly evidence?: readonly Evidence[] | undefined
}

export interface Attach {
  readonly caller: RegistryCaller
  readonly model: string
  readonly number: number
  /** `signature`, `sbom`, `card` … */
  readonly kind: string
  /** The file's name; a newer one of the same name stands before it and deletes nothing. */
  readonly name: string
  readonly mediaType: string
  readonly content: Uint8Array | string
  readonly details?: Readonly<Record<string, unknown>> | undefined
}

/** Models, their versions and aliases. Everything that changes writes an event and an audit entry in the same transaction. */
export interface ModelRegistry {
  /** Throws `conflict` where there is one of the name. */
  create(
    caller: RegistryCaller,
    model: {
      readonly name: string
      readonly description?: string | undefined
      readonly definition?: string | undefined
      readonly tags?: Readonly<Record<string, string>> | undefined
    },
  ): Promise<Model>
  find(tenant: string, name: string): Promise<Model | undefined>
  /** Throws `not_found`, with the nearest name. */
  get(tenant: string, name: string): Promise<Model>
  /** Changes what is not the name of anything; `definition` is the YAML of its rules. */
  update(
    caller: RegistryCaller,
    name: string,
    change: {
      readonly name?: string | undefined
      readonly description?: string | undefined
      readonly definition?: string | undefined
      readonly tags?: Readonly<Record<string, string>> | undefined
      readonly reason?: string | undefined
    },
  ): Promise<Model>
  /** Throws `conflict` while an alias or an engine has a version of it. Its events stay. */
  delete(caller: RegistryCaller, name: string, reason?: string): Promise<void>

  /**
   * Publishes a folder of this machine as a version: hashes and stores each file (once for a tenant), reads its headers, pins the
   * versions of datasets that it names, and makes the version in one transaction. A crash at any moment leaves no half version;
   * the same again gives the same version. The folder is only read.
   */
  publishFolder(
    options: NewVersion & {
      readonly folder: string
      readonly signal?: AbortSignal | undefined
      readonly progress?: ((share: number, step: string) => void) | undefined
    },
  ): Promise<PublishedVersion>
  /** The same of files that are stored already. Throws `not_found` for one that is not. */
  publishFiles(options: NewVersion & { readonly files: readonly ModelFile[] }): Promise<PublishedVersion>
  /**
   * Stores content under the SHA-256 that it is said to have, if it is not stored yet; what is another, or longer or shorter, throws
   * `invalid_request` and is not stored.
   */
  storeContent(
    tenant: string,
    content: { readonly sha256: string; readonly bytes: number },
    open: () => Promise<ReadableStream<Uint8Array>>,
  ): Promise<void>
  /** Whether content of this hash is stored, and how long it is; kept from garbage collection for its grace from now on. */
  findContent(tenant: string, sha256: string): Promise<{ readonly bytes: number } | undefined>
  /** The content that is stored under a hash, verified as it is read. */
  readContent(tenant: string, sha256: string): Promise<ReadableStream<Uint8Array>>
  /** By `NAME@ALIAS`, `NAME@NUMBER` or `NAME` (the newest). Throws `not_found` that says what there is. */
  resolve(tenant: string, reference: string): Promise<ModelVersion>
  listVersions(
    model: Model,
    page: { readonly before?: number | undefined; readonly limit: number },
  ): Promise<ModelVersion[]>
  describeVersion(
    caller: RegistryCaller,
    model: string,
    number: number,
    change: {
      readonly description?: string | undefined
      readonly tags?: Readonly<Record<string, string>> | undefined
    },
  ): Promise<ModelVersion>
  /** Throws `conflict` while an alias or an engine has it. Its events stay; its files go when nothing else needs them. */
  deleteVersion(caller: RegistryCaller, model: string, number: number, reason?: string): Promise<void>

  /** The content of one file, verified against its hash as it is read: it fails at its end where it is damaged. */
  readFile(version: ModelVersion, path: string): Promise<ReadableStream<Uint8Array>>
  /** Adds a file that says something of a version and does not change its name. */
  attach(options: Attach): Promise<ModelAttachment>
  listAttachments(version: ModelVersion): Promise<ModelAttachment[]>
  readAttachment(version: ModelVersion, attachment: ModelAttachment): Promise<ReadableStream<Uint8Array>>

  /** Writes into the history that a version was sent to another registry, with an audit entry. */
  notePush(
    caller: RegistryCaller,
    version: ModelVersion,
    details: Readonly<Record<string, unknown>>,
  ): Promise<void>
  /** Whether an engine answered a run that had this version all the time. */
  wasMeasured(
    version: ModelVersion,
    run: {
      readonly engines: readonly string[]
      readonly startedAt: Date | undefined
      readonly endedAt: Date | undefined
    },
  ): Promise<boolean>

  listAliases(model: Model): Promise<ModelAlias[]>
  /** Throws `conflict` where the alias is not at `expected`, `checks_failed` with every requirement that is not met. */
  moveAlias(options: MoveAlias): Promise<ModelAlias>
  deleteAlias(
    caller: RegistryCaller,
    model: string,
    alias: string,
    options?: { readonly expected?: number | undefined; readonly reason?: string | undefined },
  ): Promise<void>
  /** What the alias asks of the version, and what of it is met; empty where it is not protected. */
  judge(
    tenant: string,
    model: string,
    number: number,
    alias: string,
    evidence?: readonly Evidence[],
  ): Promise<Requirement[]>
  decide(options: Decide): Promise<ModelDecision>
  listDecisions(version: ModelVersion): Promise<ModelDecision[]>
}
