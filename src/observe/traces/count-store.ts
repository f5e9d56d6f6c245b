import type { Queryable } from '../../foundation/platform/index.ts'
import { leastIdAt } from './day.ts'

export interface AnsweredCount {
  readonly count: number
  /** `false`: only the newest were looked at, so there may be more. */
  readonly isExact: boolean
}

/** How many inferences of a service a release answered from one target in a stretch of time. Looks at `most` of the service at most. */
export async function countAnswered(
  queryable: Queryable,
  filter: {
    readonly tenant: string | undefined
    readonly service: string
    readonly release: string
    /** `engine:support`. */
    readonly target: string
    readonly from: Date
    readonly until: Date | undefined
  },
  most: number,
): Promise<AnsweredCount> {
  const [row] = await queryable.query<{ answered: number; seen: number }>(
    `select count(*) filter (where release = $4 and target = $5 and ($6::text is null or tenant = $6)) as answered, count(*) as seen
     from (select release, target, tenant from inferences
       where service = $1 and not is_shadow and id >= $2::uuid and ($3::uuid is null or id < $3::uuid) order by id desc limit $7) as newest`,
    [
      filter.service,
      leastIdAt(filter.from.getTime()),
      filter.until === undefined ? null : leastIdAt(filter.until.getTime()),
      filter.release,
      filter.target,
      filter.tenant ?? null,
      most,
    ],
  )
  return { count: row?.answered ?? 0, isExact: (row?.seen ?? 0) < most }
}
