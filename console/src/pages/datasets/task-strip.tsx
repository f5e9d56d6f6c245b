import { Progress } from '@mantine/core'
import { type DatasetPlace, useDatasetTasks } from '../../api/datasets.ts'
import type { DatasetTask } from '../../api/types.ts'
import { Notice } from '../../parts/notice.tsx'
import { Prose } from '../../parts/prose.tsx'

const recentMs = 10 * 60_000

/** What is being done to a dataset now, and what has failed a moment ago. */
export function TaskStrip({ place }: { readonly place: DatasetPlace }) {
  const tasks = useDatasetTasks(place)
  const running = tasks.data?.filter(({ ended_at: endedAt }) => endedAt === null) ?? []
  const failed = tasks.data?.filter(task => task.state === 'failed' && isRecent(task)).slice(0, 1) ?? []
  return (
    <>
      {running.map(task => (
        <output key={task.id} className="dataset-task">
          <span>
            {task.kind.replaceAll('-', ' ')}: {task.step || 'waiting'}
          </span>
          <Progress value={task.progress * 100} aria-label={`Progress of ${task.kind}`} />
        </output>
      ))}
      {failed.map(task => (
        <Notice key={task.id} tone="bad" title={`${task.kind.replaceAll('-', ' ')} failed`}>
          <Prose text={task.error?.message ?? ''} />
        </Notice>
      ))}
    </>
  )
}

function isRecent({ ended_at: endedAt }: DatasetTask): boolean {
  return endedAt !== null && Date.now() - Date.parse(endedAt) < recentMs
}
