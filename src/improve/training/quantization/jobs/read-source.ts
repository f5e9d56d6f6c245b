import { Failure } from '../../../../foundation/platform/index.ts'
import { openSource } from '../../jobs/find-source.ts'
import type { DataSource } from '../../jobs/job.ts'
import type { TrainingContext } from '../../jobs/job-context.ts'
import type { CheckExample } from '../native-job.ts'
import { parseCheckExample } from '../read-examples.ts'

/** The first examples of a source. Throws `invalid_request` where one cannot be compared on, or there is none. */
export async function readSource(
  context: Pick<TrainingContext, 'datasets' | 'files' | 'learning'>,
  tenant: string,
  source: DataSource,
  most: number,
  signal: AbortSignal,
): Promise<CheckExample[]> {
  const found: CheckExample[] = []
  for await (const { place, value } of await openSource(context, tenant, source, 'chat', signal)) {
    found.push(parseCheckExample(value, place))
    if (found.length >= most) break
  }
  if (found.length === 0) throw new Failure('invalid_request', 'There are no examples to compare on.')
  return found
}
