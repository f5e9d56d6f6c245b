import { describe, expect, it } from 'bun:test'
import { generateCorpus } from './generate-corpus.ts'
import { supportCorpus } from './support-desk.ts'

const train = generateCorpus(supportCorpus, { split: 'train', count: 2000 })
const heldOut = generateCorpus(supportCorpus, { split: 'held_out', count: 400 })

describe('generateCorpus', () => {
  it('gives the same examples for the same spec, and the same ones first when asked for more', () => {
    expect(generateCorpus(supportCorpus, { split: 'train', count: 50 })).toEqual(train.slice(0, 50))
    expect(generateCorpus({ ...supportCorpus, seed: 7 }, { split: 'train', count: 1 })).not.toEqual(
      train.slice(0, 1),
    )
  })

  it('shares no message and no combination between the splits, in whatever style', () => {
    const seen = new Set(train.flatMap(({ message, combination }) => [message, combination]))
    expect(heldOut.filter(({ message, combination }) => seen.has(message) || seen.has(combination))).toEqual(
      [],
    )
  })

  it('starts where it is told to', () => {
    const later = generateCorpus(supportCorpus, { split: 'train', count: 50, from: 1000 })
    const ids = new Set(train.slice(0, 50).map(({ id }) => id))
    expect(later.some(({ id }) => ids.has(id))).toBe(false)
  })

  it('refuses a split that is empty', () => {
    const spec = { ...supportCorpus, heldOutShare: 0 }
    expect(() => generateCorpus(spec, { split: 'held_out', count: 1 })).toThrow(/empty/)
  })
})

describe('supportCorpus', () => {
  it('covers every product, intent, style and urgency', () => {
    const { desk } = supportCorpus
    const of = (list: string[]): string[] => [...new Set(list)].sort()
    expect(of(train.map(({ answer }) => answer.product))).toEqual(of(desk.products.map(({ label }) => label)))
    expect(of(train.map(({ answer }) => answer.intent))).toEqual(
      of([...desk.intents.map(({ label }) => label), 'other']),
    )
    expect(of(train.map(({ style }) => style))).toEqual(of(desk.styles.map(({ label }) => label)))
    expect(of(train.map(({ answer }) => answer.urgency))).toEqual(['high', 'low', 'normal'])
  })

  it('fills every slot', () => {
    for (const { message, answer } of train)
      expect(`${message}${answer.reply}`).not.toMatch(/[{}]|undefined|null/)
  })

  it('grounds replies in the message: they name its product, and ask for an order number only where none is given', () => {
    for (const { answer, grounding, order, message } of train) {
      for (const mention of grounding) expect(answer.reply).toContain(mention)
      if (order === null) continue
      expect(message).toContain(order)
      expect(answer.reply).not.toMatch(/order number/)
    }
    const grounded = train.filter(({ grounding }) => grounding.length > 0)
    expect(grounded.length).toBeGreaterThan(1500)
  })

  it('repeats name and order number where its tables say so', () => {
    const { desk } = supportCorpus
    const intents = desk.intents.map(intent => ({
      ...intent,
      replyWithOrder: 'Order {order}: your {product}.',
    }))
    const spec = { ...supportCorpus, desk: { ...desk, intents, replyGreeting: 'Hi {name}!' } }
    const examples = generateCorpus(spec, { split: 'train', count: 200 })
    const whole = examples.filter(({ name, order }) => name !== null && order !== null)
    expect(whole.length).toBeGreaterThan(5)
    for (const { name, order, answer } of whole) {
      expect(answer.reply).toStartWith(`Hi ${name!.value}! Order ${order}: your `)
    }
  })

  it('marks the personal data that a message carries and never repeats it', () => {
    const carrying = train.filter(({ personalData }) => personalData.length > 0)
    expect(carrying.length).toBeGreaterThan(80)
    for (const { personalData, message, answer } of carrying) {
      expect(message).toContain(personalData[0]!.value)
      expect(answer.reply).not.toContain(personalData[0]!.value)
    }
  })

  it('invents card numbers that pass the Luhn check', () => {
    const cards = train.flatMap(({ personalData }) => personalData.filter(({ kind }) => kind === 'card'))
    expect(cards.length).toBeGreaterThan(5)
    for (const { value } of cards) {
      const digits = Array.from(value.replaceAll(' ', ''), Number)
      const sum = digits.reduce((total, digit, index) => {
        const counted = (digits.length - index) % 2 === 0 ? digit * 2 : digit
        return total + (counted > 9 ? counted - 9 : counted)
      }, 0)
      expect(sum % 10).toBe(0)
    }
  })
})
