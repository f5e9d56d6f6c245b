import { createId, Failure } from '../../foundation/platform/index.ts'
import { actorOf } from '../../govern/access/index.ts'
import { lockForAct, machineOf, refusalOf, secondsOf, unknownReview } from './decide-review.ts'
import { maskTexts, Placeholders, withTexts } from './masked-view.ts'
import { countKnownAnswer } from './mix-in-known-answer.ts'
import { type ContentText, hashOf, type Review } from './review.ts'
import { type ReviewState, takeAct } from './review-machine.ts'
import {
  announce,
  findReview,
  findSealed,
  findSealedVersion,
  insertEvent,
  insertVersion,
  insertVote,
  listVersions,
  moveReview,
  setSealed,
} from './review-store.ts'
import { assertMayReview } from './reviewer.ts'
import type { ReviewCaller, ReviewsContext } from './reviews-context.ts'
import { previewOf, type SealedParts } from './submit-review.ts'

export interface Edit {
  readonly id: string
  readonly contentHash: string
  /** The texts of the view by their index; placeholders in them stand for what they stood for. */
  readonly texts: readonly { readonly index: number; readonly text: string }[]
  readonly rationale: string
}

/** Writes another version. It waits for somebody else to approve it; the one before is kept. */
export async function editReview(context: ReviewsContext, edit: Edit, caller: ReviewCaller): Promise<Review> {
  const { database, audit, sealing, findHidden, now } = context
  const by = caller.principal.keyId
  const at = new Date(now())
  await assertMayReview(context, caller)
  const seen = await findReview(database, edit.id, { tenant: caller.tenant })
  if (!seen) throw unknownReview(edit.id)
  if (seen.contentHash !== edit.contentHash) throw refusalOf('content_changed')
  const { content, view, parts } = await openVersion(context, seen)
  const placeholders = Placeholders.of(parts.placeholders)
  const changes = edit.texts.map(({ index, text }) => {
    const part = view[index]
    if (!part)
      throw new Failure('invalid_request', `This item has no text ${index}.`, {
        details: { parameter: 'texts' },
      })
    const restored = placeholders.restore(text)
    if (restored.unknown.length > 0) {
      const message = `${restored.unknown.join(', ')} stands for nothing in this item. Use the placeholders that are there, or write the text out.`
      throw new Failure('invalid_request', message, { details: { parameter: 'texts' } })
    }
    return { at: part.at, text: restored.text }
  })
  const newContent = withTexts(content, changes)
  const newHash = hashOf(newContent)
  const newView = maskTexts(
    view.map(part => ({
      ...part,
      text: changes.find(change => change.at === part.at)?.text ?? placeholders.restore(part.text).text,
      marks: [],
    })),
    findHidden,
    placeholders,
  )
  const [sealed, sealedParts] = await Promise.all([
    sealing.seal(seen.tenant, [seen.id, String(seen.version + 1)], newContent),
    sealing.seal(seen.tenant, [seen.id], JSON.stringify({ ...parts, placeholders: placeholders.entries() })),
  ])
  const result = await database.transaction(async transaction => {
    const review = await lockForAct(transaction, edit.id, caller, at)
    const hash = edit.contentHash
    const act = { kind: 'edit', by, hash, newHash, atMs: at.getTime() } as const
    const step = takeAct(await machineOf(transaction, review), act)
    if (step.kind === 'refused') throw refusalOf(step.why)
    const { version } = step.to
    // nobody has to approve what no client ever gets
    const state: ReviewState = review.knownAnswerId === undefined ? 'pending' : 'edited'
    const preview = previewOf(newView)
    const to = { state, version, contentHash: newHash, preview, decidedBy: by }
    if (!(await moveReview(transaction, review, to, at))) throw refusalOf('already_decided')
    await insertVersion(transaction, review.id, {
      version,
      contentHash: newHash,
      sealed,
      view: newView,
      editor: by,
      createdAt: at,
    })
    await setSealed(transaction, review.id, sealedParts)
    await insertVote(transaction, review.id, {
      reviewer: by,
      version: review.version,
      contentHash: hash,
      verdict: 'edit',
      rationale: edit.rationale,
      seconds: secondsOf(review, at),
      createdAt: at,
    })
    await insertEvent(transaction, review.id, {
      id: createId(),
      at,
      actor: by,
      kind: 'edited',
      state,
      note: edit.rationale,
    })
    await audit.record(
      {
        actor: actorOf(caller.principal),
        action: 'review:edit',
        subject: `review:${review.id}`,
        tenant: review.tenant,
        requestId: caller.requestId,
        before: { state: review.state, version: review.version, contentHash: hash },
        after: { state, version, contentHash: newHash },
      },
      transaction,
    )
    await announce(transaction, { id: review.id, tenant: review.tenant, state, what: 'edited' })
    return { ...review, state, version, contentHash: newHash, preview }
  })
  if (result.knownAnswerId !== undefined) await countKnownAnswer(context, result.knownAnswerId, 'edit')
  return result
}

/** The content of the version that would be released, and all that is sealed beside it. */
export async function openVersion(
  { database, sealing }: ReviewsContext,
  review: Review,
): Promise<{ content: string; view: readonly ContentText[]; parts: SealedParts }> {
  const [sealed, versions, sealedParts] = await Promise.all([
    findSealedVersion(database, review.id, review.version),
    listVersions(database, review.id),
    findSealed(database, review.id),
  ])
  const version = versions.find(one => one.version === review.version)
  if (!sealed || !version || !sealedParts) throw unknownReview(review.id)
  const [content, parts] = await Promise.all([
    sealing.open(review.tenant, [review.id, String(review.version)], sealed.sealed),
    sealing.open(review.tenant, [review.id], sealedParts),
  ])
  return { content, view: version.view, parts: JSON.parse(parts) as SealedParts }
}
