import type { StrataLevel, StratumMean } from '../streams/strata.ts'

export const slicings = ['tenant', 'release', 'arm', 'language', 'topic'] as const
export type Slicing = (typeof slicings)[number]

/** A part of the traffic that is watched apart. */
export interface Slice {
  readonly by: Slicing
  readonly value: string
}

/** What one detector of a stream looks for, and what is normal at each time. */
export interface DetectorReference {
  /** Unique within the stream: `below`, `above`, `more:de`, each with ` tenant=acme` where it is about a slice. */
  readonly name: string
  readonly direction: 'below' | 'above'
  /** Of a stream of categories: the one that is counted; `others` are all that the reference does not name. */
  readonly category?: string
  readonly slice?: Slice
  /** How far beyond the mean of the reference a mean has to lie: the smallest effect, or what the reference can tell. */
  readonly margin: number
  readonly means: Readonly<Record<string, StratumMean>>
}

/** What is needed beside means to make a value in [0, 1] of a measure. */
export interface Learned {
  /** Values above it are counted. */
  readonly threshold?: number
  /** Scores that others are ranked among, ascending. */
  readonly calibration?: readonly number[]
  /** Rows of vectors of length one, one after the other, in base64 of 32-bit floats. */
  readonly vectors?: string
  readonly dimensions?: number
  /** Centres of topics, in the same form. */
  readonly centres?: string
  /** Sorted hashes of the words that are known, in base64 of 32-bit integers. */
  readonly vocabulary?: string
  readonly categories?: readonly string[]
}

/** For people: how the measures of the reference lie. */
export interface Histogram {
  /** One more than there are counts; ends are open. */
  readonly edges?: readonly number[]
  readonly categories?: readonly string[]
  readonly counts: readonly number[]
}

/** Fewer examples of an evaluation say too little of a mean to hold anything against it. */
export const leastExamples = 20

/** What a reference is made of where it is not traffic. */
export type ReferenceOrigin =
  | {
      readonly kind: 'evaluation'
      readonly run: string
      readonly suite: string
      readonly evaluator: string
      /** Only scores of its answers are held against it. */
      readonly release: string
      readonly releaseHash: string
      /** Below which the mean of the run is not, with probability 1 − ½ `falseAlarm`. */
      readonly least: number
      readonly falseAlarm: number
    }
  | { readonly kind: 'dataset'; readonly version: string; readonly column: string; readonly tenant: string }

export interface StreamReference {
  readonly origin?: ReferenceOrigin | undefined
  readonly fromMs: number
  readonly untilMs: number
  /** How many values it is made of. */
  readonly rows: number
  readonly strata: StrataLevel
  /** What the judge went by whose scores these are. */
  readonly judgeHash?: string | undefined
  readonly learned: Learned
  readonly detectors: readonly DetectorReference[]
  readonly histogram: Histogram
  /** Ids of inferences that are typical of it, for topics one list each. */
  readonly examples?: Readonly<Record<string, readonly string[]>>
}
