import type { ComponentProps } from 'react'
import type { DatasetRef, DatasetVersion } from '../../api/types.ts'
import { formatCount } from '../../format/number.ts'
import { Panel } from '../../parts/page.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { ShowMore } from '../../parts/show-more.tsx'
import { withSearch } from '../../routing/location.ts'
import { ChecksMark } from './checks-mark.tsx'
import { type GraphEdge, layOutVersions } from './lay-out-versions.ts'

const laneWidth = 18
const rowHeight = 58
const lanesShown = 8

/** How the versions came of each other, the newest first. */
export function VersionsView(props: {
  readonly versions: readonly DatasetVersion[]
  readonly refs: readonly DatasetRef[]
  readonly query: ComponentProps<typeof ShowMore>['query']
}) {
  const { placed, edges, lanes } = layOutVersions(props.versions)
  const width = Math.min(lanes, lanesShown) * laneWidth + 10
  return (
    <Panel isFlush title="The newest first">
      <ScrollRegion className="scroll-x" label="Versions">
        <div className="version-graph" style={{ minHeight: placed.length * rowHeight }}>
          <svg width={width} height={placed.length * rowHeight} aria-hidden="true">
            {edges.map(edge => (
              <path
                key={`${edge.from.row} ${edge.to?.row ?? 'beyond'} ${edge.to?.lane ?? ''}`}
                d={pathOf(edge, placed.length)}
              />
            ))}
            {placed.map(({ version, row, lane }) => (
              <circle
                key={version.id}
                cx={xOf(lane)}
                cy={yOf(row)}
                r={5}
                data-merge={version.parents.length > 1}
              />
            ))}
          </svg>
          <ol>
            {placed.map(({ version }) => (
              <li key={version.id} style={{ height: rowHeight }}>
                <VersionLine version={version} refs={props.refs.filter(ref => ref.version === version.id)} />
              </li>
            ))}
          </ol>
        </div>
      </ScrollRegion>
      <ShowMore query={props.query} label="Show older ones" />
    </Panel>
  )
}

function VersionLine({
  version,
  refs,
}: {
  readonly version: DatasetVersion
  readonly refs: readonly DatasetRef[]
}) {
  const at = String(version.number)
  return (
    <div className="version-line">
      <div>
        <a href={withSearch(window.location, { at, view: 'profile' })}>
          <b>{at}</b>
        </a>{' '}
        <span className="version-message">{version.message}</span>
        {refs.map(({ name, kind }) => (
          <span key={name} className="tag" data-kind={kind}>
            {name}
          </span>
        ))}
      </div>
      <div className="quiet">
        {version.author} · <TimeAgo iso={version.created_at} /> · {formatCount(version.rows)} rows ·{' '}
        {version.source.kind} · <ChecksMark checks={version.checks} />
        {version.parents.length > 0 && (
          <>
            {' · '}
            <a href={withSearch(window.location, { at, view: 'diff', from: undefined })}>what it changed</a>
          </>
        )}
      </div>
    </div>
  )
}

const xOf = (lane: number): number => Math.min(lane, lanesShown - 1) * laneWidth + 12
const yOf = (row: number): number => row * rowHeight + rowHeight / 2

/** Down its own lane, and over to the parent's just before it. */
function pathOf({ from, to }: GraphEdge, rows: number): string {
  const [x, y] = [xOf(from.lane), yOf(from.row)]
  if (!to) return `M${x} ${y}V${rows * rowHeight}`
  const [toX, toY] = [xOf(to.lane), yOf(to.row)]
  if (toX === x) return `M${x} ${y}V${toY}`
  // a merge leaves at once, a branch comes back at the end
  const bend = rowHeight / 2
  return toX > x
    ? `M${x} ${y}C${x} ${y + bend} ${toX} ${y} ${toX} ${y + bend}V${toY}`
    : `M${x} ${y}V${toY - bend}C${x} ${toY} ${toX} ${toY - bend} ${toX} ${toY}`
}
