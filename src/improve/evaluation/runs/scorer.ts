import { type Database, Failure, type Logger } from '../../../foundation/platform/index.ts'
import type { KeyRing } from '../../../govern/privacy/index.ts'
import type { KnownAnswer } from '../answers/answer-book.ts'
import { contentHash, derivedSeed, scoreKey } from '../answers/content-keys.ts'
import type { EvaluatedExample, EvaluatorTools, MadeEvaluator, Score } from '../evaluator.ts'
import type { EmbedTexts, FindRelease } from '../ports.ts'
import type { SuiteEvaluator } from '../suites/suite.ts'
import type { Asker } from './asker.ts'
import { type Hold, RunHeld } from './hold.ts'
import type { ItemPlace } from './item-store.ts'
import type { PlannedEvaluator, Run } from './run.ts'
import type { RunWriter } from './run-writer.ts'
import { findScoreByKey, type ScoreCacheWord, type StoredScore, wasJudged } from './score-store.ts'

/** An evaluator at work in a run. */
export interface RunEvaluator {
  /** Its place in the plan. */
  readonly index: number
  readonly planned: PlannedEvaluator
  readonly declared: SuiteEvaluator
  readonly made: MadeEvaluator
}

export interface ScorerOptions {
  readonly database: Database
  readonly keys: Pick<KeyRing, 'seal'>
  readonly logger: Logger
  readonly findRelease: FindRelease
  readonly embedTexts: EmbedTexts
  readonly run: Run
  readonly writer: RunWriter
  readonly asker: Asker
  readonly hold: Hold
  readonly onScore: (use: string, outcome: 'scored' | 'not_applicable' | 'failed' | 'cached') => void
}

/** What is judged: an answer, or one beside the baseline's. */
export interface Judged {
  readonly place: ItemPlace
  readonly example: EvaluatedExample
  readonly exampleHash: string
  readonly answer: KnownAnswer
  readonly baseline: KnownAnswer | undefined
}

export interface Scorer {
  /** Scores and keeps it. Throws `RunHeld` where a judge would have to be asked and nobody may be. */
  score(evaluator: RunEvaluator, judged: Judged): Promise<void>
}

const scoreTimeoutMs = 180_000

