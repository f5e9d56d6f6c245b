import type { Queryable } from '../../foundation/platform/index.ts'
import { type ContentText, pseudonymOf, type ReviewText } from './review.ts'
import { type ExportRow, listForExport } from './review-export-store.ts'

const rowsAtOnce = 200

/** Decisions as lines of JSON, for data sets: masked, and without the names of those who decided. */
export function exportReviews(
  queryable: Queryable,
  filter: {
    readonly tenant: string | undefined
    readonly service: string | undefined
    readonly since: Date
  },
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let after: { decidedAt: Date; id: string } | undefined
  let isDone = false
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const rows = isDone ? [] : await listForExport(queryable, filter, after, rowsAtOnce)
      const last = rows.at(-1)
      if (!last) return controller.close()
      after = { decidedAt: last.decided_at, id: last.id }
      isDone = rows.length < rowsAtOnce
      controller.enqueue(encoder.encode(rows.map(row => `${JSON.stringify(toLine(row))}\n`).join('')))
      if (isDone) controller.close()
    },
  })
}

function toLine(row: ExportRow): object {
  const original = row.versions[0]?.view ?? []
  const last = row.versions.at(-1)?.view ?? []
  const isAnswer = row.side === 'output'
  const said = (texts: readonly ContentText[]) => messages(texts)
  return {
    id: row.id,
    inference_id: row.inference_id,
    tenant: row.tenant,
    service: row.service,
    policy: row.policy,
    policy_hash: row.policy_hash,
    kind: isAnswer ? 'answer' : 'request',
    prompt: isAnswer ? messages(row.context) : [...messages(row.context), ...said(original)],
    original: said(original),
    edited: row.versions.length > 1 && row.state === 'edited' ? said(last) : null,
    verdict: row.state,
    decided_at: row.decided_at.toISOString(),
    votes: row.votes.map(({ reviewer, ...vote }) => ({ reviewer: pseudonymOf(reviewer), ...vote })),
    rationale: row.votes.at(-1)?.rationale ?? null,
    reviewer: row.votes.at(-1) ? pseudonymOf(row.votes.at(-1)?.reviewer ?? '') : null,
  }
}

function messages(texts: readonly ReviewText[]): object[] {
  return texts.map(({ role, kind, name, text }) => ({
    role,
    ...(kind !== 'text' && { kind }),
    ...(name !== undefined && { name }),
    content: text,
  }))
}
