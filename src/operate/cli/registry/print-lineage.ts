import { formatTime } from '../figures.ts'
import { printable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import type { WireLineage } from './model-wire.ts'

type Node = WireLineage['nodes'][number]
type Edge = WireLineage['edges'][number]

const kinds: Readonly<Record<string, string>> = {
  training: 'training job',
  pipeline: 'pipeline run',
  tracking: 'tracked run',
  serving: 'engine',
  inferences: 'answered',
}

/** A tree in each direction; what is met again is named and not gone into again. */
export function printLineage(terminal: Terminal, graph: WireLineage): void {
  const { style } = terminal
  const nodes = new Map(graph.nodes.map(node => [node.id, node]))
  const start = nodes.get(graph.of)
  if (!start) return
  const isUp = graph.edges.some(({ to }) => to === start.id)
  const isDown = graph.edges.some(({ from }) => from === start.id)
  terminal.print(style.bold(describe(start)))
  if (isUp) {
    terminal.print(style.dim('comes from'))
    branch(start, 'up', '', new Set())
  }
  if (isDown) {
    terminal.print(style.dim('led to'))
    branch(start, 'down', '', new Set())
  }
  if (!isUp && !isDown)
    terminal.note(style.dim('Nothing is known of where it comes from or what came of it.'))
  if (graph.truncated) terminal.note(style.dim('… There is more: begin there, or take a larger --depth.'))

  function branch(node: Node, direction: 'up' | 'down', indent: string, shown: Set<string>): void {
    const next = graph.edges.filter(edge => (direction === 'up' ? edge.to : edge.from) === node.id)
    for (const [index, edge] of next.entries()) {
      const child = nodes.get(direction === 'up' ? edge.from : edge.to)
      if (!child) continue
      const isLast = index === next.length - 1
      const isAgain = shown.has(child.id)
      shown.add(child.id)
      terminal.print(
        `${indent}${isLast ? '└─' : '├─'} ${describe(child)}${style.dim(child.kind === 'inferences' ? '' : roleOf(edge))}${isAgain ? style.dim(' ↑ above') : ''}${child.has_more && !isAgain ? style.dim(' …') : ''}`,
      )
      if (!isAgain) branch(child, direction, `${indent}${isLast ? '   ' : '│  '}`, shown)
    }
  }
}

function describe({ kind, label, state, at, id, details }: Node): string {
  const aliases = Array.isArray(details['aliases'])
    ? details['aliases'].filter(one => typeof one === 'string')
    : []
  const until = typeof details['until'] === 'string' ? ` – ${formatTime(details['until'])}` : ''
  const isNamedById =
    kind === 'evaluation' || kind === 'pipeline' || kind === 'inference' || kind === 'tracking'
  const parts = [
    `${kinds[kind] ?? kind} ${label}`,
    isNamedById ? id.slice(kind.length + 1) : undefined,
    aliases.length > 0 ? `(${aliases.join(', ')})` : undefined,
    state ?? undefined,
    at === null || kind === 'inferences' ? undefined : `${formatTime(at)}${until}`,
  ]
  return printable(parts.filter(part => part !== undefined).join('  '))
}

function roleOf({ role, is_certain: isCertain }: Edge): string {
  return `  ${role}${isCertain ? '' : ', or another'}`
}
