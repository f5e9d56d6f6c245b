import { setTimeout as sleep } from 'node:timers/promises'
import type { Api } from './api.ts'
import type { Answered, Traffic } from './traffic.ts'

export interface ReviewerOptions {
  /** Under a key that may give feedback. */
  readonly reviewer: Api
  readonly traffic: Pick<Traffic, 'answered'>
  /** Answers that they look at a second, those first that customers complained of. */
  readonly rate: number
  readonly signal: AbortSignal
}

export interface Reviewers {
  /** Answers that they have said the right one of. */
  readonly corrected: number
  /** Complaints that they have not looked at. */
  readonly complaints: number
  readonly ended: Promise<void>
}

const mostWaiting = 200
/** Where nobody complains they look at every so many of their turns at another answer. */
const otherEvery = 10
const slowestRecordMs = 1_500

/** People who say what answers should have been. */
export function startReviewers(options: ReviewerOptions): Reviewers {
  const { traffic, signal, rate } = options
  let [seen, turn, corrected] = [0, 0, 0]
  let waiting: Answered[] = []

  async function correct(): Promise<void> {
    while (!signal.aborted) {
      await sleep(1_000 / rate, undefined, { signal })
      // people are not so fast that they would see what was not recorded yet
      const known = traffic.answered.findLastIndex(({ at }) => at < Date.now() - slowestRecordMs) + 1
      waiting.push(...traffic.answered.slice(seen, Math.max(seen, known)))
      seen = Math.max(seen, known)
      turn += 1
      const complaint = waiting.findLastIndex(isComplaint)
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
      if (isTold) corrected += 1
      else await sleep(slowestRecordMs, undefined, { signal })
    }
  }

  const ended = correct().catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  return {
    ended,
    get corrected() {
      return corrected
    },
    get complaints() {
      return waiting.filter(isComplaint).length + traffic.answered.slice(seen).filter(isComplaint).length
    },
  }
}

const isComplaint = ({ said }: Answered): boolean => said === 0