export function createScorer(options: ScorerOptions): Scorer {
  const { database, run, writer } = options

  return {
    async score(evaluator, judged) {
      const { planned, declared } = evaluator
      const { place, answer, baseline } = judged
      const answerKeys = planned.kind === 'pair' && baseline ? [baseline.key, answer.key] : [answer.key]
      const seed = derivedSeed(run.plan.seed, judged.example.key, place.repeat, planned.name)
      const key = scoreKey({
        use: planned.use,
        version: planned.version,
        parametersHash: planned.parametersHash,
        exampleHash: judged.exampleHash,
        answerKeys,
        seed,
      })
      const base = {
        ordinal: place.ordinal,
        release: place.release,
        repeat: place.repeat,
        evaluator: evaluator.index,
        use: planned.use,
        scoreKey: key,
        answerKey: answerKeys.length > 1 ? contentHash(answerKeys) : answer.key,
      }
      const isFree = declared.kind.manifest.cost === 'free'
      const known = isFree || !run.usesCache ? undefined : await findScoreByKey(database, run.tenant, key)
      if (known) {
        const { runId: _, ...score } = known
        options.onScore(planned.use, 'cached')
        const isPassed = score.value === undefined ? undefined : score.value >= planned.threshold
        await writer.write({ score: { ...score, ...base, isPassed, costNanoUsd: 0, cache: 'hit' } })
        return
      }
      const cache = await cacheWord(isFree, base.answerKey, planned.use)
      const score = await judge(evaluator, judged, seed)
      await writer.write({ score: await toStored(score, { ...base, cache }, planned) })
    },
  }

  async function cacheWord(isFree: boolean, answerKey: string, use: string): Promise<ScoreCacheWord> {
    if (isFree) return 'free'
    if (!run.usesCache) return 'off'
    return (await wasJudged(database, run.tenant, answerKey, use)) ? 'changed' : 'new'
  }

  /** What the evaluator says, or a word for why it could not tell. */
  async function judge(
    { planned, made }: RunEvaluator,
    { example, answer, baseline }: Judged,
    seed: number,
  ): Promise<
    (Score & { readonly costNanoUsd: number }) | { readonly failure: string; readonly costNanoUsd: number }
  > {
    let costNanoUsd = 0
    const signal = AbortSignal.any([options.hold.askSignal, AbortSignal.timeout(scoreTimeoutMs)])
    const tools = toolsOf(seed, signal, spent => (costNanoUsd += spent))
    try {
      if (made.evaluate) {
        const score = await made.evaluate(example, answer, tools)
        options.onScore(planned.use, score.value === undefined ? 'not_applicable' : 'scored')
        return { ...checked(score), costNanoUsd }
      }
      if (!baseline) return { failure: 'no_baseline_answer', costNanoUsd }
      const score = await made.compare(example, baseline, answer, tools)
      options.onScore(planned.use, score.value === undefined ? 'not_applicable' : 'scored')
      return { ...checked(score), costNanoUsd }
    } catch (error) {
      options.hold.signal.throwIfAborted()
      if (options.hold.askSignal.aborted) throw new RunHeld()
      if (error instanceof RunHeld) throw error
      options.onScore(planned.use, 'failed')
      const failure = error instanceof Failure ? error.code : signal.aborted ? 'timeout' : 'evaluator_failed'
      if (failure === 'evaluator_failed')
        options.logger.error({ err: error, run: run.id, evaluator: planned.use }, 'A bug broke an evaluator.')
      return { failure, costNanoUsd }
    }
  }

  function toolsOf(seed: number, signal: AbortSignal, spent: (nanoUsd: number) => void): EvaluatorTools {
    return {
      seed,
      signal,
      ask: async call => {
        signal.throwIfAborted()
        const facts = options.findRelease({ service: call.service, release: call.release })
        if (!facts)
          return {
            kind: 'failed',
            status: 404,
            code: 'model_not_found',
            message: `There is no service ${call.service}.`,
            isRetryable: false,
            costNanoUsd: undefined,
          }
        const asked = await options.asker.ask({
          service: facts.service,
          release: facts.release,
          releaseHash: facts.hash,
          body: call.body,
          seed: call.seed ?? seed,
          isSeeded: call.seed !== undefined,
          isStreamed: false,
          isJudge: true,
        })
        if (asked.kind === 'failed') return asked
        const { answer } = asked
        if (asked.cache !== 'hit' && asked.cache !== 'shared') spent(answer.costNanoUsd ?? 0)
        return {
          kind: 'answer',
          text: answer.text,
          body: answer.body ?? {},
          inferenceId: answer.inferenceId,
          release: facts.release,
          model: answer.model,
          finishReason: answer.finishReason,
          latencyMs: answer.latencyMs,
          firstTokenMs: answer.firstTokenMs,
          usage: answer.usage,
          costNanoUsd: answer.costNanoUsd,
        }
      },
      embed: async (service, texts) => {
        const { vectors, costNanoUsd } = await options.embedTexts({
          tenant: run.tenant,
          suite: run.suite,
          service,
          texts,
          signal,
        })
        spent(costNanoUsd ?? 0)
        await writer.write({ isJudge: true, costNanoUsd: costNanoUsd ?? 0 })
        return vectors
      },
    }
  }

  async function toStored(
    found: Awaited<ReturnType<typeof judge>>,
    base: Pick<
      StoredScore,
      'ordinal' | 'release' | 'repeat' | 'evaluator' | 'use' | 'scoreKey' | 'answerKey' | 'cache'
    >,
    planned: PlannedEvaluator,
  ): Promise<StoredScore> {
    const nothing = {
      value: undefined,
      isPassed: undefined,
      label: undefined,
      wanted: undefined,
      failure: undefined,
      dataKey: undefined,
      sealed: undefined,
      model: undefined,
      promptHash: undefined,
    }
    const { costNanoUsd } = found
    const createdAt = new Date()
    if ('failure' in found) return { ...base, ...nothing, failure: found.failure, costNanoUsd, createdAt }
    const { value, label, wanted, why, model, promptHash } = found
    const sealed =
      why === undefined ? undefined : await options.keys.seal(whyPlace(run.tenant, base.scoreKey), why)
    return {
      ...base,
      ...nothing,
      value,
      isPassed: value === undefined ? undefined : value >= planned.threshold,
      label: label?.slice(0, 200),
      wanted: wanted?.slice(0, 200),
      dataKey: sealed?.keyId,
      sealed: sealed?.bytes,
      model,
      promptHash,
      costNanoUsd,
      createdAt,
    }
  }
}

/** What the words of an evaluator are sealed for. */
export const whyPlace = (tenant: string, key: string) => ({
  tenant,
  purpose: 'content' as const,
  record: ['evaluation-score', key],
})

/** A value outside of 0 to 1 is a bug of the evaluator, and no number to count with. */
function checked(score: Score): Score {
  const { value } = score
  if (value === undefined || (value >= 0 && value <= 1)) return score
  throw new TypeError(`An evaluator gave ${value}, which is not between 0 and 1.`)
}
