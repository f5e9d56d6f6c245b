/** What distillation needs of the planes that it may not import; the composition root supplies it. */
import type { Principal } from '../../govern/access/index.ts'
import type { ResolvedVersion, Row } from '../datasets/index.ts'

/** A target that may give the answers of a service, and whether they may be learned. */
export interface TargetTerms {
  /** `the provider \`openai\``. */
  readonly name: string
  /** In the configuration: `providers.openai`. */
  readonly place: string
  readonly isAllowed: boolean
  /** What says so, in the words of the configuration. */
  readonly terms: string | undefined
}

/** Of the release that serves, with its fallbacks. Memory only. `undefined` where there is no such service. */
export type TeacherTerms = (service: string) => readonly TargetTerms[] | undefined

export interface TeacherBatch {
  readonly id: string
  readonly state: string
  readonly isEnded: boolean
  readonly total: number
  readonly completed: number
  readonly failed: number
  readonly costNanoUsd: number
  readonly why: string | undefined
}

/** Batches of calls, in the name of a key. */
export interface TeacherBatches {
  /** Makes it once, however often it is asked for under this UUID. */
  begin(batch: {
    readonly stableId: string
    readonly tenant: string
    readonly principal: Principal
    readonly requestId: string
    readonly filename: string
    readonly lines: () => ReadableStream<Uint8Array>
    readonly completionWindow: string
  }): Promise<TeacherBatch>
  find(tenant: string, stableId: string): Promise<TeacherBatch | undefined>
  cancel(tenant: string, stableId: string): Promise<void>
  answers(
    tenant: string,
    stableId: string,
  ): AsyncIterable<{
    readonly customId: string
    readonly requestId: string
    readonly status: number
    readonly body: unknown
  }>
  readonly mostLines: () => number
}

/** Throws `invalid_request` where a version may not be learned from; what has to be asked of each of its rows. */
export type MayLearnFrom = (tenant: string, version: ResolvedVersion) => Promise<(row: Row) => void>
