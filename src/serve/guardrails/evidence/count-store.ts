import type { Queryable } from '../../../foundation/platform/index.ts'

/** What one check said of one kind of text, over an hour. */
export interface CountRow {
  readonly hour: string
  readonly tenant: string
  readonly service: string
  readonly policy_hash: string
  readonly guard: string
  readonly guard_hash: string
  readonly check_name: string
  readonly stage: string
  readonly mode: string
  readonly action: string
  readonly outcome: string
  readonly inferences: number
  readonly findings: number
  readonly scanned_texts: number
  readonly scanned_chars: number
  readonly duration_us: number
}

const keys = [
  'tenant',
  'service',
  'policy_hash',
  'guard',
  'guard_hash',
  'check_name',
  'stage',
  'mode',
  'action',
  'outcome',
] as const
const counters = ['inferences', 'findings', 'scanned_texts', 'scanned_chars', 'duration_us'] as const
const columns = ['hour', ...keys, ...counters].join(', ')
const types = [
  'hour timestamptz',
  ...keys.map(name => `${name} text`),
  ...counters.map(name => `${name} bigint`),
].join(', ')

/** Adds to this writer's own rows. */
export async function addCounts(
  transaction: Queryable,
  writer: string,
  rows: readonly CountRow[],
): Promise<void> {
  if (rows.length === 0) return
  await transaction.query(
    `insert into guardrail_counts (writer, ${columns})
     select $1, ${columns} from json_to_recordset($2::json) as batch (${types})
     on conflict (hour, ${keys.join(', ')}, writer) do update set
       ${counters.map(name => `${name} = guardrail_counts.${name} + excluded.${name}`).join(', ')}`,
    [writer, JSON.stringify(rows)],
  )
}

export interface CountFilter {
  readonly tenant?: string | undefined
  readonly guardHash?: string | undefined
  readonly mode?: string | undefined
  readonly since: Date
  readonly until?: Date | undefined
}

export type SummedCount = Omit<CountRow, 'hour' | 'tenant'>

/** What was said since then, all hours, tenants and processes together. */
export async function sumCounts(queryable: Queryable, filter: CountFilter): Promise<SummedCount[]> {
  const grouped = keys.filter(name => name !== 'tenant').join(', ')
  const rows = await queryable.query<Record<string, string | number>>(
    `select ${grouped}, ${counters.map(name => `sum(${name})::float8 as ${name}`).join(', ')}
     from guardrail_counts
     where hour >= $1 and ($2::timestamptz is null or hour < $2)
       and ($3::text is null or tenant = $3) and ($4::text is null or guard_hash = $4)
       and ($5::text is null or mode = $5)
     group by ${grouped} order by ${grouped}`,
    [
      filter.since,
      filter.until ?? null,
      filter.tenant ?? null,
      filter.guardHash ?? null,
      filter.mode ?? null,
    ],
  )
  return rows as unknown as SummedCount[]
}

/** Since when a check has been counted as it stands. */
export async function firstCounted(queryable: Queryable, guardHash: string): Promise<Date | undefined> {
  const [row] = await queryable.query<{ hour: Date | null }>(
    'select min(hour) as hour from guardrail_counts where guard_hash = $1',
    [guardHash],
  )
  return row?.hour ?? undefined
}
