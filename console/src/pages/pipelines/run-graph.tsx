import type { PipelineStage } from '../../api/types.ts'
import { formatDuration } from '../../format/duration.ts'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { withSearch } from '../../routing/location.ts'
import { layOutStages, type StageEdge } from './lay-out-stages.ts'
import { describeState } from './stage-states.ts'

const columnWidth = 224
const rowHeight = 84
const boxWidth = 176
const boxHeight = 60

/** The stages with what each needs, and the state of each. */
export function RunGraph({
  stages,
  chosen,
}: {
  readonly stages: readonly PipelineStage[]
  readonly chosen: string
}) {
  const { placed, edges, columns, rows } = layOutStages(stages)
  const width = (columns - 1) * columnWidth + boxWidth
  const height = (rows - 1) * rowHeight + boxHeight
  return (
    <ScrollRegion className="scroll-x" label="Stages">
      <div className="stage-graph" style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true">
          {edges.map(edge => (
            <path key={pathOf(edge)} d={pathOf(edge)} />
          ))}
        </svg>
        <ol>
          {placed.map(({ stage, column, row }) => {
            const { word, tone } = describeState(stage)
            const took = tookOf(stage)
            return (
              <li
                key={stage.name}
                style={{
                  left: column * columnWidth,
                  top: row * rowHeight,
                  width: boxWidth,
                  height: boxHeight,
                }}
              >
                <a
                  href={withSearch(window.location, { stage: stage.name })}
                  className="stage-box"
                  data-tone={tone}
                  aria-current={stage.name === chosen ? 'true' : undefined}
                >
                  <span className="stage-name">{stage.name}</span>
                  <span className="stage-state">
                    {word}
                    {stage.state === 'running' &&
                      stage.progress > 0 &&
                      ` ${Math.round(stage.progress * 100)} %`}
                    {took !== undefined && ` · ${took}`}
                  </span>
                  {stage.state === 'running' && (
                    <span className="stage-progress" style={{ width: `${stage.progress * 100}%` }} />
                  )}
                </a>
              </li>
            )
          })}
        </ol>
      </div>
    </ScrollRegion>
  )
}

export function tookOf({ started_at: from, ended_at: to }: PipelineStage): string | undefined {
  return from === null || to === null ? undefined : formatDuration(Date.parse(to) - Date.parse(from))
}

/** From the right side of one box to the left side of the other. */
function pathOf({ from, to }: StageEdge): string {
  const [x, y] = [from.column * columnWidth + boxWidth, from.row * rowHeight + boxHeight / 2]
  const [toX, toY] = [to.column * columnWidth, to.row * rowHeight + boxHeight / 2]
  const bend = (columnWidth - boxWidth) / 2
  return `M${x} ${y}C${x + bend} ${y} ${toX - bend} ${toY} ${toX} ${toY}`
}
