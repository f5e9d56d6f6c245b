import { Failure } from '../../foundation/platform/index.ts'
import type { Datasets } from './datasets.ts'
import type { DatasetsContext } from './datasets-context.ts'
import type { QueryResult } from './worker/query-versions.ts'

export interface QueryOptions {
  readonly tenant: string
  readonly sql: string
  readonly mostRows: number
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

const mostTables = 16
const mostBytes = 16 * 1024 * 1024

/** A query over versions by their references, each a table: `select … from "support@12"`. */
export async function queryDatasets(
  context: DatasetsContext,
  datasets: Pick<Datasets, 'resolve' | 'withFiles'>,
  { tenant, sql, mostRows, timeoutMs, signal }: QueryOptions,
): Promise<
  QueryResult & {
    readonly versions: readonly { readonly name: string; readonly id: string; readonly number: number }[]
  }
> {
  const limit = AbortSignal.timeout(timeoutMs)
  const stop = signal ? AbortSignal.any([signal, limit]) : limit
  try {
    const names = await context.runTask('read-query-tables', { sql }, { weight: 'light', signal: stop })
    if (names.length > mostTables)
      throw new Failure(
        'invalid_request',
        `A query may name ${mostTables} versions; this one names ${names.length}.`,
      )
    const versions = await Promise.all(names.map(async name => await datasets.resolve(tenant, name)))
    const result = await datasets.withFiles(
      versions,
      async files =>
        await context.runTask(
          'query-versions',
          {
            sql,
            tables: files.map((one, index) => {
              const { split, definition } = versions[index] ?? { split: undefined, definition: undefined }
              const splits = definition?.splits
              return {
                name: names[index] ?? '',
                files: one,
                splits,
                split: split !== undefined && splits ? { name: split, splits } : undefined,
              }
            }),
            mostRows,
            mostBytes,
          },
          { weight: 'light', signal: stop },
        ),
      stop,
    )
    return {
      ...result,
      versions: versions.map(({ version }, index) => ({
        name: names[index] ?? '',
        id: version.id,
        number: version.number,
      })),
    }
  } catch (error) {
    if (!limit.aborted || signal?.aborted) throw error
    throw new Failure(
      'invalid_request',
      `The query took longer than ${timeoutMs / 1000} seconds and was stopped. Ask for less, or raise \`datasets.queryTimeoutSeconds\`.`,
      { details: { parameter: 'sql' } },
    )
  }
}
