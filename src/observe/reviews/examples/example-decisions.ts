import type { ReviewsContext } from '../reviews-context.ts'
import type { ExamplePurpose, ExampleReview } from './example-review.ts'
import { listAnswers, listDecidedExamples } from './example-store.ts'

/** What people decided of one example, for who asked. */
export interface ExampleDecision {
  readonly id: string
  readonly item: string
  /** A choice that more than half made, or the text that was written; `undefined` where they differ or cannot tell. */
  readonly answer: string | undefined
  /** What each said, without who it was; texts opened. */
  readonly answers: readonly (string | undefined)[]
  readonly reviewers: readonly string[]
  readonly decidedAt: Date
}

/** All that was decided of a subject, in the order in which it was asked. Texts are unsealed. */
export async function readExampleDecisions(
  context: Pick<ReviewsContext, 'database' | 'sealing'>,
  asked: { readonly tenant: string; readonly purpose: ExamplePurpose; readonly subject: string },
): Promise<ExampleDecision[]> {
  const { database, sealing } = context
  const examples = await listDecidedExamples(database, asked)
  const answers = Map.groupBy(
    await listAnswers(
      database,
      examples.map(({ id }) => id),
    ),
    ({ reviewId }) => reviewId,
  )
  const decisions: ExampleDecision[] = []
  for (const example of examples) {
    const said: (string | undefined)[] = []
    for (const { reviewer, answer, sealed } of answers.get(example.id) ?? [])
      said.push(
        sealed ? await sealing.open(example.tenant, ['example', example.id, reviewer], sealed) : answer,
      )
    decisions.push(toDecision(example, said))
  }
  return decisions
}

function toDecision(example: ExampleReview, answers: readonly (string | undefined)[]): ExampleDecision {
  return {
    id: example.id,
    item: example.item,
    answer: example.choices === undefined ? answers[0] : example.answer,
    answers,
    reviewers: example.answeredBy,
    decidedAt: example.decidedAt ?? example.createdAt,
  }
}
