import type { RowKey } from '../dataset.ts'
import type { Place, PlaceFinder } from './find-places.ts'
import type { History, PastVersion } from './history.ts'

/** What gave a cell the value that it has. */
export interface CellOrigin {
  readonly column: string
  /** `undefined` where it was not followed so far back. */
  readonly version: PastVersion | undefined
  /** Whether the row came with it, or the cell was changed. */
  readonly kind: 'added' | 'changed' | undefined
}

export interface TraceContext {
  readonly history: History
  readonly finder: PlaceFinder
  /** Prepares a version that has to be read, with some of those before it: more each time. */
  readonly look: (versions: readonly PastVersion[]) => Promise<void>
  /** Told of each version that is looked at, before. */
  readonly onVersion: (version: PastVersion) => void
}

interface Wanted {
  readonly place: Place
  readonly columns: readonly string[]
}

export type Origins = Map<RowKey, Map<string, { version: PastVersion; kind: 'added' | 'changed' }>>

/**
 * Follows cells back to the version that gave them their values, the newest version first, into `origins`. A cell goes on to the first parent
 * that has the same value in the row of the same key; where none has, the version itself gave it. A row of a segment that the first
 * parent has too is the same row (what a version has removed, none that follows on it has), so nothing is read for it.
 */
export async function traceCells(
  { history, finder, look, onVersion }: TraceContext,
  head: PastVersion,
  rows: ReadonlyMap<RowKey, Wanted>,
  origins: Origins,
): Promise<void> {
  const pending = new Map<PastVersion['id'], { number: number; rows: Map<RowKey, Wanted> }>()
  pending.set(head.id, { number: head.number, rows: new Map(rows) })
  for (;;) {
    const [id, here] = [...pending].sort(([, a], [, b]) => b.number - a.number)[0] ?? []
    if (id === undefined || !here) return
    const version = await history.get(id)
    onVersion(version)
    const parents = await Promise.all(version.parents.map(async parent => await history.get(parent)))
    const [first] = parents
    const isShared = ({ place }: Wanted): boolean =>
      first !== undefined && finder.canName(first) && first.segments.has(place.object)
    if ([...here.rows.values()].some(row => !isShared(row))) await look(parents)
    pending.delete(id)
    for (const [key, wanted] of here.rows) {
      let left = wanted.columns
      let isThere = false
      for (const parent of parents) {
        const place = parent === first && isShared(wanted) ? wanted.place : finder.placeOf(parent, key)
        if (!place) continue
        isThere = true
        const hashOf = (column: string): string | null =>
          parent.columns.has(column) ? (place.hashes.get(column) ?? null) : null
        const same = left.filter(column => hashOf(column) === (wanted.place.hashes.get(column) ?? null))
        if (same.length > 0) follow(parent, key, { place, columns: same })
        left = left.filter(column => !same.includes(column))
      }
      const kind = isThere ? 'changed' : 'added'
      for (const column of left) giveOrigin(key, column, { version, kind })
    }
  }

  function follow(parent: PastVersion, key: RowKey, { place, columns }: Wanted): void {
    const there = pending.get(parent.id) ?? { number: parent.number, rows: new Map<RowKey, Wanted>() }
    pending.set(parent.id, there)
    // two children may lead to the same row
    const before = there.rows.get(key)
    there.rows.set(key, { place, columns: [...new Set([...(before?.columns ?? []), ...columns])] })
  }

  function giveOrigin(
    key: RowKey,
    column: string,
    origin: { version: PastVersion; kind: 'added' | 'changed' },
  ): void {
    const cells = origins.get(key) ?? new Map<string, { version: PastVersion; kind: 'added' | 'changed' }>()
    origins.set(key, cells)
    if (!cells.has(column)) cells.set(column, origin)
  }
}

export interface Removal {
  /** That no longer has the row. */
  readonly version: PastVersion
  /** That still had it, and that it was made of. */
  readonly last: PastVersion
}

/**
 * Which version removed a row that `head` has not; `undefined` where none before it ever had it. Goes along the parents that lack the row
 * too, the first before the second, and only where none of those lines knows of it is the version itself said to have removed what its other parent had.
 */
export async function traceRemoval(
  { history, finder, look, onVersion }: TraceContext,
  head: PastVersion,
  key: RowKey,
): Promise<Removal | undefined> {
  const seen = new Set<string>()
  const stack: ({ readonly visit: string } | { readonly removal: Removal })[] = [{ visit: head.id }]
  for (let next = stack.pop(); next; next = stack.pop()) {
    if ('removal' in next) return next.removal
    if (seen.has(next.visit)) continue
    seen.add(next.visit)
    const version = await history.get(next.visit)
    onVersion(version)
    const parents = await Promise.all(version.parents.map(async parent => await history.get(parent)))
    await look(parents)
    const [last] = parents.filter(parent => finder.placeOf(parent, key))
    if (last) stack.push({ removal: { version, last } })
    const lacking = parents.filter(parent => !finder.placeOf(parent, key))
    for (const { id } of lacking.reverse()) stack.push({ visit: id })
  }
  return undefined
}
