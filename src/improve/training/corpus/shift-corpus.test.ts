import { describe, expect, it } from 'bun:test'
import { counterfactualsByName } from './counterfactuals.ts'
import { generateCorpus } from './generate-corpus.ts'
import { shiftCorpus, supportShifts } from './shift-corpus.ts'
import { supportCorpus } from './support-desk.ts'

const sample = (spec: typeof supportCorpus) => generateCorpus(spec, { split: 'train', count: 600 })

describe('shiftCorpus', () => {
  it('brings in products that were not there', () => {
    const share = sample(shiftCorpus(supportCorpus, supportShifts.newProducts)).filter(({ answer }) =>
      ['air_fryer', 'e_bike', 'drone', 'robot_vacuum'].includes(answer.product),
    ).length
    expect(share).toBeGreaterThan(150)
    expect(sample(supportCorpus).some(({ answer }) => answer.product === 'drone')).toBe(false)
  })

  it('brings in intents that were not there', () => {
    const intents = sample(shiftCorpus(supportCorpus, supportShifts.newIntents)).map(
      ({ answer }) => answer.intent,
    )
    expect(intents.filter(intent => intent === 'warranty').length).toBeGreaterThan(40)
  })

  it('brings in ways of writing that were not there', () => {
    const messages = sample(shiftCorpus(supportCorpus, supportShifts.newPhrasing))
    expect(messages.filter(({ message }) => /\b(pls|thx|u|ur)\b/.test(message)).length).toBeGreaterThan(40)
  })

  it('carries personal data in most messages when told to', () => {
    const share = sample(shiftCorpus(supportCorpus, supportShifts.personalData)).filter(
      ({ personalData }) => personalData.length > 0,
    ).length
    expect(share).toBeGreaterThan(300)
  })

  it('takes rows away by a weight of 0', () => {
    const shifted = shiftCorpus(supportCorpus, { mix: { products: { laptop: 0 } } })
    expect(sample(shifted).some(({ answer }) => answer.product === 'laptop')).toBe(false)
  })
})

describe('counterfactualsByName', () => {
  it('varies the name over the groups and leaves all else equal', () => {
    const sets = counterfactualsByName(supportCorpus, 20)
    expect(sets).toHaveLength(20)
    for (const { examples } of sets) {
      expect(new Set(examples.map(({ name }) => name?.group)).size).toBe(supportCorpus.desk.nameGroups.length)
      const masked = examples.map(({ message, name }) => message.replace(name!.value, '{name}'))
      expect(new Set(masked).size).toBe(1)
      const fields = examples.map(
        ({ answer: { intent, product, urgency } }) => `${intent} ${product} ${urgency}`,
      )
      expect(new Set(fields).size).toBe(1)
    }
  })
})
