import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../../foundation/platform/index.ts'
import { contentHash, derivedSeed } from '../answers/content-keys.ts'
import type {
  EvaluatedAnswer,
  EvaluatedExample,
  EvaluatorCatalogue,
  EvaluatorTools,
  MadeEvaluator,
} from '../evaluator.ts'
import type { CallRelease, EmbedTexts } from '../ports.ts'
import { toEvaluator } from '../suites/read-suite.ts'
import type { SuiteText } from '../suites/suite-schema.ts'

/** What decided of answers. */
export interface FilterFacts {
  readonly name: string
  readonly use: string
  readonly version: number
  /** SHA-256 of its parameters as canonical JSON. */
  readonly parametersHash: string
  readonly threshold: number
}

export interface FilterVerdict {
  readonly isKept: boolean
  /** By the name of the evaluator; null where it does not apply. */
  readonly scores: Readonly<Record<string, number | null>>
  /** The first evaluator that the answer did not pass, or that could not tell. */
  readonly refusedBy: string | undefined
  readonly costNanoUsd: number
}

/** Decides by evaluators which answers are good enough. */
export interface AnswerFilter {
  readonly facts: readonly FilterFacts[]
  /** An answer that an evaluator does not apply to passes it; one that it cannot tell of does not. Throws where the signal aborts. */
  judge(example: EvaluatedExample, answer: EvaluatedAnswer, signal: AbortSignal): Promise<FilterVerdict>
}

export type CreateAnswerFilter = (
  declared: SuiteText['evaluators'],
  /** Whose cost it is when evaluators ask models; `name` is in the ledger as that of a suite is. */
  scope: { readonly tenant: string; readonly name: string; readonly seed: number },
) => AnswerFilter

const judgeMs = 180_000
const fullMs = 5_000

/** Throws `invalid_request` for what is no evaluator of single answers. */
export function answerFilters(options: {
  readonly evaluators: EvaluatorCatalogue
  readonly callRelease: CallRelease
  readonly embedTexts: EmbedTexts
}): CreateAnswerFilter {
  return (declared, scope) => {
    const made = declared.map(one => {
      const use = typeof one === 'string' ? one : one.use
      const [evaluator] = toEvaluator(one, options.evaluators)
      const created = evaluator?.kind.create(evaluator.parameters)
      if (!evaluator || !created?.evaluate)
        throw new Failure(
          'invalid_request',
          created
            ? `\`${use}\` compares two answers, and here is one. Use an evaluator of single answers.`
            : `There is no evaluator \`${use}\`. See \`slipway eval evaluators\`.`,
          { details: { parameter: 'filters' } },
        )
      return { evaluator, evaluate: created.evaluate }
    })
    return {
      facts: made.map(({ evaluator: { name, kind, parameters, threshold } }) => ({
        name,
        use: kind.manifest.name,
        version: kind.manifest.version,
        parametersHash: contentHash(parameters),
        threshold,
      })),
      async judge(example, answer, signal) {
        const scores: Record<string, number | null> = {}
        let costNanoUsd = 0
        for (const { evaluator, evaluate } of made) {
          const { name, threshold } = evaluator
          const value = await scoreOf(name, evaluate)
          scores[name] = value === 'unknown' ? null : (value ?? null)
          if (value === 'unknown' || (value !== undefined && value < threshold))
            return { isKept: false, scores, refusedBy: name, costNanoUsd }
        }
        return { isKept: true, scores, refusedBy: undefined, costNanoUsd }

        async function scoreOf(
          name: string,
          evaluate: NonNullable<MadeEvaluator['evaluate']>,
        ): Promise<number | 'unknown' | undefined> {
          const limit = AbortSignal.any([signal, AbortSignal.timeout(judgeMs)])
          const seed = derivedSeed(scope.seed, example.key, 0, name)
          try {
            const tools = toolsOf(seed, limit, spent => (costNanoUsd += spent))
            return (await evaluate(example, answer, tools)).value
          } catch (error) {
            signal.throwIfAborted()
            if (error instanceof Failure || limit.aborted) return 'unknown'
            throw error
          }
        }
      },
    }

    function toolsOf(seed: number, signal: AbortSignal, spent: (nanoUsd: number) => void): EvaluatorTools {
      const { tenant, name: suite } = scope
      return {
        seed,
        signal,
        async ask({ service, release, body, seed: given }) {
          for (;;) {
            const said = await options.callRelease({
              tenant,
              suite,
              service,
              release,
              body,
              ...(given !== undefined && { seed: given }),
              signal,
            })
            if (said.kind !== 'budget') spent(said.kind === 'full' ? 0 : (said.costNanoUsd ?? 0))
            if (said.kind !== 'full') return said
            await sleep((said.retryAfterSeconds ?? 0) * 1_000 || fullMs, undefined, { signal })
          }
        },
        async embed(service, texts) {
          const { vectors, costNanoUsd } = await options.embedTexts({ tenant, suite, service, texts, signal })
          spent(costNanoUsd ?? 0)
          return vectors
        },
      }
    }
  }
}
