import type { ReviewPriority } from '../../../foundation/config/index.ts'

/** Who asks people about examples, and reads what they said. Also a label of metrics, so it is one of few. */
export const examplePurposes = ['label-suspects', 'collection', 'evaluation-labels'] as const
export type ExamplePurpose = (typeof examplePurposes)[number]

export const exampleStates = ['pending', 'decided', 'withdrawn'] as const
export type ExampleState = (typeof exampleStates)[number]

/** A part of an example as people read it. */
export interface ShownPart {
  /** Of its column. */
  readonly name: string
  readonly text: string
}

/**
 * A question about one row of data. Purpose, subject and item name it: asked again, it is the same question, and nothing
 * happens.
 */
export interface NewExampleReview {
  /** The asker's own: the id of a report, a plan of collection. At most 200 characters. */
  readonly subject: string
  /** The key of the row, or a number for one that is yet to be written. */
  readonly item: string
  /** Raw; masked before it is written anywhere. The original stays in the dataset. */
  readonly shown: readonly ShownPart[]
  readonly question: string
  /** One of a few, or a text that the reviewer writes (which is kept sealed). */
  readonly answer:
    | { readonly kind: 'choice'; readonly choices: readonly string[] }
    | { readonly kind: 'text' }
}

export interface ExampleTerms {
  readonly tenant: string
  readonly purpose: ExamplePurpose
  /** What it belongs to, for people: the dataset and its version. */
  readonly title: string
  /** How many have to answer before it is decided, 1 to 5; a choice is decided by more than half of them. */
  readonly people: number
  readonly priority: ReviewPriority
  readonly dueMinutes: number
  /** The key that asked. */
  readonly askedBy: string
}

export interface ExampleReview {
  readonly id: string
  readonly tenant: string
  readonly purpose: ExamplePurpose
  readonly subject: string
  readonly item: string
  readonly title: string
  readonly question: string
  /** Masked. */
  readonly shown: readonly ShownPart[]
  /** `undefined` where the answer is a text. */
  readonly choices: readonly string[] | undefined
  readonly people: number
  readonly state: ExampleState
  readonly priority: ReviewPriority
  readonly answer: string | undefined
  readonly askedBy: string
  readonly claimedBy: string | undefined
  readonly claimedAt: Date | undefined
  readonly claimUntil: Date | undefined
  readonly createdAt: Date
  readonly dueAt: Date
  readonly decidedAt: Date | undefined
  /** Who has answered. */
  readonly answeredBy: readonly string[]
}

/** What one person said. */
export interface ExampleAnswer {
  readonly reviewer: string
  /** `undefined`: it cannot be told. */
  readonly answer: string | undefined
  readonly note: string | undefined
  readonly seconds: number
  readonly createdAt: Date
}

/** What more than half of the people say; `undefined` where no answer has that many. */
export function decisionOf(answers: readonly (string | undefined)[], people: number): string | undefined {
  const counts = Map.groupBy(answers, answer => answer)
  for (const [answer, said] of counts) if (answer !== undefined && said.length * 2 > people) return answer
  return undefined
}
