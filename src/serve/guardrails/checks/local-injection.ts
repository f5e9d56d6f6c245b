import { z } from 'zod'
import type { CheckKind, Finding } from '../check.ts'
import { builtinModel } from '../classifier/builtin-model.ts'
import { judgePieces } from '../classifier/linear-model.ts'
import { viewsOf } from '../normalise/index.ts'
import { readLexicon } from './injection-words.ts'
import { settleFindings } from './settle-findings.ts'

const parameters = z.strictObject({
  attackShare: z
    .number()
    .min(0.0001)
    .max(0.5)
    .default(0.05)
    .describe(
      'Which share of the texts you take to be attacks, as the score of a finding is the probability of one. The rarer they are, the surer it has to be.',
    ),
})

/** Findings that no policy would act on are not worth a line. */
const leastScore = 0.1

export const localInjectionKind: CheckKind<z.infer<typeof parameters>> = {
  manifest: {
    name: 'local-injection',
    description:
      'Judges sentence by sentence whether a text tries to take a model over, by a small classifier in this process. Its errors are in models/injection.',
    stages: ['input', 'context'],
    parameters,
    maxSpan: 'whole',
    cost: 'local',
  },
  create({ attackShare }) {
    const model = builtinModel()
    readLexicon()
    const odds = attackShare / (1 - attackShare)
    return {
      scan({ text }) {
        const found: Finding[] = []
        for (const view of viewsOf(text)) {
          for (const { start, end, probability } of judgePieces(model, view.text)) {
            const score = (probability * odds) / (probability * odds + 1 - probability)
            if (score < leastScore) continue
            found.push({
              start: view.sourceStart(start),
              end: view.sourceEnd(end),
              type: 'PROMPT_INJECTION',
              score: Math.round(score * 1_000) / 1_000,
            })
          }
        }
        return settleFindings(found)
      },
    }
  },
}
