import { createId, type Database, Failure, type Logger } from '../../../foundation/platform/index.ts'
import type { DatasetCaller, Datasets } from '../datasets.ts'
import {
  askCancel,
  claimTask,
  endTask,
  findTask,
  insertTask,
  keepTask,
  returnTask,
  type TaskRecord,
} from '../stores/task-store.ts'
import type { DatasetTask, TaskKind } from '../task.ts'

export interface TaskRunner extends Pick<Datasets['tasks'], 'register' | 'start'> {
  find(id: string): Promise<DatasetTask | undefined>
  /** Cancels one that has not ended; resolves with it as it is then. */
  cancel(task: DatasetTask): Promise<DatasetTask>
  /** Begins to work on tasks; those that an earlier process left come first. */
  run(): void
  /** Takes no more; what runs is begun again later. */
  stop(): Promise<void>
  stats(): { readonly running: number }
}

const pollMs = 1_000
const keepMs = 2_000
/** How long a process that is not heard of is believed to be at work. */
const ownedMs = 15_000
/** Rows are worked on in processes of their own, so it is seldom the task that ends a server. */
const mostAttempts = 20

interface Running {
  readonly task: TaskRecord
  readonly aborting: AbortController
  progress: number
  step: string
  isCancelled: boolean
  readonly ended: Promise<void>
}

/** Works on the rows of `dataset_tasks`, a few at a time. The row is the truth: what is lost with a process is begun again. */
export function createTaskRunner(options: {
  readonly database: Database
  readonly logger: Logger
  readonly concurrency: () => number
  readonly now: () => number
  readonly onEnd: (kind: string, state: 'done' | 'failed' | 'cancelled') => void
}): TaskRunner {
  const { database, logger, now } = options
  const kinds = new Map<string, TaskKind<unknown>>()
  const running = new Map<string, Running>()
  const owner = createId()
  let timer: NodeJS.Timeout | undefined
  let keeping: NodeJS.Timeout | undefined
  let isStopping = false
  let looking: Promise<void> | undefined

  const until = (): Date => new Date(now() + ownedMs)

  function look(): void {
    if (isStopping || looking) return
    looking = claimAll()
      .catch((error: unknown) => logger.warn({ err: error }, 'Tasks on datasets could not be looked for.'))
      .finally(() => {
        looking = undefined
      })
  }

  async function claimAll(): Promise<void> {
    while (!isStopping && running.size < options.concurrency()) {
      const task = await claimTask(database, {
        owner,
        now: new Date(now()),
        until: until(),
        kinds: [...kinds.keys()],
      })
      if (!task) return
      const aborting = new AbortController()
      const { promise, resolve } = Promise.withResolvers<void>()
      const entry: Running = { task, aborting, progress: 0, step: '', isCancelled: false, ended: promise }
      running.set(task.id, entry)
      void work(entry).finally(() => {
        running.delete(task.id)
        resolve()
        look()
      })
    }
  }

  async function work(entry: Running): Promise<void> {
    const { task, aborting } = entry
    const kind = kinds.get(task.kind)
    try {
      if (!kind) throw new Error(`No kind of task is registered as ${task.kind}.`)
      if (task.attempts > mostAttempts)
        throw new Failure(
          'data_worker_crashed',
          `The server ended ${mostAttempts} times in the middle of this task, so it is not begun again; nothing was published. Look for what ends it, most likely want of memory, and start it anew.`,
        )
      const result = await kind.run(kind.parameters.parse(task.parameters), {
        taskId: task.id,
        caller: { tenant: task.tenant, author: task.author, keyId: task.keyId },
        dataset: task.dataset,
        signal: aborting.signal,
        progress: (share, step) => {
          entry.progress = Math.min(1, Math.max(0, share))
          entry.step = step
        },
        attempt: task.attempts,
      })
      await end(entry, kind, { state: 'done', result: result ?? null })
    } catch (error) {
      if (isStopping && !entry.isCancelled)
        return await returnTask(database, task.id, owner).catch(() => undefined)
      if (entry.isCancelled) return await end(entry, kind, { state: 'cancelled' })
      const isExpected = error instanceof Failure
      if (!isExpected || error.kind.level === 'error')
        logger.error({ err: error, task: task.id, kind: task.kind }, 'A task on a dataset failed.')
      const failure = isExpected
        ? { code: error.code, message: error.message }
        : {
            code: 'internal_error',
            message: `Something broke on our side. The log has it under task ${task.id}.`,
          }
      await end(entry, kind, { state: 'failed', error: failure })
    }
  }

  async function end(
    { task }: Running,
    kind: TaskKind<unknown> | undefined,
    outcome: {
      state: 'done' | 'failed' | 'cancelled'
      result?: unknown
      error?: { code: string; message: string }
    },
  ): Promise<void> {
    try {
      if (!(await endTask(database, { id: task.id, owner, now: new Date(now()), ...outcome }))) return
      options.onEnd(task.kind, outcome.state)
      await kind?.onEnd?.(kind.parameters.parse(task.parameters))
    } catch (error) {
      // its row still says that it runs, and it is begun again when that is not believed any more
      logger.warn({ err: error, task: task.id }, 'The end of a task could not be written.')
    }
  }

  async function keep(): Promise<void> {
    for (const entry of running.values()) {
      const { task, progress, step, aborting } = entry
      try {
        const isCancelled = await keepTask(database, { id: task.id, owner, until: until(), progress, step })
        if (isCancelled === false) continue
        // cancelled, or taken over by another process while this one was not heard of
        entry.isCancelled = isCancelled === true
        aborting.abort(new Failure('client_closed', 'The task was cancelled.'))
      } catch (error) {
        logger.warn({ err: error, task: task.id }, 'The state of a task could not be written.')
      }
    }
  }

  return {
    register<Value>(kind: TaskKind<Value>) {
      if (kinds.has(kind.kind)) throw new Error(`Two kinds of task are registered as ${kind.kind}.`)
      kinds.set(kind.kind, kind)
    },
    async start(caller: DatasetCaller, { id = createId(), kind, dataset, parameters }) {
      const known = kinds.get(kind)
      if (!known) throw new Error(`No kind of task is registered as ${kind}.`)
      known.parameters.parse(parameters)
      const task = await insertTask(database, {
        id,
        tenant: caller.tenant,
        dataset,
        kind,
        parameters,
        author: caller.author,
        keyId: caller.keyId,
        createdAt: new Date(now()),
      })
      if (timer) look()
      return task
    },
    find: async id => await findTask(database, undefined, id),
    async cancel(task) {
      const asked = await askCancel(database, task.id, new Date(now()))
      if (!asked) throw new Failure('conflict', `The task has ended already: it is ${task.state}.`)
      if (asked.state === 'cancelled') {
        options.onEnd(task.kind, 'cancelled')
        const kind = kinds.get(task.kind)
        await kind?.onEnd?.(kind.parameters.parse(task.parameters))
      } else if (running.has(task.id)) await keep()
      return asked
    },
    run() {
      timer = setInterval(look, pollMs)
      keeping = setInterval(() => void keep(), keepMs)
      look()
    },
    async stop() {
      isStopping = true
      clearInterval(timer)
      await looking
      for (const { aborting } of running.values())
        aborting.abort(new Failure('shutting_down', 'The server stops; the task goes on when it is back.'))
      await Promise.all([...running.values()].map(({ ended }) => ended))
      clearInterval(keeping)
    },
    stats: () => ({ running: running.size }),
  }
}
