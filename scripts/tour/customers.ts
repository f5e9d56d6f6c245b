import { createRandom } from '../../src/foundation/statistics/index.ts'
import {
  generateExample,
  parseAnswer,
  shiftCorpus,
  type SupportAnswer,
  supportCorpus,
  supportShifts,
} from '../../src/improve/training/index.ts'

/** What a customer writes, and what would be a right answer to it. */
export interface Message {
  readonly text: string
  readonly truth: SupportAnswer
  /** Whether it comes out of the traffic as it has become. */
  readonly isLater: boolean
}

/** What the shop begins to sell: how many products, and how often each is asked about where a usual one counts 1. */
export interface Novelties {
  readonly products: number
  readonly weight: number
}

/** What people had been writing when the model was made, and what they write once the shop sells more and others come. */
export function createMessages(seed: number, novelties: Novelties) {
  const usual = { ...supportCorpus, seed }
  const { newProducts, newPhrasing } = supportShifts
  const products = newProducts.products.slice(0, novelties.products)
  const later = shiftCorpus(
    shiftCorpus(
      { ...usual, seed: seed + 1 },
      {
        products,
        mix: { products: Object.fromEntries(products.map(({ label }) => [label, novelties.weight])) },
      },
    ),
    {
      ...newPhrasing,
      // half as many as the corpus of the shift has: the products alone are half of what people ask about
      mix: { styles: { texting: 4, slang: 4 } },
    },
  )
  return {
    /** Message number `index`, where `share` of them are of later days. */
    at(index: number, share: number): Message {
      const isLater = createRandom(seed, index, 'later').next() < share
      const { message, answer } = generateExample(isLater ? later : usual, index)
      return { text: message, truth: answer, isLater }
    },
  }
}

export type Messages = ReturnType<typeof createMessages>

/** Whether intent, product and urgency are all as they should be. */
export function isRight(answer: string, truth: SupportAnswer): boolean {
  const given = parseAnswer(answer)
  return (
    given !== null &&
    given.intent === truth.intent &&
    given.product === truth.product &&
    given.urgency === truth.urgency
  )
}
