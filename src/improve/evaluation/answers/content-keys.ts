import { createHash } from 'node:crypto'
import { canonicalJson } from '../../../foundation/platform/index.ts'

/** SHA-256 of a value as canonical JSON, in hex. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}

export interface AnswerPlace {
  readonly releaseHash: string
  readonly body: Readonly<Record<string, unknown>>
  readonly seed: number
  readonly isStreamed: boolean
  /** Set where answers of other runs shall not be found: the run. */
  readonly salt: string | undefined
}

export interface AnswerKeys {
  readonly key: string
  /** Of what was asked alone, whoever was asked. */
  readonly requestHash: string
}

/** What an answer is kept by: all that decides it. A repeat is another seed. */
export function answerKeys({ releaseHash, body, seed, isStreamed, salt }: AnswerPlace): AnswerKeys {
  const requestHash = contentHash({ body, isStreamed })
  return { requestHash, key: contentHash(['answer', releaseHash, requestHash, seed, salt ?? null]) }
}

export interface ScorePlace {
  readonly use: string
  readonly version: number
  /** With the hashes of the releases that it asks. */
  readonly parametersHash: string
  readonly exampleHash: string
  /** One, or two where they are compared. */
  readonly answerKeys: readonly string[]
  readonly seed: number
}

/** What a score is kept by. */
export function scoreKey(place: ScorePlace): string {
  const { use, version, parametersHash, exampleHash, answerKeys: answers, seed } = place
  return contentHash(['score', use, version, parametersHash, exampleHash, answers, seed])
}

/** A whole number below 2³¹ that looks like none of its neighbours. */
export function derivedSeed(...parts: readonly (string | number)[]): number {
  return createHash('sha256').update(canonicalJson(parts)).digest().readUInt32BE(0) >>> 1
}
