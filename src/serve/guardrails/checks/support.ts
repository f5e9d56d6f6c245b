import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import type { CheckKind } from '../check.ts'
import { claimsOf } from '../support/claims.ts'
import { indexForSupport, type SupportIndex } from '../support/support-score.ts'
import { languageOf } from '../support/words.ts'
import { needsDocuments, withoutDocuments } from './model-parameters.ts'

const parameters = z.strictObject({
  supportedFrom: z
    .number()
    .min(0.05)
    .max(1)
    .default(0.5)
    .describe('The support, from 0 to 1, from which a claim counts as borne out.'),
  needsDocuments,
  maxContextChars: z
    .int()
    .min(1_000)
    .max(2_000_000)
    .default(200_000)
    .describe('The most text of the documents that is read in the request; of more the check cannot tell.'),
})

/** The cheap first layer of groundedness: it needs no model, and understands nothing. */
export const support: CheckKind<z.output<typeof parameters>> = {
  manifest: {
    name: 'support',
    description:
      'Claims of an answer whose numbers, names and words are not in the documents that it should rest on; by words alone.',
    stages: ['output'],
    parameters,
    maxSpan: 'sentence',
    cost: 'deterministic',
  },
  create: ({ supportedFrom, maxContextChars, needsDocuments: needs }) => {
    // a stream is looked at sentence by sentence, over the same documents
    const known = new WeakMap<readonly string[], SupportIndex>()

    function indexOf(documents: readonly string[]): SupportIndex {
      const found = known.get(documents)
      if (found) return found
      if (documents.reduce((sum, text) => sum + text.length, 0) > maxContextChars) {
        throw new Failure('context_too_long', 'There is more text in the documents than the check reads.')
      }
      const index = indexForSupport(documents)
      known.set(documents, index)
      return index
    }

    return {
      scan({ text, documents }) {
        if (!documents || documents.length === 0) return withoutDocuments(text, needs)
        const index = indexOf(documents)
        return claimsOf(text, index.language ?? languageOf(text))
          .map(claim => index.supportOf(claim))
          .filter(({ score }) => score < supportedFrom)
          .map(({ claim, score, document, reason }) => ({
            start: claim.start,
            end: claim.end,
            type: 'UNSUPPORTED_CLAIM',
            score: 1 - score,
            reason: `${nearest(document)}: ${reason}`,
          }))
      },
    }
  },
}

function nearest(document: number | undefined): string {
  return document === undefined ? 'no document' : `document ${document + 1} is the nearest`
}
