import { setTimeout as sleep } from 'node:timers/promises'
import type { Api } from './api.ts'
import type { Answered, Traffic } from './traffic.ts'

export interface ReviewerOptions {
  /** Under a key that may give feedback, and one that may collect data. */
  readonly reviewer: Api
  readonly curator: Api
  readonly traffic: Traffic
  readonly dataset: string
  readonly service: string
  readonly since: string
  /** Answers that they look at a second, those first that customers complained of. */
  readonly rate: number
  readonly collectEverySeconds: number
  readonly signal: AbortSignal
}

export interface Reviewers {
  /** Answers that they have said the right one of. */
  readonly corrected: number
  readonly versions: readonly { readonly at: number; readonly number: number; readonly rows: number }[]
  readonly ended: Promise<void>
}

interface Task {
  readonly id: string
  readonly state: string
  readonly error: { readonly code: string; readonly message: string } | null
  readonly result: {
    readonly published: { readonly version: { readonly number: number; readonly rows: number } }
  }
}

const mostWaiting = 200
/** Where nobody complains they look at every so many of their turns at another answer. */
const otherEvery = 10
const slowestRecordMs = 1_500

/** People who say what answers should have been, and a version of the dataset of that every now and then. */
export function startReviewers(options: ReviewerOptions): Reviewers {
  const { traffic, signal, rate } = options
  const versions: { at: number; number: number; rows: number }[] = []
  const reviewers = { corrected: 0, versions, ended: Promise.resolve() }
  let [seen, turn] = [0, 0]
  let waiting: Answered[] = []

  async function correct(): Promise<void> {
    while (!signal.aborted) {
      await sleep(1_000 / rate, undefined, { signal })
      // people are not so fast that they would see what was not recorded yet
      const known = traffic.answered.findLastIndex(({ at }) => at < Date.now() - slowestRecordMs) + 1
      waiting.push(...traffic.answered.slice(seen, Math.max(seen, known)))
      seen = Math.max(seen, known)
      turn += 1
      const complaint = waiting.findLastIndex(({ said }) => said === 0)
      if (complaint < 0 && turn % otherEvery !== 0) continue
      const [one] = waiting.splice(complaint >= 0 ? complaint : waiting.length - 1, 1)
      waiting = waiting.slice(-mostWaiting)
      if (!one) continue
      const isTold = await options.reviewer
        .send('POST', `/api/inferences/${one.inference}/feedback`, {
          corrected_output: JSON.stringify(one.message.truth),
        })
        .then(
          () => true,
          () => false,
        )
      // people leave what cannot be saved just now, and take the next one
      if (isTold) reviewers.corrected += 1
      else await sleep(slowestRecordMs, undefined, { signal })
    }
  }

  async function collect(): Promise<void> {
    let before = 0
    while (!signal.aborted) {
      await sleep(options.collectEverySeconds * 1_000, undefined, { signal })
      if (reviewers.corrected === before) continue
      before = reviewers.corrected
      const published = await publishCorrections(options, `${before} answers corrected by reviewers`).catch(
        () => undefined,
      )
      // the next version will have them
      if (!published) continue
      const { version } = published
      if (version.number !== versions.at(-1)?.number)
        versions.push({ at: Date.now(), number: version.number, rows: version.rows })
    }
  }

  reviewers.ended = Promise.all([correct(), collect()]).then(
    () => undefined,
    (error: unknown) => {
      if (!signal.aborted) throw error
    },
  )
  return reviewers
}

async function publishCorrections(
  { curator, dataset, service, since, signal }: ReviewerOptions,
  message: string,
): Promise<Task['result']['published']> {
  const started = await curator.send<Task>('POST', `/api/datasets/${dataset}/collections`, {
    filter: { from: 'feedback', services: [service], since, feedback: { corrected: true } },
    message,
  })
  for (;;) {
    const { state, error, result } = await curator.get<Task>(`/api/dataset-tasks/${started.id}`)
    if (state === 'done') return result.published
    if (error) throw new Error(`The collection of corrections failed: ${error.message}`)
    await sleep(250, undefined, { signal })
  }
}
