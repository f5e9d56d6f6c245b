import type {
  Column,
  CheckSummary,
  DatasetReference,
  DatasetSchema,
  DatasetVersion,
  Row,
  RowKey,
  VersionSource,
} from './dataset.ts'
import type { Definition } from './definition.ts'
import type { StagedPack } from './files/pack-index.ts'
import type { ImportArchive, ImportedArchive } from './files/import-archive.ts'
import type { WrittenFiles } from './files/write-files.ts'
import type { DatasetTask, TaskKind } from './task.ts'
import type { DataTaskName, DataTasks } from './worker/tasks.ts'

/** Who does something to datasets, as audit entries and manifests name him. */
export interface DatasetCaller {
  readonly tenant: string
  /** Goes into manifests: the name of the key, or of the part of ours that did it. */
  readonly author: string
  /** `undefined` where it is our own work. */
  readonly keyId?: string | undefined
  readonly requestId?: string | undefined
}

export interface Dataset {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly description: string
  readonly createdAt: Date
  /** The newest definition, which the next version will be held to. */
  readonly definition: StoredDefinition
}

export interface StoredDefinition {
  /** SHA-256 of the text. */
  readonly hash: string
  /** The YAML as it was given. */
  readonly text: string
  readonly parsed: Definition
  readonly createdAt: Date
  readonly author: string
}

/** A version that a reference was resolved to. */
export interface ResolvedVersion {
  readonly dataset: Dataset
  readonly version: DatasetVersion
  /** The split that the reference named, if it named one. */
  readonly split: string | undefined
  /** The branch that the reference named, if it named one. */
  readonly branch: string | undefined
  /** That was in force when the version was made. */
  readonly definition: Definition
}

/** One row of a version: its key, and its columns as JSON. */
export interface KeyedRow {
  readonly key: RowKey
  readonly row: Row
}

