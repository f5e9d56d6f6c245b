import type { ReactNode } from 'react'
import { ScrollRegion } from '../scroll-region.tsx'
import type { Tone } from '../status.tsx'
import { type GraphEdge, layOutGraph } from './lay-out-graph.ts'

const columnWidth = 224
const rowHeight = 84
const boxWidth = 176
const boxHeight = 60

export interface GraphBox {
  readonly name: string
  /** The names of those left of it. */
  readonly needs: readonly string[]
  readonly title: string
  readonly note: ReactNode
  readonly tone: Tone
  /** Where a click leads; nowhere where there is none. */
  readonly href?: string | undefined
  readonly isChosen?: boolean | undefined
  /** 0 to 1, while it is under way. */
  readonly progress?: number | undefined
}

/** What comes of what, from the left to the right. */
export function Graph({ label, boxes }: { readonly label: string; readonly boxes: readonly GraphBox[] }) {
  const { placed, edges, columns, rows } = layOutGraph(boxes)
  const width = (columns - 1) * columnWidth + boxWidth
  const height = (rows - 1) * rowHeight + boxHeight
  return (
    <ScrollRegion className="scroll-x" label={label}>
      <div className="graph" style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true">
          {edges.map(edge => (
            <path key={pathOf(edge)} d={pathOf(edge)} />
          ))}
        </svg>
        <ol>
          {placed.map(({ node, column, row }) => (
            <li
              key={node.name}
              style={{
                left: column * columnWidth,
                top: row * rowHeight,
                width: boxWidth,
                height: boxHeight,
              }}
            >
              <Box box={node} />
            </li>
          ))}
        </ol>
      </div>
    </ScrollRegion>
  )
}

function Box({ box }: { readonly box: GraphBox }) {
  const content = (
    <>
      <span className="graph-title" title={box.title}>
        {box.title}
      </span>
      <span className="graph-note">{box.note}</span>
      {box.progress !== undefined && (
        <span className="graph-progress" style={{ width: `${box.progress * 100}%` }} />
      )}
    </>
  )
  const current = box.isChosen === true ? 'true' : undefined
  return box.href === undefined ? (
    <div className="graph-box" data-tone={box.tone} aria-current={current}>
      {content}
    </div>
  ) : (
    <a href={box.href} className="graph-box" data-tone={box.tone} aria-current={current}>
      {content}
    </a>
  )
}

/** From the right side of one box to the left side of the other. */
function pathOf({ from, to }: GraphEdge): string {
  const [x, y] = [from.column * columnWidth + boxWidth, from.row * rowHeight + boxHeight / 2]
  const [toX, toY] = [to.column * columnWidth, to.row * rowHeight + boxHeight / 2]
  const bend = (columnWidth - boxWidth) / 2
  return `M${x} ${y}C${x + bend} ${y} ${toX - bend} ${toY} ${toX} ${toY}`
}
