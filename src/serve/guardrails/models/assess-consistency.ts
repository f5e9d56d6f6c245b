import { clusterByMeaning, normalisedSemanticEntropy } from '../../../foundation/statistics/index.ts'
import { answerText } from './ask-for-json.ts'
import type { AskService, ServiceCall } from './ask-service.ts'
import { type Compare, compareByClassifier, compareByModel, normalisedAnswer } from './same-meaning.ts'

export interface ConsistencyOptions {
  /** The service that is asked again. */
  readonly sampled: string
  readonly samples: number
  readonly maxOutputTokens: number
  readonly temperature: number | undefined
  readonly compare: 'text' | 'llm' | 'classifier'
  /** The service that compares meanings. */
  readonly judge: string
  readonly entailment: readonly string[]
}

export interface Consistency {
  /** From 0, all say the same as the answer, to 1. */
  readonly score: number
  /** In words that hold nothing of the answers. */
  readonly reason: string
}

/**
 * Asks a question again and compares what comes: the discrete semantic entropy of the samples, normalised, or the share of
 * them that mean something else than the answer, whichever is higher. An answer that all others contradict is as doubtful
 * as one of which all are different.
 */
export async function assessConsistency(
  ask: AskService,
  asker: Omit<ServiceCall, 'service' | 'path' | 'body'>,
  { answer, question }: { readonly answer: string; readonly question: string },
  options: ConsistencyOptions,
): Promise<Consistency> {
  const { samples: count, temperature } = options
  const call = { ...asker, service: options.sampled }
  const samples = await Promise.all(
    Array.from({ length: count }, async () => {
      const { body } = await ask({
        ...call,
        path: '/v1/chat/completions',
        body: {
          messages: [{ role: 'user', content: question }],
          max_completion_tokens: options.maxOutputTokens,
          ...(temperature !== undefined && { temperature }),
        },
      })
      return answerText(body, call, { mayBeCut: true }).trim()
    }),
  )
  const compare = comparison(ask, { ...asker, service: options.judge }, question, options)
  const sample = (index: number): string => samples[index] ?? ''
  const meanings = await clusterByMeaning(count, (first, second) => compare(sample(first), sample(second)))
  let agreeing = 0
  for (const [first = 0, ...more] of meanings) {
    if (!(await compare(sample(first), answer))) continue
    agreeing = 1 + more.length
    break
  }
  const entropy = normalisedSemanticEntropy(meanings.map(({ length }) => length))
  return {
    score: Math.max(entropy, 1 - agreeing / count),
    reason: `${count} other answers have ${meanings.length} meanings, ${agreeing} of them the same as this one; entropy ${entropy.toFixed(2)}`,
  }
}

function comparison(
  ask: AskService,
  asker: Omit<ServiceCall, 'path' | 'body'>,
  question: string,
  { compare, entailment }: ConsistencyOptions,
): Compare {
  const byMeaning: Compare =
    compare === 'text'
      ? () => Promise.resolve(false)
      : compare === 'llm'
        ? compareByModel(ask, asker, question, 0)
        : compareByClassifier(ask, asker, question, new Set(entailment.map(label => label.toLowerCase())))
  return async (first, second) =>
    normalisedAnswer(first) === normalisedAnswer(second) || (await byMeaning(first, second))
}
