/** The process in which data tasks run: one at a time, each with a DuckDB of its own. Ends when its parent is gone. */
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { channelToParent, createPeer, Failure, ownEntry } from '../../../foundation/platform/index.ts'
import { toFailure } from './duckdb-failure.ts'
import { openDuckdb } from './open-duckdb.ts'
import { type DataTaskContext, dataTasks } from './tasks.ts'
import { workerQuestions, workerTopics, type WorkerTask } from './worker-protocol.ts'

const table: Readonly<Record<string, (parameters: never, context: DataTaskContext) => Promise<unknown>>> =
  dataTasks
let cancel: (() => void) | undefined

const parent = createPeer(channelToParent(), async (question, value) => {
  if (question !== workerQuestions.run) throw new Error(`A data worker does not know ${question}.`)
  return await run(value as WorkerTask)
})
parent.onTold(workerTopics.cancel, () => cancel?.())
parent.tell(workerTopics.ready)
void parent.gone.then(() => process.exit(0))

async function run({ name, parameters, scratch, limits }: WorkerTask): Promise<unknown> {
  const task = ownEntry(table, name)
  if (!task) throw new Failure('invalid_request', `There is no data task \`${name}\`.`)
  const aborting = new AbortController()
  cancel = () => aborting.abort()
  const opened = await openDuckdb(limits, path.join(scratch, 'spill'))
  let again: NodeJS.Timeout | undefined
  const interrupt = (): void => {
    opened.connection.interrupt()
    // between two statements nobody hears it
    again = setTimeout(interrupt, 50)
  }
  aborting.signal.addEventListener('abort', interrupt)
  try {
    if (aborting.signal.aborted)
      throw new Failure('client_closed', 'The work was stopped before its beginning.')
    parent.tell(workerTopics.progress, { share: 0, step: 'begins' })
    return await task(parameters as never, {
      duckdb: opened.connection,
      scratch,
      signal: aborting.signal,
      progress: (share, step) => parent.tell(workerTopics.progress, { share, step }),
    })
  } catch (error) {
    throw toFailure(error)
  } finally {
    cancel = undefined
    aborting.signal.removeEventListener('abort', interrupt)
    clearTimeout(again)
    opened.close()
    await rm(path.join(scratch, 'spill'), { recursive: true, force: true })
  }
}
