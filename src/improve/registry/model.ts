/** A model: versions under a name, and aliases that say which of them is used for what. */

export const modelFormats = ['gguf', 'huggingface', 'mlflow', 'other'] as const
export type ModelFormat = (typeof modelFormats)[number]

/** One file of a version. */
export interface ModelFile {
  /** Relative, with `/`: `config.json`, `tokenizer/merges.txt`. */
  readonly path: string
  readonly bytes: number
  /** Of its content, in hex. */
  readonly sha256: string
}

/** What a version is made of. Its canonical JSON is hashed, and that hash is the version's name. */
export interface ModelManifest {
  readonly version: 1
  readonly format: ModelFormat
  /** By path. */
  readonly files: readonly ModelFile[]
}

/** What the headers of the files say; what they do not say is left out. */
export interface ModelFacts {
  readonly architecture?: string | undefined
  readonly parameters?: number | undefined
  /** `Q4_K_M`, `BF16`, `gptq`. */
  readonly quantization?: string | undefined
  readonly contextLength?: number | undefined
  readonly name?: string | undefined
  readonly license?: string | undefined
  readonly tokenizer?: string | undefined
}

export interface LineageDataset {
  readonly name: string
  /** The id of the version, in full. */
  readonly version: string
  readonly number?: number | undefined
  readonly split?: string | undefined
  readonly role: 'training' | 'validation' | 'evaluation'
}

export interface LineageRun {
  /** `training` and `pipeline` are ours; `mlflow` is a tracked run. */
  readonly kind: 'training' | 'pipeline' | 'mlflow'
  readonly id: string
}

export interface LineageModel {
  readonly model: string
  readonly version: number
  /** `base`: trained on from it; `quantized`: the same in other numbers; `teacher`: its answers were learned. */
  readonly role: 'base' | 'teacher' | 'quantized'
}

/** Where a version comes from. */
export interface ModelLineage {
  readonly datasets: readonly LineageDataset[]
  readonly runs: readonly LineageRun[]
  readonly models: readonly LineageModel[]
}

export const noLineage: ModelLineage = { datasets: [], runs: [], models: [] }

/** How it came here: `{kind: 'import', file: 'x.gguf'}`, `{kind: 'training', job: '…'}`. */
export type ModelSource = Readonly<Record<string, unknown>> & { readonly kind: string }

export interface Model {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly description: string
  /** The YAML as it was given; empty where no alias is protected. */
  readonly definition: string
  readonly tags: Readonly<Record<string, string>>
  readonly lastNumber: number
  readonly author: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface ModelVersion {
  readonly id: string
  readonly modelId: string
  readonly tenant: string
  readonly model: string
  readonly number: number
  /** SHA-256 of the manifest, in hex. */
  readonly digest: string
  readonly manifest: ModelManifest
  readonly format: ModelFormat
  readonly bytes: number
  readonly facts: ModelFacts
  readonly lineage: ModelLineage
  readonly metrics: Readonly<Record<string, number>>
  readonly source: ModelSource
  readonly tags: Readonly<Record<string, string>>
  readonly description: string
  readonly author: string
  readonly authorKey: string
  readonly createdAt: Date
}

export interface ModelAlias {
  readonly name: string
  readonly number: number
  readonly versionId: string
  readonly author: string
  readonly updatedAt: Date
}

export interface ModelAttachment {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly mediaType: string
  readonly sha256: string
  readonly bytes: number
  readonly details: Readonly<Record<string, unknown>>
  readonly author: string
  readonly createdAt: Date
}

/** What a step was taken on: a run of a suite, a report, a review, by id and, where it has one, by hash. */
export interface Evidence {
  readonly kind: string
  readonly id: string
  readonly hash?: string | undefined
}

export interface ModelDecision {
  readonly id: string
  readonly alias: string
  readonly decision: 'approved' | 'rejected'
  readonly actor: string
  readonly actorName: string
  readonly reason: string
  readonly evidence: readonly Evidence[]
  readonly createdAt: Date
}

export const eventKinds = [
  'create-model',
  'define',
  'describe',
  'rename',
  'delete-model',
  'create-version',
  'delete-version',
  'attach',
  'push',
  'refuse',
  'move-alias',
  'delete-alias',
  'approve',
  'reject',
] as const
export type EventKind = (typeof eventKinds)[number]

export interface ModelEvent {
  readonly id: string
  readonly sequence: number
  readonly at: Date
  readonly tenant: string
  readonly model: string
  readonly kind: EventKind
  readonly version: number | undefined
  readonly digest: string | undefined
  readonly alias: string | undefined
  readonly previous: number | undefined
  readonly actor: string
  readonly actorName: string
  readonly reason: string
  readonly evidence: readonly Evidence[]
  readonly details: Readonly<Record<string, unknown>>
}
