import type { Database } from '../../../foundation/platform/index.ts'
import type { ContentMasker, Masked } from '../../../govern/privacy/index.ts'
import { listAnswerDecisionsOfMany } from '../../../observe/reviews/index.ts'
import { listScoresOfMany } from '../../../observe/scores/index.ts'
import {
  type Collectable,
  type Feedback,
  answerOf,
  findCollectableOfMany,
  findContentsOfMany,
  type InferenceContent,
  listCollectable,
  listFeedbackOfMany,
  questionOf,
} from '../../../observe/traces/index.ts'
import type { Collection, CollectionCounts, CollectionFilter } from './collection.ts'
import { type LeftOutReason, leftOutReasons, type Permissions, refusalOf } from './consent.ts'
import { createSampler } from './sampling.ts'

export interface CollectContext {
  readonly database: Database
  readonly permissions: Permissions
  /** Masks what was kept in the clear. */
  readonly masker: Pick<ContentMasker, 'mask'>
}

const pageSize = 1_000
const contentPage = 100
const asked = new Set(['chat', 'completion', 'messages', 'responses'])

/** What is known beside of an inference. */
interface Known {
  readonly feedback: readonly Feedback[]
  readonly scores: readonly { readonly name: string; readonly value: number | undefined }[]
  readonly review: { readonly state: string; readonly edited: string | undefined } | undefined
}

/** One example, masked. */
export type Example = Readonly<Record<string, unknown>>

/**
 * Goes through the traffic once without its content and chooses what examples are made of; says what was left out and why.
 */
export async function chooseExamples(
  context: CollectContext,
  tenant: string,
  { filter, sample }: Collection,
  signal: AbortSignal,
): Promise<{ readonly ids: readonly string[]; readonly counts: CollectionCounts }> {
  const { database, permissions } = context
  const sampler = createSampler(sample)
  const leftOut = new Map<LeftOutReason, number>()
  let [lookedAt, matched] = [0, 0]
  const bounds = {
    tenant,
    services: filter.services,
    release: filter.release,
    outcome: filter.outcome,
    sinceMs: Date.parse(filter.since),
    untilMs: filter.until === undefined ? Date.now() : Date.parse(filter.until),
  }
  for (let after: string | undefined; ;) {
    signal.throwIfAborted()
    const page = await listCollectable(database, bounds, after, pageSize)
    const known = await findKnown(database, page)
    for (const one of page) {
      lookedAt += 1
      const about = known(one.id)
      if (!matches(filter, about)) continue
      const reason =
        refusalOf(permissions, tenant, one.service) ?? (one.isRefused ? 'request_refuses' : unfitness(one))
      if (reason) {
        leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1)
        continue
      }
      matched += 1
      sampler.add(
        one.id,
        sample.by.map(column => stratumValue(column, one, about)),
      )
    }
    after = page.at(-1)?.id
    if (page.length < pageSize) break
  }
  const { ids, strata } = sampler.choose()
  return {
    ids,
    counts: {
      looked_at: lookedAt,
      matched,
      left_out: [...leftOut].map(([reason, count]) => ({ reason, why: leftOutReasons[reason], count })),
      sampled: ids.length,
      strata: [...strata],
    },
  }
}

