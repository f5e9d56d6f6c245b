import { setImmediate as breathe } from 'node:timers/promises'
import type { Queryable } from '../../../foundation/platform/index.ts'
import { listScoresOfMany } from '../../../observe/scores/index.ts'
import { listArmOutcomes, meanFeedbackOfMany, type RolloutStepFilter } from '../../../observe/traces/index.ts'
import { evidenceSince, isNarrowed, type Rollout } from '../rollout.ts'
import { armOf, createStepJudge } from './judge-step.ts'
import type { SaidOf } from './measures.ts'
import type { StepJudgement } from './verdict.ts'

const pageSize = 2_000
/** Bounds the work of one look; a step that has so many requests and is undecided stays so. */
const mostRequests = 400_000

/** Judges a step from what is recorded of it; nothing of it is kept in a process. */
export async function measureStep(
  database: Queryable,
  rollout: Rollout,
  options: { readonly now: Date; readonly signal: AbortSignal },
): Promise<StepJudgement> {
  const judge = createStepJudge(rollout)
  const filter = evidenceOf(rollout)
  let after: string | undefined
  for (let seen = 0; seen < mostRequests; seen += pageSize) {
    options.signal.throwIfAborted()
    const page = await listArmOutcomes(database, filter, after, pageSize)
    const said = await readSaid(
      database,
      rollout,
      page.map(outcome => outcome.id),
    )
    for (const outcome of page) judge.observe(outcome, said)
    after = page.at(-1)?.id
    if (page.length < pageSize) break
    // a page takes some milliseconds: requests go between
    await breathe()
  }
  return judge.judge(options.now)
}

/** The requests that a verdict rests on. */
export function evidenceOf(rollout: Rollout): RolloutStepFilter {
  const { service, id, step, baseline, arms } = rollout
  const since = evidenceSince(rollout)
  if (!isNarrowed(rollout)) return { service, rollout: id, step, since }
  return { service, rollout: id, arms: [baseline, ...arms].map(release => armOf(rollout, release)), since }
}

async function readSaid(database: Queryable, { plan }: Rollout, ids: readonly string[]): Promise<SaidOf> {
  const judges = plan.metrics.flatMap(({ use, judge }) =>
    use === 'score' && judge !== undefined ? [judge] : [],
  )
  const wantsFeedback = plan.metrics.some(({ use }) => use === 'feedback')
  const [feedback, found] = await Promise.all([
    wantsFeedback ? meanFeedbackOfMany(database, ids) : new Map<string, number>(),
    judges.length > 0 ? listScoresOfMany(database, ids) : new Map<string, never[]>(),
  ])
  const scores = new Map(judges.map(judge => [judge, new Map<string, number>()]))
  for (const [id, values] of found)
    // of a judge that was changed on the way, what it says now
    for (const { name, value } of values) if (value !== undefined) scores.get(name)?.set(id, value)
  return { feedback, scores }
}
