import type { ConfigSnapshot } from '../../foundation/config/index.ts'
import {
  createEvaluatorCatalogue,
  type AssessClaims,
  type EvaluatorCatalogue,
} from '../../improve/evaluation/index.ts'
import { assessGroundedness } from '../../serve/guardrails/index.ts'

/** The evaluators, with what they borrow from the checks. */
export function composeEvaluators(snapshot: () => ConfigSnapshot): EvaluatorCatalogue {
  return createEvaluatorCatalogue({ assessClaims, functions: () => snapshot().config.evaluation.functions })
}

/** As the check `groundedness` does it; whose call it is is known to whoever asks. */
const assessClaims: AssessClaims = async (given, ask, signal) => {
  const claims = await assessGroundedness(
    async ({ body }) => ({ ...(await ask(body)), costNanoUsd: undefined }),
    {
      tenant: '',
      check: 'groundedness',
      service: 'of the evaluator',
      signal,
      answer: given.answer,
      question: given.question,
      documents: given.documents,
    },
    {
      method: 'llm',
      entailment: new Set(),
      maxContextChars: given.maxContextChars,
      temperature: 0,
      sureFrom: undefined,
    },
  )
  return claims.map(({ claim, verdict }) => ({ text: claim.text, verdict }))
}
