import { Progress } from '@mantine/core'
import type { Batch } from '../../api/types.ts'
import { formatCount } from '../../format/number.ts'
import './batches.css'

/** How much is answered, and beside it what failed, with the counts below. */
export function BatchProgress({ batch }: { readonly batch: Batch }) {
  const { total, completed, failed } = batch
  const share = (part: number) => (total === 0 ? 0 : (part / total) * 100)
  return (
    <div className="batch-progress">
      <Progress.Root size="md">
        <Progress.Section value={share(completed)} aria-label={`Answered of ${batch.id}`} />
        <Progress.Section value={share(failed)} color="red" aria-label={`Failed of ${batch.id}`} />
      </Progress.Root>
      <div className="quiet">
        {formatCount(completed + failed)} of {formatCount(total)}
        {failed > 0 && `, ${formatCount(failed)} failed`}
      </div>
    </div>
  )
}
