import { createId, Failure } from '../../../foundation/platform/index.ts'
import { maskTexts, Placeholders } from '../masked-view.ts'
import { announce } from '../review-store.ts'
import type { ReviewsContext } from '../reviews-context.ts'
import type { ExampleReview, ExampleTerms, NewExampleReview } from './example-review.ts'
import { insertExamples } from './example-store.ts'

const minuteMs = 60_000
const rowsAtOnce = 200
/** What is longer is cut: nobody reads it, and the row itself is in the dataset. */
const longestPart = 20_000

/**
 * Gives questions about examples to people. Durable when it resolves, with how many were new: one that was asked before, by
 * purpose, subject and item, is left as it is.
 */
export async function askAboutExamples(
  context: ReviewsContext,
  terms: ExampleTerms,
  questions: readonly NewExampleReview[],
): Promise<{ readonly asked: number; readonly known: number }> {
  const { database, findHidden, now } = context
  const createdAt = new Date(now())
  let asked = 0
  for (const { answer } of questions)
    if (answer.kind === 'choice' && new Set(answer.choices).size < 2)
      throw new Failure('invalid_request', 'A question with fewer than two answers asks nothing.')
  for (let from = 0; from < questions.length; from += rowsAtOnce) {
    const examples = questions.slice(from, from + rowsAtOnce).map((question): ExampleReview => {
      const placeholders = new Placeholders()
      const texts = question.shown.map(({ name, text }) => ({
        role: name,
        kind: 'text' as const,
        text: text.length > longestPart ? `${text.slice(0, longestPart)}…` : text,
        marks: [],
      }))
      return {
        id: createId(),
        tenant: terms.tenant,
        purpose: terms.purpose,
        subject: question.subject,
        item: question.item,
        title: terms.title,
        question: question.question,
        shown: maskTexts(texts, findHidden, placeholders).map(({ role, text }) => ({ name: role, text })),
        choices: question.answer.kind === 'choice' ? question.answer.choices : undefined,
        // texts that two people write are two examples, not one
        people: question.answer.kind === 'choice' ? terms.people : 1,
        state: 'pending',
        priority: terms.priority,
        answer: undefined,
        askedBy: terms.askedBy,
        claimedBy: undefined,
        claimedAt: undefined,
        claimUntil: undefined,
        createdAt,
        dueAt: new Date(createdAt.getTime() + terms.dueMinutes * minuteMs),
        decidedAt: undefined,
        answeredBy: [],
      }
    })
    const [first] = examples
    asked += await database.transaction(async transaction => {
      const ids = await insertExamples(transaction, examples)
      if (first && ids.length > 0)
        await announce(transaction, {
          id: first.id,
          tenant: terms.tenant,
          state: 'pending',
          what: 'examples_asked',
        })
      return ids.length
    })
  }
  if (asked > 0) context.metrics.examples.inc({ purpose: terms.purpose, state: 'asked' }, asked)
  return { asked, known: questions.length - asked }
}
