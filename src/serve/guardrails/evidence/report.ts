import { createHash } from 'node:crypto'
import { type ConfigSnapshot, guardHash, policyHash } from '../../../foundation/config/index.ts'
import { canonicalJson, type Database, Failure } from '../../../foundation/platform/index.ts'
import { proportionUpperBound } from '../../../foundation/statistics/index.ts'
import { firstCounted, type SummedCount, sumCounts } from './count-store.ts'
import type { StoredReport } from './report-store.ts'

/** What a check of a policy said while nothing followed from it, and what would have. */
export interface ReportContent {
  readonly policy: string
  readonly guard: string
  readonly guard_hash: string
  readonly check: string
  readonly action: string
  readonly threshold: number
  readonly since: string
  readonly until: string
  /** Pairs of an inference and a stage that it looked at. */
  readonly looked: number
  readonly would_have_acted: number
  /** Of what it looked at, and what it is at most, 95 % sure however often somebody looks. */
  readonly share: number
  readonly share_upper: number
  readonly findings: number
  readonly errors: number
  readonly timeouts: number
  readonly scanned_texts: number
  readonly scanned_chars: number
  readonly mean_ms: number
  readonly by: readonly {
    readonly service: string
    readonly stage: string
    readonly outcome: string
    readonly inferences: number
    readonly findings: number
  }[]
}

/**
 * Writes down what a check would have done since it is as it is now. The report's hash names its content: what somebody
 * has read is what is referred to.
 */
export async function makeReport(
  database: Database,
  snapshot: ConfigSnapshot,
  asked: { readonly policy: string; readonly guard: string; readonly since?: Date | undefined },
  now: Date,
  by: string,
): Promise<StoredReport> {
  const policy = snapshot.config.policies[asked.policy]
  if (!policy) throw new Failure('not_found', `There is no policy ${asked.policy}.`)
  const entry = policy.checks.find(({ name, check }) => (name ?? check) === asked.guard)
  if (!entry) throw new Failure('not_found', `The policy ${asked.policy} has no check ${asked.guard}.`)
  const hash = guardHash(asked.policy, entry)
  const since = asked.since ?? (await firstCounted(database, hash)) ?? now
  const counts = await sumCounts(database, { guardHash: hash, mode: 'shadow', since, until: now })
  const sum = (of: (count: SummedCount) => number): number =>
    counts.reduce((total, count) => total + of(count), 0)
  const looked = sum(({ inferences }) => inferences)
  if (looked === 0) {
    throw new Failure(
      'conflict',
      `The check ${asked.guard} of ${asked.policy} has not looked at anything in shadow as it stands now. Set \`mode: shadow\`, let requests pass, and ask again.`,
    )
  }
  const counted = (outcome: string): number =>
    sum(count => (count.outcome === outcome ? count.inferences : 0))
  const acted = looked - counted('pass') - counted('error') - counted('timeout')
  const content: ReportContent = {
    policy: asked.policy,
    guard: asked.guard,
    guard_hash: hash,
    check: entry.check,
    action: entry.action,
    threshold: entry.threshold,
    since: since.toISOString(),
    until: now.toISOString(),
    looked,
    would_have_acted: acted,
    share: acted / looked,
    share_upper: proportionUpperBound(acted, looked, 0.95),
    findings: sum(({ findings }) => findings),
    errors: counted('error'),
    timeouts: counted('timeout'),
    scanned_texts: sum(({ scanned_texts: texts }) => texts),
    scanned_chars: sum(({ scanned_chars: chars }) => chars),
    mean_ms: sum(({ duration_us: micros }) => micros) / 1_000 / looked,
    by: counts.map(({ service, stage, outcome, inferences, findings }) => ({
      service,
      stage,
      outcome,
      inferences,
      findings,
    })),
  }
  return {
    hash: createHash('sha256').update(canonicalJson(content)).digest('hex').slice(0, 16),
    policy: asked.policy,
    guard: asked.guard,
    guardHash: hash,
    content: { ...content },
    createdAt: now,
    createdBy: by,
  }
}

/** What the policies of a configuration are, by their hashes. */
export function policiesOf({ config }: ConfigSnapshot): { hash: string; name: string; content: unknown }[] {
  return Object.entries(config.policies).map(([name, content]) => ({
    hash: policyHash(name, content),
    name,
    content,
  }))
}
