/** What training needs of the planes that it may not import; the composition root supplies it. */
import type { ResolvedVersion, Row } from '../datasets/index.ts'
import type { Quantization } from './quantization/jobs/quantization.ts'
import type { QuantizationReport } from './quantization/quantize-model.ts'
import type { Artifact } from './trainers/contract.ts'

/** A file of OpenAI's API. */
export interface TrainingFile {
  readonly id: string
  readonly purpose: string
  readonly filename: string
  readonly sizeBytes: number
}

export interface TrainingFiles {
  find(tenant: string, id: string): Promise<TrainingFile | undefined>
  /** `undefined` where its bytes are gone. */
  read(tenant: string, id: string): Promise<ReadableStream<Uint8Array> | undefined>
  /** Keeps what a job has measured; the id of the file. The same id again replaces it. */
  keep(file: {
    readonly id: string
    readonly tenant: string
    readonly filename: string
    readonly content: string
  }): Promise<void>
}

/** One example with where it stands, for people: `Line 3`. */
export interface PlacedExample {
  readonly place: string
  readonly value: unknown
}

export type ExampleFormat = 'chat' | 'preference'

/** What datasets know of examples to learn from. */
export interface LearningRules {
  /** What is wrong with an example, and how to mend it. */
  readonly check: (
    format: ExampleFormat,
    value: Readonly<Record<string, unknown>>,
  ) => { readonly what: string; readonly mend: string } | undefined
  /** Throws `invalid_request` where a version may not be learned from; what has to be asked of each of its rows. */
  mayLearnFrom(tenant: string, version: ResolvedVersion): Promise<(row: Row) => void>
  /** Its rows as examples. Throws `invalid_request` where its columns say no example. */
  readExamples(
    version: ResolvedVersion,
    format: ExampleFormat,
    options: { readonly mayUse: (row: Row) => void; readonly signal: AbortSignal },
  ): AsyncIterable<PlacedExample>
}

/** Where a model came from, as its version in the registry says it. */
export interface ModelLineage {
  readonly job: string
  readonly trainer: string
  readonly method: string
  /** What the job began with, as it was asked for. */
  readonly base: string
  /** Of the registry, where the job began with one: `support@3`. */
  readonly baseModel: string | undefined
  readonly datasets: readonly {
    readonly role: 'training' | 'validation'
    readonly name: string
    readonly versionId: string
    readonly versionNumber: number
    readonly split: string | null
  }[]
  readonly files: readonly string[]
  readonly seed: number
  readonly hyperparameters: Readonly<Record<string, unknown>>
}

export interface NewModel {
  readonly tenant: string
  /** Of the model; a version is added where it is there. */
  readonly name: string
  /** Holds the files of the artifact. */
  readonly folder: string
  readonly artifact: Artifact
  readonly lineage: ModelLineage
  readonly metrics: Readonly<Record<string, number>>
  /** Who had it trained, and so is its maker: their name, and the key that they did it with. */
  readonly author: string
  readonly keyId: string
}

/** Makes a version of a model; for the same job the same, however often it is asked. Answers what clients name it by. */
export type PublishModel = (model: NewModel) => Promise<string>

/**
 * Makes a version of what a quantization has left, with its report attached; for the same quantization the same, however often it is
 * asked. Answers what it is named by: `support@4`.
 */
export type PublishQuantized = (made: {
  readonly job: Quantization
  /** Holds the file, and nothing else. */
  readonly folder: string
  readonly report: QuantizationReport
}) => Promise<string>

/** Versions of the registry that a job may begin with. */
export interface RegisteredModels {
  /** `name`: `support@3`. `undefined` where there is none under that name. */
  find(
    tenant: string,
    name: string,
  ): Promise<
    | {
        readonly name: string
        /** Of its files, SHA-256 in hexadecimal. */
        readonly digest: string
        readonly isGguf: boolean
        readonly license: string | undefined
      }
    | undefined
  >
  /** Lays its files into a folder that is made for them, whole or not at all. */
  lay(tenant: string, name: string, folder: string): Promise<void>
}
