/** The port of stages: what a kind of stage says of itself, and what it is given when it works. */
import type { z } from 'zod'

export const artifactTypes = ['dataset', 'model', 'report', 'file', 'folder', 'value'] as const
export type ArtifactType = (typeof artifactTypes)[number]

/** What a stage has left: bytes in the object store, or a value. */
export interface Artifact {
  readonly name: string
  readonly type: ArtifactType
  /** SHA-256 in hex: of the bytes, or of the value as canonical JSON. */
  readonly digest: string
  readonly sizeBytes: number
  /** Of what is no `file` and no `folder`: JSON; a reference with a digest for datasets and models. */
  readonly value: unknown
}

/** What a stage leaves, before it is kept. */
export type NewArtifact =
  | { readonly type: 'file' | 'folder'; readonly path: string }
  | {
      readonly type: 'dataset' | 'model' | 'report' | 'value'
      readonly value: unknown
      /** Of what the value names, SHA-256 in hex; of the value itself by default. */
      readonly digest?: string
    }

/** One artifact, or those of all stages of a matrix by their values (`small`, `small,2`). */
export type StageInput = Artifact | { readonly each: Readonly<Record<string, Artifact>> }

export type StageInputs = Readonly<Record<string, StageInput>>

/** In whose name a run works. */
export interface RunCaller {
  readonly tenant: string
  readonly author: string
  /** The key that began it; `undefined` where it is gone or it was our own work. */
  readonly keyId: string | undefined
}

export interface StageWork<Parameters> {
  readonly caller: RunCaller
  readonly pipeline: string
  readonly runId: string
  /** `train`, or `train[small]`. */
  readonly stage: string
  readonly parameters: Parameters
  readonly inputs: StageInputs
}

/** What decides the result of a stage, each part by name: text, numbers, digests. */
export interface CacheBasis {
  readonly parts: Readonly<Record<string, unknown>>
  /** Parameters and inputs of which `parts` say more exactly what is meant: `with.dataset`, `inputs.data`. They are no parts themselves. */
  readonly standsFor?: readonly string[]
  /** What was looked up for it, JSON, so that `run` works on the same. */
  readonly pinned?: unknown
  /** Why no earlier result may be taken, where that is so. */
  readonly never?: string
}

export interface StageContext<Parameters> extends StageWork<Parameters> {
  /** What `cacheKey` has pinned. */
  readonly pinned: unknown
  /** 1 on the first attempt. */
  readonly attempt: number
  /** A UUID that is the same in every attempt of this stage: make what you begin elsewhere under it, and it is begun once. */
  readonly stableId: (purpose: string) => string
  /** Aborts when the run is cancelled, the stage takes too long, or another process has the run. */
  readonly signal: AbortSignal
  /** An empty folder of its own, gone after the attempt. */
  readonly folder: () => Promise<string>
  readonly progress: (share: number, step: string) => void
  readonly log: (stream: 'out' | 'error' | 'system', text: string) => void
  readonly metric: (name: string, step: number, value: number) => void
  /** Writes a `file` or `folder` that an earlier stage left to a path. */
  readonly materialize: (artifact: Artifact, path: string) => Promise<void>
  readonly limits: StageLimits
  readonly secrets: Readonly<Record<string, string>>
}

export interface StageLimits {
  readonly timeoutMs: number
  readonly memoryBytes: number | undefined
  readonly cpuSeconds: number | undefined
  /** Of a container: processors, such as `2` or `500m`, and whole GPUs. */
  readonly cpu: string | undefined
  readonly gpus: number | undefined
  readonly diskBytes: number | undefined
}

export type StageResult =
  | { readonly kind: 'done'; readonly outputs: Readonly<Record<string, NewArtifact>> }
  | {
      readonly kind: 'failed'
      /** Why, as a code: `gate_failed`, `exit_code`. */
      readonly code: string
      readonly message: string
      /** Whether another attempt may end better. */
      readonly isRetryable: boolean
      /** What it left nevertheless, such as a report. */
      readonly outputs?: Readonly<Record<string, NewArtifact>>
    }
  /** Its work was ended from outside, not by itself: tried again, and no failure of the stage. */
  | { readonly kind: 'interrupted'; readonly message: string }

/** A stage of a run, wherever that is. */
export interface StagePlace {
  readonly tenant: string
  readonly runId: string
  readonly stage: string
  /** As in `StageContext`. */
  readonly stableId: (purpose: string) => string
}

export interface StageProblem {
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly mend: string
}

export interface StageKind<Parameters = unknown> {
  /** What `use` names: `evaluation`. */
  readonly name: string
  readonly description: string
  /** Counts up when the same inputs would give another result: it is part of every cache key. */
  readonly version: number
  readonly parameters: z.ZodType<Parameters>
  /** What it takes under `inputs`; `any` takes whatever it is given. */
  readonly inputs: Readonly<Record<string, readonly ArtifactType[]>> | 'any'
  /** What it leaves; a function where its parameters say so. They may hold expressions that have no value yet. */
  readonly outputs:
    | Readonly<Record<string, ArtifactType>>
    | ((parameters: unknown) => Readonly<Record<string, ArtifactType>>)
  /** Whether it starts a process, which takes secrets, resources, and leave by the configuration. */
  readonly isProcess?: boolean
  /** Whether it waits for one of the places that this server has for commands, before its attempt begins. */
  takesPlace?(parameters: Parameters): boolean
  /** Whether its work goes on without this server: an attempt that was cut off has lost nothing then, and is not counted. */
  goesOnElsewhere?(parameters: Parameters): boolean
  /** What decides its result beside its version, its parameters and the digests of its inputs; `undefined`: never reused. */
  cacheKey?(work: StageWork<Parameters>): Promise<CacheBasis>
  /**
   * What a stage of it has spent until now, its end or not, in nano-dollars; `undefined` where that is not known. Without it, its
   * time is counted at what `pipelines.usdPerHour` says.
   */
  spent?(stage: StagePlace): Promise<number | undefined>
  /** What the configuration of now does not let a stage do, with where it stands under `with`; parameters may hold expressions. */
  whyNot?(parameters: Parameters): readonly StageProblem[]
  /**
   * Of a result of an earlier run that has the same key: why it cannot be taken all the same, such as that what it names was deleted.
   * Not asked where left out.
   */
  whyStale?(work: StageWork<Parameters>, left: readonly Artifact[]): Promise<string | undefined>
  /** Throws a `Failure` where it fails, retryable where its kind says so; anything else that it throws is a bug. */
  run(context: StageContext<Parameters>): Promise<StageResult>
}

export type StageKinds = ReadonlyMap<string, StageKind>

export function outputsOf(kind: StageKind, parameters: unknown): Readonly<Record<string, ArtifactType>> {
  return typeof kind.outputs === 'function' ? kind.outputs(parameters) : kind.outputs
}
