/** A node as far as its place goes. */
export interface GraphNode {
  readonly name: string
  readonly needs: readonly string[]
}

export interface Placed<Node extends GraphNode> {
  readonly node: Node
  /** From the left: one more than the farthest of what it needs. */
  readonly column: number
  readonly row: number
}

export interface GraphEdge {
  readonly from: { readonly column: number; readonly row: number }
  readonly to: { readonly column: number; readonly row: number }
}

/**
 * Lays nodes out in columns: each right of all that it needs. Within a column they lie in the order of the mean row of what they
 * need, so that few lines cross. An edge that goes without saying, because a longer way leads there, is left out.
 */
export function layOutGraph<Node extends GraphNode>(
  nodes: readonly Node[],
): {
  readonly placed: readonly Placed<Node>[]
  readonly edges: readonly GraphEdge[]
  readonly columns: number
  readonly rows: number
} {
  const byName = new Map(nodes.map(node => [node.name, node]))
  const columnOf = new Map<string, number>()
  const place = (name: string, path: ReadonlySet<string>): number => {
    const known = columnOf.get(name)
    if (known !== undefined) return known
    const needs = (byName.get(name)?.needs ?? []).filter(need => byName.has(need) && !path.has(need))
    const column = Math.max(-1, ...needs.map(need => place(need, new Set([...path, name])))) + 1
    columnOf.set(name, column)
    return column
  }
  for (const { name } of nodes) place(name, new Set())

  const columns = Math.max(0, ...columnOf.values()) + 1
  const rowOf = new Map<string, number>()
  const placed: Placed<Node>[] = []
  for (let column = 0; column < columns; column += 1) {
    const here = nodes
      .map((node, index) => ({ node, index }))
      .filter(({ node }) => columnOf.get(node.name) === column)
      .map(({ node, index }) => {
        const rows = node.needs.flatMap(need => rowOf.get(need) ?? [])
        const mean = rows.length === 0 ? index : rows.reduce((sum, row) => sum + row, 0) / rows.length
        return { node, index, mean }
      })
      .toSorted((left, right) => left.mean - right.mean || left.index - right.index)
    for (const [row, { node }] of here.entries()) {
      rowOf.set(node.name, row)
      placed.push({ node, column, row })
    }
  }

  const before = new Map<string, ReadonlySet<string>>()
  /** All that a node needs, and what that needs. */
  const allNeeds = (name: string): ReadonlySet<string> => {
    const known = before.get(name)
    if (known) return known
    // a circle ends here
    before.set(name, new Set())
    const needs = byName.get(name)?.needs ?? []
    const all = new Set(needs.flatMap(need => [need, ...allNeeds(need)]))
    before.set(name, all)
    return all
  }
  const edges = placed.flatMap(({ node, column, row }) =>
    node.needs
      .filter(
        need => byName.has(need) && !node.needs.some(other => other !== need && allNeeds(other).has(need)),
      )
      .map(need => ({
        from: { column: columnOf.get(need) ?? 0, row: rowOf.get(need) ?? 0 },
        to: { column, row },
      })),
  )
  return { placed, edges, columns, rows: Math.max(1, ...[...rowOf.values()].map(row => row + 1)) }
}
