import type { Column, Row, RowKey } from '../dataset.ts'
import type { DatasetsContext } from '../datasets-context.ts'
import type { PastVersion } from './history.ts'

/** Where a row lies in a version, and what its cells are, as hashes. */
export interface Place {
  readonly object: string
  readonly position: number
  readonly hashes: ReadonlyMap<string, string | null>
  /** Where it was asked for. */
  readonly row: Row | undefined
}

/** Finds rows of versions by key. Each segment is read once, whatever versions have it. */
export interface PlaceFinder {
  /** Reads what `placeOf` needs to know of these versions. */
  prepare(versions: readonly PastVersion[], hasRows?: boolean): Promise<void>
  /** Where a version that was prepared has the row; `undefined` where it has none of that key. */
  placeOf(version: PastVersion, key: RowKey): Place | undefined
  /** Whether the version has all columns of the key, so that its rows can be named by it. */
  canName(version: PastVersion): boolean
}

export interface FindPlacesOptions {
  readonly context: Pick<DatasetsContext, 'cache' | 'runTask'>
  readonly tenant: string
  /** The columns that name rows, in every version. */
  readonly key: readonly string[]
  readonly keys: readonly RowKey[]
  readonly columns: readonly string[]
  readonly signal: AbortSignal
}

export function createPlaceFinder(options: FindPlacesOptions): PlaceFinder {
  const { context, tenant, key, keys, columns, signal } = options
  const wanted = [...new Set([...key, ...columns])]
  /** By how their columns are read, then by key. */
  const placesOf = new Map<string, Map<RowKey, Place[]>>()
  const read = new Set<string>()
  /** By removal vector, the positions that were looked for in it. */
  const removals = new Map<string, Map<number, boolean>>()

  const schemaOf = (version: PastVersion): Column[] => wanted.flatMap(name => version.columns.get(name) ?? [])
  const canName = (version: PastVersion): boolean => key.every(name => version.columns.has(name))
  const formOf = (version: PastVersion): string =>
    schemaOf(version)
      .map(({ name, type }) => `${type} ${name}`)
      .join('\0')

  async function readSegments(versions: readonly PastVersion[], hasRows: boolean): Promise<void> {
    for (const [form, alike] of Map.groupBy(versions.filter(canName), formOf)) {
      const [first] = alike
      const objects = [...new Set(alike.flatMap(({ segments }) => [...segments.keys()]))].filter(
        object => !read.has(`${form}\0${object}`),
      )
      if (!first || objects.length === 0) continue
      const found = await context.cache.hold(
        tenant,
        objects,
        async files =>
          await context.runTask(
            'find-occurrences',
            {
              files: {
                versionId: first.id,
                schema: { columns: schemaOf(first), key },
                rows: 0,
                segments: files.map(file => ({ file, rows: 0 })),
              },
              keys,
              columns,
              hasRows,
            },
            { weight: 'light', signal },
          ),
        signal,
      )
      const places = placesOf.get(form) ?? new Map<RowKey, Place[]>()
      placesOf.set(form, places)
      for (const { key: name, segment, position, hashes, row } of found) {
        const object = objects[segment] ?? ''
        const cells = new Map(columns.map((column, index) => [column, hashes[index] ?? null]))
        places.set(name, [...(places.get(name) ?? []), { object, position, hashes: cells, row }])
      }
      for (const object of objects) read.add(`${form}\0${object}`)
    }
  }

  async function readRemovals(versions: readonly PastVersion[]): Promise<void> {
    const asked = new Map<string, Set<number>>()
    for (const version of versions)
      for (const { object, position } of candidates(version, keys)) {
        const vector = version.segments.get(object)
        if (vector === undefined || removals.get(vector)?.has(position)) continue
        asked.set(vector, (asked.get(vector) ?? new Set()).add(position))
      }
    if (asked.size === 0) return
    const vectors = [...asked.keys()]
    const positions = [...new Set([...asked.values()].flatMap(one => [...one]))]
    const found = await context.cache.hold(
      tenant,
      vectors,
      async files =>
        await context.runTask('find-removed', { vectors: files, positions }, { weight: 'light', signal }),
      signal,
    )
    for (const vector of vectors) {
      const known = removals.get(vector) ?? new Map<number, boolean>()
      for (const position of positions) known.set(position, false)
      removals.set(vector, known)
    }
    for (const [index, position] of found) removals.get(vectors[index] ?? '')?.set(position, true)
  }

  function candidates(version: PastVersion, names: readonly RowKey[]): Place[] {
    const places = canName(version) ? placesOf.get(formOf(version)) : undefined
    return names.flatMap(name =>
      (places?.get(name) ?? []).filter(({ object }) => version.segments.has(object)),
    )
  }

  return {
    canName,
    async prepare(versions, hasRows = false) {
      await readSegments(versions, hasRows)
      await readRemovals(versions)
    },
    placeOf: (version, name) =>
      candidates(version, [name]).find(({ object, position }) => {
        const vector = version.segments.get(object)
        return vector === undefined || removals.get(vector)?.get(position) === false
      }),
  }
}
