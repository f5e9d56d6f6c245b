import type {
  LineageDirection,
  LineageEdge,
  LineageGraph,
  LineageKind,
  LineageNode,
  LineageScope,
  LineageSource,
  LineageStep,
} from './lineage.ts'

export interface WalkOptions {
  readonly start: LineageNode
  readonly direction: LineageDirection
  /** How many steps away from the start. */
  readonly depth: number
  readonly mostNodes: number
  /** Of one node, in one direction and of one source. */
  readonly mostNeighbours: number
  readonly scope: LineageScope
  readonly maySee: (kind: LineageKind, tenant: string) => boolean
}

export const nameOf = ({ kind, id }: Pick<LineageNode, 'kind' | 'id'>): string => `${kind}:${id}`

/**
 * Walks breadth first, up to what the start comes from and down to what came of it, never up and down again: what else came of the
 * same data is another question. What may not be seen is left out, with all that only it leads to.
 */
export async function walkLineage(
  sources: readonly LineageSource[],
  options: WalkOptions,
): Promise<LineageGraph> {
  const nodes = new Map<string, LineageNode>([[nameOf(options.start), options.start]])
  const edges = new Map<string, LineageEdge>()
  const unfinished = new Set<string>()
  const directions = options.direction === 'both' ? (['up', 'down'] as const) : [options.direction]

  for (const direction of directions) {
    let ring = [options.start]
    for (let depth = 0; ring.length > 0; depth += 1) {
      const next: LineageNode[] = []
      for (const node of ring) {
        if (!sources.some(source => source[direction][node.kind])) continue
        if (depth === options.depth) {
          unfinished.add(nameOf(node))
          continue
        }
        for (const step of await stepsOf(node, direction)) {
          const name = nameOf(step.node)
          if (!nodes.has(name)) {
            if (nodes.size >= options.mostNodes) {
              unfinished.add(nameOf(node))
              continue
            }
            nodes.set(name, step.node)
            next.push(step.node)
          }
          const [from, to] = direction === 'up' ? [name, nameOf(node)] : [nameOf(node), name]
          edges.set(`${from} ${to} ${step.role}`, {
            from,
            to,
            role: step.role,
            isCertain: step.isCertain ?? true,
          })
        }
      }
      ring = next
    }
  }
  return {
    of: nameOf(options.start),
    nodes: [...nodes].map(([name, node]) => ({ ...node, hasMore: unfinished.has(name) })),
    edges: [...edges.values()],
  }

  async function stepsOf(node: LineageNode, direction: 'up' | 'down'): Promise<LineageStep[]> {
    const { scope, mostNeighbours, maySee } = options
    const found: LineageStep[] = []
    for (const source of sources) {
      const steps = (await source[direction][node.kind]?.(node, scope, mostNeighbours + 1)) ?? []
      if (steps.length > mostNeighbours) unfinished.add(nameOf(node))
      found.push(...steps.slice(0, mostNeighbours))
    }
    return found.filter(({ node: { kind, tenant } }) => maySee(kind, tenant))
  }
}
