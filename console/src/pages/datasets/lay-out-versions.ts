/** A version as far as its place in the graph goes. */
export interface GraphVersion {
  readonly id: string
  readonly parents: readonly string[]
}

export interface PlacedVersion<Version extends GraphVersion> {
  readonly version: Version
  readonly row: number
  /** From the left; the first branch that is given is 0. */
  readonly lane: number
}

export interface GraphEdge {
  readonly from: { readonly row: number; readonly lane: number }
  /** The parent; `undefined` where it lies beyond what is shown. */
  readonly to: { readonly row: number; readonly lane: number } | undefined
}

/**
 * Lays versions out as a graph: one row each in the order given (newest first, children before parents), a lane for each line
 * of descent. The first parent goes on in the lane of its child, so that a branch is a straight line; a merge bends into the
 * lane of its other parent.
 */
export function layOutVersions<Version extends GraphVersion>(
  versions: readonly Version[],
): {
  readonly placed: readonly PlacedVersion<Version>[]
  readonly edges: readonly GraphEdge[]
  readonly lanes: number
} {
  /** Which version each lane waits for. */
  const waiting: (string | undefined)[] = []
  const placed: PlacedVersion<Version>[] = []
  for (const [row, version] of versions.entries()) {
    const expected = waiting.indexOf(version.id)
    const lane = expected === -1 ? freeLane(waiting) : expected
    // other children waited for it in lanes of their own, which end here
    for (const [other, id] of waiting.entries()) if (id === version.id) waiting[other] = undefined
    waiting[lane] = undefined
    placed.push({ version, row, lane })
    for (const [index, parent] of version.parents.entries()) {
      if (index === 0) waiting[lane] = parent
      else if (!waiting.includes(parent)) waiting[freeLane(waiting)] = parent
    }
  }
  const places = new Map(placed.map(({ version, row, lane }) => [version.id, { row, lane }]))
  const edges = placed.flatMap(({ version, row, lane }) =>
    version.parents.map(parent => ({ from: { row, lane }, to: places.get(parent) })),
  )
  return { placed, edges, lanes: Math.max(1, waiting.length) }
}

function freeLane(waiting: readonly (string | undefined)[]): number {
  const free = waiting.indexOf(undefined)
  return free === -1 ? waiting.length : free
}
