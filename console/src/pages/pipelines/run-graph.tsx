import type { PipelineStage } from '../../api/types.ts'
import { formatDuration } from '../../format/duration.ts'
import { Graph } from '../../parts/graph/graph.tsx'
import { withSearch } from '../../routing/location.ts'
import { describeState } from './stage-states.ts'

/** The stages with what each needs, and the state of each. */
export function RunGraph({
  stages,
  chosen,
}: {
  readonly stages: readonly PipelineStage[]
  readonly chosen: string
}) {
  return (
    <Graph
      label="Stages"
      boxes={stages.map(stage => {
        const { word, tone } = describeState(stage)
        const took = tookOf(stage)
        const isRunning = stage.state === 'running'
        return {
          name: stage.name,
          needs: stage.needs,
          title: stage.name,
          note: (
            <>
              {word}
              {isRunning && stage.progress > 0 && ` ${Math.round(stage.progress * 100)} %`}
              {took !== undefined && ` · ${took}`}
            </>
          ),
          tone,
          href: withSearch(window.location, { stage: stage.name }),
          isChosen: stage.name === chosen,
          progress: isRunning ? stage.progress : undefined,
        }
      })}
    />
  )
}

export function tookOf({ started_at: from, ended_at: to }: PipelineStage): string | undefined {
  return from === null || to === null ? undefined : formatDuration(Date.parse(to) - Date.parse(from))
}