/** The examples of what was chosen, a page at a time; masked, whatever the service keeps. */
export async function* readExamples(
  context: CollectContext,
  tenant: string,
  filter: CollectionFilter,
  ids: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<{
  readonly examples: readonly Masked<Example>[]
  readonly notMasked: number
  readonly noAnswer: number
}> {
  const { database, masker } = context
  for (let start = 0; start < ids.length; start += contentPage) {
    signal.throwIfAborted()
    const page = ids.slice(start, start + contentPage)
    const collectable = await findCollectableOfMany(database, tenant, page)
    const known = await findKnown(database, collectable)
    const contents = await findContentsOfMany(database, page)
    const examples: Masked<Example>[] = []
    let [notMasked, noAnswer] = [0, 0]
    for (const one of collectable) {
      const kept = contents.get(one.id)
      // retention may have taken it since it was chosen
      if (!kept) continue
      const words = { content: kept.value, feedback: wordsOf(known(one.id).feedback) }
      const scope = { tenant, keyId: one.keyId, conversation: one.conversationId ?? one.id }
      const masked = kept.masking === 'none' ? await masker.mask(words, scope) : kept.map(() => words)
      if (!masked) notMasked += 1
      else if (questionOf(masked.value.content.request) === undefined) noAnswer += 1
      else
        examples.push(
          masked.map(({ content, feedback }) =>
            toExample(one, content, feedback, known(one.id), masked.masking),
          ),
        )
    }
    yield { examples, notMasked, noAnswer }
  }
}

/** The newest of what people said. */
function wordsOf(feedback: readonly Feedback[]): {
  readonly label: string | undefined
  readonly corrected: unknown
} {
  return {
    label: feedback.findLast(({ label }) => label !== undefined)?.label,
    corrected: feedback.findLast(({ correctedOutput }) => correctedOutput !== undefined)?.correctedOutput,
  }
}

function toExample(
  one: Collectable,
  content: InferenceContent,
  words: ReturnType<typeof wordsOf>,
  { feedback, scores, review }: Known,
  masking: string,
): Example {
  const answer = answerOf(content.response)
  const expected = words.corrected ?? review?.edited
  return {
    id: one.id,
    input: questionOf(content.request),
    output: answer ?? null,
    expected:
      expected === undefined ? null : typeof expected === 'string' ? expected : JSON.stringify(expected),
    label: words.label ?? null,
    feedback_score: newestScore(feedback) ?? null,
    scores:
      scores.length > 0
        ? Object.fromEntries(
            scores.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
          )
        : null,
    review: review?.state ?? null,
    service: one.service,
    release: one.release ?? null,
    conversation: one.conversationId ?? null,
    at: one.startedAt.toISOString(),
    masking,
  }
}

function matches(filter: CollectionFilter, { feedback, scores, review }: Known): boolean {
  if (filter.from === 'feedback' && feedback.length === 0) return false
  if (filter.from === 'reviews' && !review) return false
  if (filter.review !== undefined && review?.state !== filter.review) return false
  if (filter.feedback) {
    const { least, most, label, corrected } = filter.feedback
    if (!isWithin(newestScore(feedback), least, most)) return false
    if (label !== undefined && !feedback.some(said => said.label === label)) return false
    if (corrected !== undefined && corrected !== feedback.some(said => said.correctedOutput !== undefined))
      return false
  }
  if (!filter.score) return true
  const { judge, least, most } = filter.score
  return isWithin(scores.find(({ name }) => name === judge)?.value, least ?? 0, most)
}

function newestScore(feedback: readonly Feedback[]): number | undefined {
  return feedback.findLast(({ score }) => score !== undefined)?.score
}

function isWithin(value: number | undefined, least: number | undefined, most: number | undefined): boolean {
  if (least === undefined && most === undefined) return true
  return value !== undefined && value >= (least ?? 0) && value <= (most ?? 1)
}

function unfitness({ operation, content }: Collectable): LeftOutReason | undefined {
  if (!asked.has(operation)) return 'no_conversation'
  if (!content) return 'content_not_kept'
  return content.isTruncated ? 'content_cut' : undefined
}

function stratumValue(column: string, one: Collectable, { feedback, review }: Known): string {
  switch (column) {
    case 'service':
      return one.service
    case 'release':
      return one.release ?? '–'
    case 'outcome':
      return one.outcome
    case 'label':
      return wordsOf(feedback).label ?? '–'
    default:
      return review?.state ?? '–'
  }
}

async function findKnown(database: Database, page: readonly Collectable[]): Promise<(id: string) => Known> {
  const ids = page.map(({ id }) => id)
  const [feedback, scores, reviews] = [
    await listFeedbackOfMany(database, ids),
    await listScoresOfMany(database, ids),
    await listAnswerDecisionsOfMany(database, ids),
  ]
  return id => ({ feedback: feedback.get(id) ?? [], scores: scores.get(id) ?? [], review: reviews.get(id) })
}
