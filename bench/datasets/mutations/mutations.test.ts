import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { type Fault, faults } from './faults.ts'
import { type Bench, openBench } from './run-faults.ts'

setDefaultTimeout(120_000)

let bench: Bench

beforeAll(async () => {
  bench = await openBench({ train: 240, test: 60, seed: 7 })
})

afterAll(async () => {
  await bench[Symbol.asyncDispose]()
})

/** One of a kind for each rule; the whole list is for `run.ts`, and its table in docs/dataset-checks.md. */
const chosen: Readonly<Record<string, string>> = {
  'a negative price': 'min(price)',
  misspelt: 'values(intent)',
  'an SKU next to one': 'references(sku)',
  'one renamed': 'only-columns',
  // before the total, which it would put right
  'prices half as high': 'drift(intent, product, urgency, sku, quantity, price, created_at, message, reply)',
  'a total that is not quantity times price': 'total is quantity times price',
  'in capitals': 'leakage(message, split)',
  'with another mark': 'near-duplicates(message)',
  'without blanks': 'personal-data(message, reply, messages)',
  'a key of AWS': 'secrets(message, reply, messages)',
  Chinese: 'language(message)',
  'a tool call without an answer': 'chat(messages)',
}

describe('the rules of a definition', () => {
  it('find nothing in clean data', () => {
    expect(bench.falseAlarms).toEqual([])
  })

  it('catch what is planted, all faults at once and each by its rule', async () => {
    const planted = Object.keys(chosen).map(what =>
      faults.findLast(fault => fault.what === what && !isOther(fault)),
    )
    const found = await bench.plant(
      planted.filter(fault => fault !== undefined),
      1,
    )
    expect(planted.filter(fault => fault === undefined)).toEqual([])
    expect(Object.values(chosen).filter(rule => !found.includes(rule))).toEqual([])
  })

  it('pass a fault of a kind that they do not know', async () => {
    const paraphrase = faults.filter(({ kind }) => kind === 'leak, in other words').slice(0, 1)
    expect(await bench.plant(paraphrase, 2)).toEqual([])
  })
})

/** `in capitals` is a label too. */
function isOther({ kind, what }: Fault): boolean {
  return what === 'in capitals' && kind !== 'leak, the same words'
}