export interface ReadRowsOptions {
  /** All by default. */
  readonly columns?: readonly string[] | undefined
  /** Instead of the one of the reference. */
  readonly split?: string | undefined
  /** A condition on the columns in DuckDB's SQL: `language = 'de' AND length(input) > 10`. */
  readonly where?: string | undefined
  /** Only these rows, by key. */
  readonly keys?: readonly RowKey[] | undefined
  /** `next` of the page before. */
  readonly after?: string | undefined
  /** 1 to 10,000; 100 by default. A page also ends at 16 MiB of rows. */
  readonly limit?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface RowPage {
  readonly rows: readonly KeyedRow[]
  readonly next: string | undefined
}

/** How a new version is published. */
export interface PublishOptions {
  readonly caller: DatasetCaller
  readonly dataset: string
  /** `main` by default; made where it is new. */
  readonly branch?: string | undefined
  /**
   * The id of the version that the branch must be at: else `conflict`, which says how to go on. Left out, it is whatever
   * the branch is at when the work begins.
   */
  readonly parent?: string | undefined
  readonly message: string
  readonly source: VersionSource
  readonly signal?: AbortSignal | undefined
  /** Told the share that is done, 0 to 1, and what is done now. */
  readonly progress?: ((share: number, step: string) => void) | undefined
}

export interface CommitOptions extends PublishOptions {
  /** Rows that are new or replace the one of the same key. A column that is new to the dataset is added to it. */
  readonly upserts?: readonly Row[] | undefined
  /** Keys of rows that go; one that is not there is an error. */
  readonly deletes?: readonly RowKey[] | undefined
}

/** Rows on their way into a version: a Parquet file on this machine, whose columns have the types below. */
export interface StagedRows {
  /**
   * Types in Parquet: boolean BOOLEAN, integer BIGINT, number DOUBLE (finite), string VARCHAR, timestamp TIMESTAMP (UTC),
   * json VARCHAR with canonical JSON text. Columns that begin with `_` are reserved.
   */
  readonly file: string
  readonly columns: readonly Column[]
  /** Whether the file has the hash of each row as `_hash`, and lies as a segment does: only a data worker can say so. */
  readonly isHashed?: boolean | undefined
}

export interface ReplaceOptions extends PublishOptions {
  readonly staged: StagedRows
  /**
   * `all`: the version holds exactly the staged rows; those whose key and content are unchanged stay where they lie.
   * `upsert`: rows that are not staged stay. `append`: the same, and a key that is there already is an error.
   */
  readonly mode?: 'all' | 'upsert' | 'append' | undefined
  /** What was written of the contents of files, where the rows are files. */
  readonly packs?: readonly StagedPack[] | undefined
}

/** What a publication did. */
export interface Published {
  readonly version: DatasetVersion
  /** `false` where nothing had changed: no version was made, and `version` is the one that is there. */
  readonly isNew: boolean
  readonly added: number
  readonly changed: number
  readonly removed: number
  /** Of objects that were not stored before, removal vectors included. */
  readonly storedBytes: number
  /** Of the report of the checks, where there is a gate. */
  readonly reportId: string | undefined
}

/** A version's files on this machine, as data tasks take them. Plain JSON. */
export interface VersionFiles {
  readonly versionId: string
  readonly schema: DatasetSchema
  readonly rows: number
  readonly segments: readonly {
    readonly file: string
    /** Parquet with one column `position`, sorted. */
    readonly removedFile?: string
    readonly rows: number
  }[]
}

/** The files of each of several versions. */
export type FilesOf<Versions extends readonly unknown[]> = {
  readonly [Place in keyof Versions]: VersionFiles
}

/** Not visible yet: what is about to be published. */
export interface Candidate {
  readonly caller: DatasetCaller
  readonly dataset: Dataset
  readonly branch: string
  readonly files: VersionFiles
  readonly contentHash: string
}

/** What the checks found of a candidate. `profile` and `details` are JSON. */
export interface GateOutcome {
  readonly profile: unknown
  readonly summaries: readonly CheckSummary[]
  readonly details: unknown
}

/**
 * Profile and checks of what is about to be published. A failed check of severity `error` refuses it. Called once for each
 * publication, after staging and before the branch moves.
 */
export type PublishGate = (
  candidate: Candidate,
  context: {
    /** Runs a data task on the candidate's files or its parent's. */
    readonly runTask: RunDataTask
    readonly parent: (ResolvedVersion & { readonly files: VersionFiles }) | undefined
    readonly definition: Definition
    readonly signal: AbortSignal
    readonly progress: (share: number, step: string) => void
    readonly datasets: Datasets
  },
) => Promise<GateOutcome>

export interface RunTaskOptions {
  readonly signal?: AbortSignal | undefined
  readonly progress?: ((share: number, step: string) => void) | undefined
  /** Light ones (a page of rows, a query) do not wait behind heavy ones. `heavy` by default. */
  readonly weight?: 'light' | 'heavy' | undefined
}

/** Runs a task of `worker/tasks.ts` in a data worker. Parameters and result are JSON. */
export type RunDataTask = <Name extends DataTaskName>(
  name: Name,
  parameters: Parameters<DataTasks[Name]>[0],
  options?: RunTaskOptions,
) => Promise<Awaited<ReturnType<DataTasks[Name]>>>

/** Somebody who needs a version: garbage collection leaves it and all that it is made of. */
export interface VersionPin {
  readonly tenant: string
  readonly versionId: string
  /** What needs it: `model`, `evaluation`, `pipeline` … */
  readonly kind: string
  /** Which one. */
  readonly subject: string
  readonly why: string
}

/** The door of the version store. */
export interface Datasets {
  create(
    caller: DatasetCaller,
    dataset: { readonly name: string; readonly description?: string; readonly definition?: string },
  ): Promise<Dataset>
  /** `undefined` where the tenant has none of that name. */
  find(tenant: string, name: string): Promise<Dataset | undefined>
  /** Throws `not_found`, with the nearest name. */
  get(tenant: string, name: string): Promise<Dataset>
  /** Puts a definition (YAML) in force for the versions to come; makes the dataset where it is new. */
  define(caller: DatasetCaller, dataset: string, text: string): Promise<Dataset>
  /** Throws `not_found` that says what there is, `invalid_request` for what is no reference. */
  resolve(tenant: string, reference: string | DatasetReference): Promise<ResolvedVersion>
  readRows(version: ResolvedVersion, options?: ReadRowsOptions): Promise<RowPage>
  /** All rows that `readRows` would give, page after page. */
  scanRows(version: ResolvedVersion, options?: Omit<ReadRowsOptions, 'after'>): AsyncIterable<KeyedRow>
  commit(options: CommitOptions): Promise<Published>
  replace(options: ReplaceOptions): Promise<Published>
  /** Calls `work` with the files of each version, in their order, on this machine; they stay there until it ends. */
  withFiles<const Versions extends readonly ResolvedVersion[], Result>(
    versions: Versions,
    work: (files: FilesOf<Versions>) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result>
  /**
   * Reads an archive of files (tar, zip) into rows and packs in a folder of `withFolder`, ready for `replace`. Contents that the tenant has
   * are not written again. Throws `invalid_request` with the entry at fault.
   */
  readArchive(
    options: Pick<ImportArchive, 'file' | 'name' | 'declared' | 'folder'> & {
      readonly tenant: string
      readonly dataset: string
      readonly branch: string | undefined
      /** JSON lines of `path` and `sha256`: files of the branch that the archive leaves out. */
      readonly listing: string | undefined
      readonly signal: AbortSignal
      readonly progress: (share: number, step: string) => void
    },
  ): Promise<ImportedArchive>
  /**
   * Writes the files of a version into a folder that is there: each at its path, held against its SHA-256, and `metadata.jsonl` with
   * what else its rows say. Throws `invalid_request` where the rows are no files.
   */
  writeFiles(
    version: ResolvedVersion,
    folder: string,
    options?: Pick<ReadRowsOptions, 'split' | 'where' | 'signal'> & {
      readonly progress?: PublishOptions['progress']
    },
  ): Promise<Pick<WrittenFiles, 'files' | 'bytes'>>
  /** Calls `work` with a folder of its own for staged files; it is deleted afterwards, also after a crash. */
  withFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result>
  readonly runTask: RunDataTask
  pin(pin: VersionPin): Promise<void>
  unpin(pin: Pick<VersionPin, 'tenant' | 'versionId' | 'kind' | 'subject'>): Promise<void>
  readonly tasks: {
    /** Declares a kind of long operation, before `start`. */
    register<Value>(kind: TaskKind<Value>): void
    /** Makes a row of it and returns; it is worked on in the background, again after a crash. */
    start(
      caller: DatasetCaller,
      task: {
        /** Begins it once, however often it is asked for under this; a new one by default. */
        readonly id?: string
        readonly kind: string
        readonly dataset: string | undefined
        readonly parameters: unknown
      },
    ): Promise<DatasetTask>
  }
}
