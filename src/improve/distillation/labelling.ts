import type { Principal } from '../../govern/access/index.ts'
import type { Datasets, ResolvedVersion } from '../datasets/index.ts'
import type { CreateAnswerFilter, FindRelease } from '../evaluation/index.ts'
import type { MayLearnFrom, TeacherBatches, TeacherTerms } from './ports.ts'
import type { Recipe } from './recipe-schema.ts'

export interface LabelParts {
  readonly datasets: Pick<
    Datasets,
    'resolve' | 'scanRows' | 'find' | 'define' | 'replace' | 'runTask' | 'withFolder'
  >
  readonly batches: TeacherBatches
  readonly createFilter: CreateAnswerFilter
  readonly findRelease: FindRelease
  readonly termsOf: TeacherTerms
  readonly mayLearnFrom: MayLearnFrom
  readonly mayCall: (principal: Principal, service: string) => boolean
}

/** What is asked of whom, and what is kept of it. */
export interface Labelling {
  readonly recipe: string
  readonly teacher: string
  readonly request: Recipe['data']['request']
  readonly sample?: number | undefined
  readonly seed: number
  readonly filters: Recipe['filters']
  /** The dataset that gets the answers. */
  readonly output: string
  readonly window: string
  readonly least: number
  readonly mostUnanswered: number
}

export interface LabelContext {
  /** The same in every attempt: the batch is begun once. */
  readonly stableId: string
  readonly principal: Principal
  readonly caller: {
    readonly tenant: string
    readonly author: string
    readonly keyId: string | undefined
    readonly requestId: string
  }
  /** The version whose prompts are asked, pinned. */
  readonly version: ResolvedVersion
  /** Of the teacher when the work began: another release since then is another teacher. */
  readonly teacherHash: string
  readonly signal: AbortSignal
  readonly progress: (share: number, step: string) => void
}

export interface Labelled {
  readonly dataset: string
  readonly versionId: string
  readonly asked: number
  readonly answered: number
  readonly kept: number
  /** By the filter that refused them; `no_text` and `no_answer` beside them. */
  readonly leftOut: Readonly<Record<string, number>>
  readonly batch: string
  readonly costNanoUsd: number
  readonly filterCostNanoUsd: number
  readonly provenance: Provenance
}

/** Where the answers come from; in the manifest of the version. */
export interface Provenance {
  readonly recipe: string
  readonly teacher: string
  readonly release: string
  /** SHA-256 of all of the release that decides an answer. */
  readonly releaseHash: string
  readonly targets: readonly string[]
  readonly terms: readonly string[]
  /** SHA-256 of how prompts are made: template, system prompts, parameters. */
  readonly promptHash: string
  readonly filters: readonly object[]
}
