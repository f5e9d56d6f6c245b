import { z } from 'zod'
import { type Agreement, cohenKappa, fleissKappa } from '../../foundation/statistics/index.ts'
import type { ReviewVerdict } from './review.ts'
import { countPending } from './review-store.ts'
import {
  countDecided,
  decisionSeconds,
  loadByReviewer,
  votesOnKnown,
  votesOnShared,
} from './review-stats-store.ts'
import type { ReviewsContext } from './reviews-context.ts'

const agreement = z
  .object({
    kappa: z.number(),
    items: z.int(),
    observed: z.number(),
    expected: z.number(),
  })
  .nullable()

const seconds = z.number().nullable()

export const reviewStatsSchema = z
  .object({
    days: z.int(),
    pending: z.int(),
    overdue: z.int().describe('Pending and past their due time.'),
    oldest_seconds: seconds.describe('How long the oldest pending item has waited.'),
    backlog: z.array(
      z.object({
        service: z.string(),
        priority: z.string(),
        count: z.int(),
        overdue: z.int(),
        oldest_at: z.iso.datetime(),
      }),
    ),
    decided: z.object({
      approved: z.int(),
      edited: z.int(),
      rejected: z.int(),
      expired: z.int(),
    }),
    decision_seconds: z
      .object({ p50: seconds, p95: seconds, count: z.int() })
      .describe(
        'From when something was given to people until it was decided; what expired is not among it.',
      ),
    agreement: z.object({
      shared: agreement.describe(
        'Fleiss’ κ over items that two or more people have judged. One no ends an item, so items that the first reviewer rejected are not among them.',
      ),
      known: agreement.describe('Fleiss’ κ among reviewers over items whose answer is known.'),
      truth: z
        .object({ kappa: z.number(), items: z.int(), standard_error: z.number() })
        .nullable()
        .describe('Cohen’s κ between what reviewers said and what is known to be right.'),
    }),
    reviewers: z.array(
      z.object({
        reviewer: z.string(),
        name: z.string(),
        approved: z.int(),
        edited: z.int(),
        rejected: z.int(),
        p50_seconds: z.number(),
        p95_seconds: z.number(),
        unmasked: z.int(),
        known_given: z.int(),
        known_right: z.int(),
      }),
    ),
  })
  .meta({ id: 'ReviewStats' })

const verdicts: readonly ReviewVerdict[] = ['approve', 'edit', 'reject']
const dayMs = 86_400_000

export async function readReviewStats(
  { database, now }: ReviewsContext,
  asked: { readonly tenant: string | undefined; readonly days: number },
  nameOf: (keyId: string) => string,
): Promise<z.output<typeof reviewStatsSchema>> {
  const window = { tenant: asked.tenant, since: new Date(now() - asked.days * dayMs) }
  const [backlog, decided, times, reviewers, shared, known] = await Promise.all([
    countPending(database, asked.tenant),
    countDecided(database, window),
    decisionSeconds(database, window),
    loadByReviewer(database, window),
    votesOnShared(database, window),
    votesOnKnown(database, window),
  ])
  const oldest = backlog.map(row => row.oldest.getTime())
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)
  const ended = (state: string): number => decided.find(row => row.state === state)?.count ?? 0
  const truth = cohenKappa(
    verdicts.map(expected =>
      verdicts.map(verdict =>
        sum(known.filter(row => row.expected === expected && row.verdict === verdict).map(row => row.count)),
      ),
    ),
  )
  return {
    days: asked.days,
    pending: sum(backlog.map(({ count }) => count)),
    overdue: sum(backlog.map(({ overdue }) => overdue)),
    oldest_seconds: oldest.length === 0 ? null : (now() - Math.min(...oldest)) / 1_000,
    backlog: backlog.map(({ oldest: oldestAt, ...row }) => ({ ...row, oldest_at: oldestAt.toISOString() })),
    decided: {
      approved: ended('approved'),
      edited: ended('edited'),
      rejected: ended('rejected'),
      expired: ended('expired'),
    },
    decision_seconds: times,
    agreement: {
      shared: agreementOf(shared),
      known: agreementOf(known),
      truth: truth ? { kappa: truth.kappa, items: truth.items, standard_error: truth.standardError } : null,
    },
    reviewers: reviewers.map(row => ({ ...row, name: nameOf(row.reviewer) })),
  }
}

function agreementOf(
  votes: readonly { readonly item: string; readonly verdict: ReviewVerdict; readonly count: number }[],
): Agreement | null {
  const byItem = Map.groupBy(votes, ({ item }) => item)
  const counts = [...byItem.values()].map(rows =>
    verdicts.map(verdict =>
      rows.filter(row => row.verdict === verdict).reduce((total, row) => total + row.count, 0),
    ),
  )
  return fleissKappa(counts) ?? null
}
