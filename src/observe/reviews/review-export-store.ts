import type { Queryable } from '../../foundation/platform/index.ts'
import type { ContentText, ReviewText } from './review.ts'
import type { ReviewState } from './review-machine.ts'

export interface ExportRow {
  readonly id: string
  readonly tenant: string
  readonly service: string
  readonly inference_id: string
  readonly side: 'input' | 'output'
  readonly state: ReviewState
  readonly policy: string
  readonly policy_hash: string
  readonly context: readonly ReviewText[]
  readonly decided_at: Date
  readonly versions: readonly { readonly version: number; readonly view: readonly ContentText[] }[]
  readonly votes: readonly {
    readonly reviewer: string
    readonly version: number
    readonly verdict: string
    readonly rationale: string
    readonly seconds: number
  }[]
}

/** What people have decided, oldest first, with all that was said of it. Items with a known answer are left out. */
export async function listForExport(
  queryable: Queryable,
  filter: {
    readonly tenant: string | undefined
    readonly service: string | undefined
    readonly since: Date
  },
  after: { readonly decidedAt: Date; readonly id: string } | undefined,
  limit: number,
): Promise<ExportRow[]> {
  return await queryable.query<ExportRow>(
    `SELECT id, tenant, service, inference_id, side, state, policy, policy_hash, context, decided_at,
       (SELECT jsonb_agg(jsonb_build_object('version', v.version, 'view', v.view) ORDER BY v.version)
         FROM review_versions AS v WHERE v.review_id = r.id) AS versions,
       coalesce((SELECT jsonb_agg(jsonb_build_object('reviewer', w.reviewer, 'version', w.version,
           'verdict', w.verdict, 'rationale', w.rationale, 'seconds', w.seconds) ORDER BY w.created_at)
         FROM review_votes AS w WHERE w.review_id = r.id), '[]'::jsonb) AS votes
     FROM reviews AS r WHERE state IN ('approved', 'edited', 'rejected') AND known_answer_id IS NULL
       AND ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR service = $2) AND decided_at >= $3
       AND ($4::timestamptz IS NULL OR (decided_at, id) > ($4, $5::uuid))
     ORDER BY decided_at, id LIMIT $6`,
    [
      filter.tenant ?? null,
      filter.service ?? null,
      filter.since,
      after?.decidedAt ?? null,
      after?.id ?? null,
      limit,
    ],
  )
}
