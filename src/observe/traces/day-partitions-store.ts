import type { Database, Queryable } from '../../foundation/platform/index.ts'
import { addDays, leastIdAt, startOfDayMs } from './day.ts'

interface PartitionedTable {
  readonly name: string
  /** The bounds of a day, as literals of the partition key. */
  readonly boundAt: (timeMs: number) => string
}

const byTime = (timeMs: number): string => new Date(timeMs).toISOString()

const inferenceTables: readonly PartitionedTable[] = [
  { name: 'inferences', boundAt: leastIdAt },
  { name: 'inference_contents', boundAt: leastIdAt },
  { name: 'inference_feedback', boundAt: leastIdAt },
  { name: 'inference_scores', boundAt: leastIdAt },
]
/** Of applications; as long as the inferences that they stand beside. */
const spanTable: PartitionedTable = { name: 'spans', boundAt: byTime }
const rollupTable: PartitionedTable = { name: 'inference_rollups', boundAt: byTime }
const tables = [...inferenceTables, spanTable, rollupTable]

/** One advisory lock for all that makes or drops partitions, so that replicas do it one after the other. */
const lockNumber = 7_411_203

/** Makes the partitions of those days where they are missing. Writers of other days are not held up. */
export async function createDayPartitions(database: Database, days: readonly string[]): Promise<void> {
  await database.transaction(async transaction => {
    await transaction.query('select pg_advisory_xact_lock($1)', [lockNumber])
    for (const day of days) {
      for (const table of tables) await createPartition(transaction, table, day)
    }
  })
}

async function createPartition(transaction: Queryable, table: PartitionedTable, day: string): Promise<void> {
  const partition = partitionName(table, day)
  const [found] = await transaction.query('select 1 from pg_class where oid = to_regclass($1)', [partition])
  if (found) return
  const from = table.boundAt(startOfDayMs(day))
  const to = table.boundAt(startOfDayMs(addDays(day, 1)))
  // Attaching an empty table takes a weaker lock on the parent than `create table … partition of` does.
  await transaction.query(
    `create table ${partition} (like ${table.name} including defaults including constraints)`,
  )
  // Rollup rows are rewritten five times a second: room in the page keeps those updates out of the index.
  if (table === rollupTable) await transaction.query(`alter table ${partition} set (fillfactor = 50)`)
  await transaction.query(
    `alter table ${table.name} attach partition ${partition} for values from ('${from}') to ('${to}')`,
  )
}

/**
 * Drops the partitions of days before `firstDay`; rollups live until `firstRollupDay`. Returns the names of
 * those that are gone. Gives up after 5 s where a long query holds a partition: the next run tries again.
 */
export async function dropDayPartitions(
  database: Database,
  firstDay: string,
  firstRollupDay: string,
): Promise<string[]> {
  const dropped: string[] = []
  for (const table of tables) {
    const oldest = partitionName(table, table === rollupTable ? firstRollupDay : firstDay)
    const partitions = await database.query<{ name: string }>(
      `select child.relname as name from pg_inherits
       join pg_class child on child.oid = inhrelid
       where inhparent = to_regclass($1) and child.relname < $2 collate "C" order by 1`,
      [table.name, oldest],
    )
    for (const { name } of partitions) {
      await database.transaction(async transaction => {
        await transaction.query(`set local lock_timeout = '5s'`)
        await transaction.query('select pg_advisory_xact_lock($1)', [lockNumber])
        await transaction.query(`drop table if exists ${name}`)
      })
      dropped.push(name)
    }
  }
  return dropped
}

/** Built from a table of ours and a checked date, so it is safe within SQL. */
function partitionName(table: PartitionedTable, day: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new RangeError(`"${day}" is not a day.`)
  return `${table.name}_${day.replaceAll('-', '')}`
}
