/** A stage as far as its place in the graph goes. */
export interface GraphStage {
  readonly name: string
  readonly needs: readonly string[]
}

export interface PlacedStage<Stage extends GraphStage> {
  readonly stage: Stage
  /** From the left: one more than the farthest of what it needs. */
  readonly column: number
  readonly row: number
}

export interface StageEdge {
  readonly from: { readonly column: number; readonly row: number }
  readonly to: { readonly column: number; readonly row: number }
}

/**
 * Lays stages out in columns: each right of all that it needs. Within a column they lie in the order of the mean row of what they
 * need, so that few lines cross. An edge that goes without saying, because a longer way leads there, is left out.
 */
export function layOutStages<Stage extends GraphStage>(
  stages: readonly Stage[],
): {
  readonly placed: readonly PlacedStage<Stage>[]
  readonly edges: readonly StageEdge[]
  readonly columns: number
  readonly rows: number
} {
  const byName = new Map(stages.map(stage => [stage.name, stage]))
  const columnOf = new Map<string, number>()
  const place = (name: string, path: ReadonlySet<string>): number => {
    const known = columnOf.get(name)
    if (known !== undefined) return known
    const needs = (byName.get(name)?.needs ?? []).filter(need => byName.has(need) && !path.has(need))
    const column = Math.max(-1, ...needs.map(need => place(need, new Set([...path, name])))) + 1
    columnOf.set(name, column)
    return column
  }
  for (const { name } of stages) place(name, new Set())

  const columns = Math.max(0, ...columnOf.values()) + 1
  const rowOf = new Map<string, number>()
  const placed: PlacedStage<Stage>[] = []
  for (let column = 0; column < columns; column += 1) {
    const here = stages
      .map((stage, index) => ({ stage, index }))
      .filter(({ stage }) => columnOf.get(stage.name) === column)
      .map(({ stage, index }) => {
        const rows = stage.needs.flatMap(need => rowOf.get(need) ?? [])
        const mean = rows.length === 0 ? index : rows.reduce((sum, row) => sum + row, 0) / rows.length
        return { stage, index, mean }
      })
      .toSorted((left, right) => left.mean - right.mean || left.index - right.index)
    for (const [row, { stage }] of here.entries()) {
      rowOf.set(stage.name, row)
      placed.push({ stage, column, row })
    }
  }

  const reaches = (from: string, to: string): boolean =>
    (byName.get(from)?.needs ?? []).some(need => need === to || reaches(need, to))
  const edges = placed.flatMap(({ stage, column, row }) =>
    stage.needs
      .filter(need => byName.has(need) && !stage.needs.some(other => other !== need && reaches(other, need)))
      .map(need => ({
        from: { column: columnOf.get(need) ?? 0, row: rowOf.get(need) ?? 0 },
        to: { column, row },
      })),
  )
  return { placed, edges, columns, rows: Math.max(1, ...[...rowOf.values()].map(row => row + 1)) }
}
