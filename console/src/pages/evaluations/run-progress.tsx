import { Progress } from '@mantine/core'
import type { EvaluationRun } from '../../api/types.ts'
import { formatCount } from '../../format/number.ts'

/** How many answers are scored, and beside them what failed. */
export function RunProgress({ run }: { readonly run: EvaluationRun }) {
  const share = (part: number) => (run.total === 0 ? 0 : (part / run.total) * 100)
  return (
    <div className="run-progress">
      <Progress.Root size="md">
        <Progress.Section value={share(run.scored)} aria-label={`Scored in ${run.suite}`} />
        <Progress.Section value={share(run.failed)} color="red" aria-label={`Failed in ${run.suite}`} />
      </Progress.Root>
      <div className="quiet">
        {formatCount(run.scored)} of {formatCount(run.total)}
        {run.cached > 0 && `, ${formatCount(run.cached)} kept from before`}
        {run.failed > 0 && `, ${formatCount(run.failed)} failed`}
      </div>
    </div>
  )
}
