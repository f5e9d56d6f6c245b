import { describe, expect, it } from 'bun:test'
import { classify } from './classify.ts'

const asked = {
  tenant: 't',
  check: 'prompt-guard',
  service: 's',
  signal: new AbortController().signal,
  input: ['one', 'two'],
}
const classesOf = async (data: unknown) =>
  await classify(async () => ({ body: { data }, model: undefined, costNanoUsd: undefined }), asked)
const benign = new Set(['benign', 'safe'])

describe('classify', () => {
  it('adds the classes that are asked for where all are named', async () => {
    const named = { label: 'BENIGN', labels: ['BENIGN', 'SAFE', 'ATTACK'], probs: [0.5, 0.3, 0.2] }
    const [one] = await classesOf([named, named])
    expect(one?.probabilityOf(benign)).toBeCloseTo(0.8, 12)
    expect(one?.label).toBe('benign')
  })

  it('goes by the likeliest class where only that is named', async () => {
    const [harmless, attack] = await classesOf([
      { label: 'SAFE', probs: [0.9, 0.1] },
      { label: 'ATTACK', probs: [0.3, 0.7] },
    ])
    expect(harmless?.probabilityOf(benign)).toBeCloseTo(0.9, 12)
    expect(attack?.probabilityOf(benign)).toBeCloseTo(0.3, 12)
  })

  it('takes nothing but a class for each text', async () => {
    const good = { label: 'SAFE', probs: [0.9, 0.1] }
    for (const data of [
      [good],
      [good, good, good],
      [good, { label: 'SAFE', probs: [9, 1] }],
      [good, {}],
      'SAFE',
      undefined,
    ]) {
      const error = await classesOf(data).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'upstream_error' })
    }
  })
})
