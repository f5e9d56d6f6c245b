import type { EvaluatorCatalogue } from '../evaluator.ts'
import { embeddingSimilarity } from './embedding-similarity.ts'
import { ownFunction } from './function/own-function.ts'
import { groundedness } from './groundedness.ts'
import { jsonField, jsonSchema } from './json.ts'
import { pairwiseJudge } from './judge/pairwise-judge.ts'
import { rubricJudge } from './judge/rubric-judge.ts'
import { label } from './label.ts'
import { language } from './language.ts'
import { contains, exact, fuzzyMatch, numeric, regex, startsWith } from './matching.ts'
import { cost, latency, length } from './measures.ts'
import { bleu, chrf, editDistance, rouge, tokenF1 } from './overlap.ts'
import type { EvaluatorPorts } from './ports.ts'
import { refusal } from './refusal.ts'
import { selfConsistency } from './self-consistency.ts'
import { toolCalls } from './tool-calls.ts'
import { toxicity } from './toxicity.ts'

export type { AssessClaims, EvaluatorPorts } from './ports.ts'

/** The evaluators that there are. */
export function createEvaluatorCatalogue({ assessClaims, functions }: EvaluatorPorts): EvaluatorCatalogue {
  const kinds = [
    exact,
    contains,
    startsWith,
    fuzzyMatch,
    regex,
    numeric,
    jsonField,
    jsonSchema,
    label,
    toolCalls,
    editDistance,
    tokenF1,
    bleu,
    rouge,
    chrf,
    embeddingSimilarity,
    selfConsistency,
    groundedness(assessClaims),
    refusal,
    toxicity,
    language,
    length,
    latency,
    cost,
    ownFunction(functions),
    rubricJudge,
    pairwiseJudge,
  ]
  return new Map(kinds.map(kind => [kind.manifest.name, kind]))
}
