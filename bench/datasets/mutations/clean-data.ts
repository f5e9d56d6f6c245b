import { findNearAcross, findNearDuplicates } from '../../../src/improve/datasets/duplicates/find-near.ts'
import { createRandom } from '../../../src/foundation/statistics/index.ts'
import { generateCorpus, supportCorpus, type SupportExample } from '../../../src/improve/training/index.ts'

/** A ticket with what an order system knows of it. */
export interface Ticket {
  readonly id: string
  readonly message: string
  readonly intent: string
  readonly product: string
  readonly urgency: string
  readonly reply: string
  readonly messages: readonly unknown[]
  readonly sku: string | null
  readonly quantity: number
  readonly price: number
  readonly total: number
  readonly created_at: string
  readonly meta: Readonly<Record<string, unknown>>
  readonly split: 'train' | 'test'
}
export type Tickets = readonly Readonly<Record<string, unknown>>[]

export const skus = Array.from({ length: 120 }, (_, at) => ({
  sku: `SKU-${String(at * 7 + 1_000)}`,
  name: `Article ${at}`,
}))

/**
 * Tickets in which nothing is wrong: no two messages are nearly the same, no test message is like one of training, nobody's data is in them.
 * Made as one would make them: generated, then rid of near-duplicates.
 */
export async function makeTickets(
  train: number,
  test: number,
  seed: number,
  scratch: string,
): Promise<Ticket[]> {
  const corpus = {
    ...supportCorpus,
    seed,
    mix: { ...supportCorpus.mix, name: 0, personalData: 0, offTopic: 0.02 },
  }
  const ask = (split: SupportExample['split'], count: number) =>
    generateCorpus(corpus, { split, count: Math.ceil(count * 1.6) }).filter(
      ({ message }) => message.length >= 24,
    )
  const options = { scratch, signal: new AbortController().signal }
  const kept = await apart(ask('train', train), { ...options, threshold: 0.78 })
  const held = await apart(ask('held_out', test * 2), { ...options, threshold: 0.78 })
  const across = await findNearAcross(
    () => once(kept.map(({ message }) => message)),
    () => once(held.map(({ message }) => message)),
    { ...options, threshold: 0.68 },
  )
  const leaked = new Set(across.pairs.map(({ row }) => row - kept.length))
  const clean = held.filter((_, at) => !leaked.has(at))
  if (kept.length < train || clean.length < test)
    throw new Error(`Only ${kept.length} and ${clean.length} tickets are unlike each other.`)
  return [
    ...kept.slice(0, train).map(each => toTicket(each, 'train', seed)),
    ...clean.slice(0, test).map(each => toTicket(each, 'test', seed)),
  ]
}

async function apart(
  examples: readonly SupportExample[],
  options: Parameters<typeof findNearDuplicates>[1],
): Promise<SupportExample[]> {
  const { pairs } = await findNearDuplicates(() => once(examples.map(({ message }) => message)), options)
  const again = new Set(pairs.map(({ row }) => row))
  return examples.filter((_, at) => !again.has(at))
}

async function* once(texts: readonly string[]): AsyncGenerator<readonly string[]> {
  yield await Promise.resolve(texts)
}

function toTicket({ id, message, answer }: SupportExample, split: Ticket['split'], seed: number): Ticket {
  const random = createRandom(seed, id, 'order')
  const quantity = 1 + Math.floor(random.next() ** 2 * 8)
  const price = Math.round((5 + random.next() ** 2 * 295) * 100) / 100
  return {
    id,
    message,
    intent: answer.intent,
    product: answer.product,
    urgency: answer.urgency,
    reply: answer.reply,
    messages: [
      { role: 'system', content: 'You answer for a shop.' },
      { role: 'user', content: message },
      { role: 'assistant', content: answer.reply },
    ],
    sku: random.next() < 0.04 ? null : (skus[Math.floor(random.next() * skus.length)]?.sku ?? null),
    quantity,
    price,
    total: Math.round(quantity * price * 100) / 100,
    created_at: new Date(Date.UTC(2026, 0, 1) + Math.floor(random.next() * 250 * 86_400_000)).toISOString(),
    meta: { channel: random.pick(['mail', 'chat', 'phone']), attempts: Math.floor(random.next() * 4) },
    split,
  }
}
