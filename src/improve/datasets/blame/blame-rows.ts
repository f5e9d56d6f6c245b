import { Failure } from '../../../foundation/platform/index.ts'
import type { Row, RowKey } from '../dataset.ts'
import type { ResolvedVersion } from '../datasets.ts'
import type { DatasetsContext } from '../datasets-context.ts'
import { createPlaceFinder } from './find-places.ts'
import { openHistory, type PastVersion } from './history.ts'
import {
  type CellOrigin,
  type Origins,
  type Removal,
  traceCells,
  type TraceContext,
  traceRemoval,
} from './trace-cells.ts'

export interface BlameOptions {
  readonly version: ResolvedVersion
  readonly keys: readonly RowKey[]
  /** All by default. */
  readonly columns?: readonly string[] | undefined
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

export interface BlamedRow {
  readonly key: RowKey
  /** `unknown`: no version before has it; where the time was up, none as far as they were followed. */
  readonly state: 'present' | 'removed' | 'unknown'
  readonly row: Row | undefined
  readonly cells: readonly CellOrigin[]
  readonly removal: Removal | undefined
}

export interface Blame {
  readonly columns: readonly string[]
  readonly rows: readonly BlamedRow[]
  /** Where the time was up before all was found: the number of the version that was looked at last. */
  readonly followedTo: number | undefined
}

/** Versions that are read at once at most, where many have to be. */
const mostAhead = 64
const mostBytes = 16 * 1024 * 1024

/**
 * Who gave rows what they hold: for each cell the version that gave it its value, for a row that is gone the version that removed it. What
 * is read follows how often the rows were changed or moved, not how many versions and rows there are.
 */
export async function blameRows(context: DatasetsContext, options: BlameOptions): Promise<Blame> {
  const { version: resolved, keys, timeoutMs } = options
  const { id, manifest } = resolved.version
  const { tenant } = manifest
  const columns = options.columns ?? manifest.schema.columns.map(({ name }) => name)
  refuseStrangers(resolved, columns)
  const limit = AbortSignal.timeout(timeoutMs)
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit
  const history = openHistory(context.database, tenant)
  const finder = createPlaceFinder({ context, tenant, key: manifest.schema.key, keys, columns, signal })
  let lookedAt: PastVersion | undefined
  const trace: TraceContext = {
    history,
    finder,
    look: lookAhead(history, async versions => await finder.prepare(versions)),
    onVersion: version => {
      signal.throwIfAborted()
      lookedAt = version
    },
  }
  const origins: Origins = new Map()
  const removals = new Map<RowKey, Removal>()
  const head = await history.get(id)
  await finder.prepare([head], true)
  const there = new Map(keys.flatMap(key => [[key, finder.placeOf(head, key)] as const]))
  refuseTooMuch([...there.values()].map(place => place?.row))
  let followedTo: number | undefined
  try {
    const present = new Map(
      [...there].flatMap(([key, place]) => (place ? [[key, { place, columns }] as const] : [])),
    )
    if (present.size > 0) await traceCells(trace, head, present, origins)
    for (const [key, place] of there) {
      if (place) continue
      const removal = await traceRemoval(trace, head, key)
      if (removal) removals.set(key, removal)
    }
  } catch (error) {
    if (!limit.aborted || options.signal?.aborted) throw error
    followedTo = lookedAt?.number ?? head.number
  }
  return {
    columns,
    followedTo,
    rows: keys.map(key => {
      const place = there.get(key)
      const removal = removals.get(key)
      return {
        key,
        state: place ? 'present' : removal ? 'removed' : 'unknown',
        row: place?.row && pick(place.row, columns),
        cells: place
          ? columns.map(column => {
              const origin = origins.get(key)?.get(column)
              return { column, version: origin?.version, kind: origin?.kind }
            })
          : [],
        removal,
      }
    }),
  }
}

/** Where one version has to be read, those before it are likely to be next: twice as many each time. */
function lookAhead(
  history: TraceContext['history'],
  prepare: (versions: readonly PastVersion[]) => Promise<void>,
): TraceContext['look'] {
  const prepared = new Set<string>()
  let ahead = 1
  return async versions => {
    const missing = versions.filter(({ id }) => !prepared.has(id))
    if (missing.length === 0) return
    const lines = await Promise.all(missing.map(async ({ id }) => await history.line(id, ahead)))
    ahead = Math.min(mostAhead, ahead * 2)
    const all = [...new Map(lines.flat().map(version => [version.id, version])).values()]
    await prepare(all)
    for (const { id } of all) prepared.add(id)
  }
}

function pick(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(columns.map(name => [name, row[name] ?? null]))
}

function refuseStrangers({ dataset, version }: ResolvedVersion, columns: readonly string[]): void {
  const known = new Set(version.manifest.schema.columns.map(({ name }) => name))
  const stranger = columns.find(name => !known.has(name))
  if (stranger === undefined) return
  throw new Failure(
    'invalid_request',
    `Version ${version.number} of \`${dataset.name}\` has no column \`${stranger.slice(0, 60)}\`. It has: ${[...known].join(', ') || 'none'}.`,
    { details: { parameter: 'columns' } },
  )
}

function refuseTooMuch(rows: readonly (Row | undefined)[]): void {
  const bytes = rows.reduce((sum, row) => sum + (row ? JSON.stringify(row).length : 0), 0)
  if (bytes <= mostBytes) return
  throw new Failure(
    'invalid_request',
    'These rows hold more than 16 MiB. Ask for fewer of them, or for single columns.',
    { details: { parameter: 'keys' } },
  )
}
