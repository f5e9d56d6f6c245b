import type { Database, Pace } from '../../../foundation/platform/index.ts'
import type { KeyRing } from '../../../govern/privacy/index.ts'
import { findAnsweredRequests, findAnswers, markAnswersUsed } from '../answers/answer-store.ts'
import { type KnownAnswer, openAnswer, sealAnswer } from '../answers/answer-book.ts'
import { answerKeys, type AnswerKeys } from '../answers/content-keys.ts'
import type { CallRelease, NoAnswer, ReleaseAnswer } from '../ports.ts'
import { type Hold, type Pause, RunHeld } from './hold.ts'
import type { CacheWord } from './item-store.ts'
import type { Run } from './run.ts'
import type { RunWriter } from './run-writer.ts'

/** One question to a release, for an example or for a judge. */
export interface Question {
  readonly service: string
  readonly release: string | undefined
  readonly releaseHash: string
  readonly body: Readonly<Record<string, unknown>>
  readonly seed: number
  /** Whether the seed goes out with it. */
  readonly isSeeded: boolean
  readonly isStreamed: boolean
  readonly isJudge: boolean
}

export type Asked =
  | {
      readonly kind: 'answer'
      readonly answer: KnownAnswer
      readonly cache: CacheWord
      readonly attempts: number
    }
  | (Extract<NoAnswer, { kind: 'failed' }> & { readonly attempts: number })

export interface AskerOptions {
  readonly database: Database
  readonly keys: Pick<KeyRing, 'seal' | 'open'>
  readonly callRelease: CallRelease
  /** Nobody of a higher class waits for a target of the service. */
  readonly isIdle: (service: string) => boolean
  readonly run: Run
  readonly writer: RunWriter
  readonly pace: Pace
  readonly hold: Hold
  /** Told why nobody shall be asked any more. */
  readonly onPause: (pause: Pause) => void
  readonly isPaused: () => boolean
}

export interface Asker {
  /** The kept answer, or a new one, which is kept before it is returned. Throws `RunHeld` where nobody may be asked. */
  ask(question: Question): Promise<Asked>
}

const mostAttempts = 3
/** A tenant’s budget is looked at again after that: its window may have ended. */
const budgetPauseMs = 15 * 60_000

/** Asks releases as fast as they and the limits allow, each question once, and keeps what they say. */
export function createAsker(options: AskerOptions): Asker {
  const { database, keys, callRelease, run, writer, pace, hold } = options
  const underWay = new Map<string, Promise<Asked>>()
  let running = 0
  const waiting: (() => void)[] = []

  const isHeld = (): boolean => hold.isStopping() || hold.isCancelWanted() || options.isPaused()

  async function enter(): Promise<void> {
    while (running >= pace.allowed && !isHeld()) await new Promise<void>(resolve => waiting.push(resolve))
    if (isHeld()) {
      waiting.shift()?.()
      throw new RunHeld()
    }
    running += 1
  }

  function leave(): void {
    running -= 1
    // the pace may have grown: as many as there is room for look again
    for (let free = Math.max(1, pace.allowed - running); free > 0; free -= 1) waiting.shift()?.()
  }

  async function find(
    question: Question,
    { key, requestHash }: AnswerKeys,
  ): Promise<KnownAnswer | CacheWord> {
    const stored = (await findAnswers(database, run.tenant, [key])).get(key)
    if (stored) {
      const answer = await openAnswer(keys, stored)
      if (!answer) return 'destroyed'
      await markAnswersUsed(database, run.tenant, [key], new Date())
      return answer
    }
    if (!run.usesCache) return 'off'
    const others = (await findAnsweredRequests(database, run.tenant, [requestHash])).get(requestHash)
    if (!others) return 'new'
    return others.has(question.releaseHash) ? 'other_seed' : 'other_release'
  }

  async function askAnew(question: Question, at: AnswerKeys, cache: CacheWord): Promise<Asked> {
    for (let attempt = 1; ;) {
      const said = await call(question)
      if (said.kind === 'answer') {
        const answer = await sealAnswer(keys, run.tenant, at, question.releaseHash, said)
        await writer.write({
          answer,
          isJudge: question.isJudge,
          ...(said.costNanoUsd === undefined ? { isUnpriced: true } : { costNanoUsd: said.costNanoUsd }),
        })
        watchBudget()
        const known: KnownAnswer = { ...said, key: at.key, createdAt: answer.createdAt }
        return { kind: 'answer', answer: known, cache, attempts: attempt }
      }
      if (said.kind === 'full') {
        pace.slowDown(said.retryAfterSeconds)
        continue
      }
      if (said.kind === 'budget') {
        options.onPause({
          reason: 'tenant_budget',
          text: `There is no budget left for more calls (${said.why}).`,
          resumeAt: new Date(Date.now() + budgetPauseMs),
        })
        wakeAll()
        throw new RunHeld()
      }
      if (said.costNanoUsd !== undefined && said.costNanoUsd > 0) {
        await writer.write({ costNanoUsd: said.costNanoUsd, isJudge: question.isJudge })
        watchBudget()
      }
      if (!said.isRetryable || attempt >= mostAttempts) return { ...said, attempts: attempt }
      attempt += 1
      pace.pause(attempt)
    }
  }

  async function call(question: Question): Promise<ReleaseAnswer | NoAnswer> {
    await enter()
    try {
      await pace.wait(hold.askSignal, isHeld)
      while (!isHeld() && !options.isIdle(question.service)) {
        pace.yield()
        await pace.wait(hold.askSignal, isHeld)
      }
      if (isHeld()) throw new RunHeld()
      const said = await callRelease({
        tenant: run.tenant,
        suite: run.suite,
        service: question.service,
        release: question.release,
        body: question.body,
        seed: question.isSeeded ? question.seed : undefined,
        isStreamed: question.isStreamed,
        signal: hold.askSignal,
      })
      if (said.kind === 'answer') pace.speedUp()
      return said
    } catch (error) {
      if (hold.askSignal.aborted && !hold.signal.aborted) throw new RunHeld()
      throw error
    } finally {
      leave()
    }
  }

  function watchBudget(): void {
    const { costNanoUsd, budgetNanoUsd } = writer.spent()
    if (budgetNanoUsd === undefined || costNanoUsd < budgetNanoUsd || options.isPaused()) return
    options.onPause({
      reason: 'run_budget',
      text: `The run has cost $${(costNanoUsd / 1e9).toFixed(4)}, and may cost $${(budgetNanoUsd / 1e9).toFixed(4)}.`,
    })
    wakeAll()
  }

  function wakeAll(): void {
    for (const wake of waiting.splice(0)) wake()
  }

  return {
    async ask(question) {
      const at = answerKeys({
        releaseHash: question.releaseHash,
        body: question.body,
        seed: question.seed,
        isStreamed: question.isStreamed,
        salt: run.usesCache ? undefined : run.id,
      })
      const known = underWay.get(at.key)
      if (known) {
        const asked = await known
        return asked.kind === 'answer' ? { ...asked, cache: 'shared' } : asked
      }
      const asking = find(question, at).then(found =>
        typeof found === 'string'
          ? askAnew(question, at, found)
          : ({ kind: 'answer', answer: found, cache: 'hit', attempts: 0 } as const),
      )
      underWay.set(at.key, asking)
      try {
        return await asking
      } finally {
        underWay.delete(at.key)
      }
    },
  }
}
