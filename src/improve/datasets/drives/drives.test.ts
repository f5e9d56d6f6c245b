import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { compareModels } from '../slices/compare-models.ts'
import { chooseCandidates } from './choose-candidates.ts'
import { planted } from './drives.fixture.ts'
import { findNeeds } from './needs.ts'

setDefaultTimeout(60_000)

const cells = [
  { values: ['en', 'long'], label: 'refund', rows: 100 },
  { values: ['de', 'long'], label: 'refund', rows: 20 },
  { values: ['de', 'long'], label: 'repair', rows: 10 },
  { values: ['null', 'long'], label: 'repair', rows: 3 },
  { values: ['en', 'long'], label: 'null', rows: 7 },
]
const options = {
  slices: ['language', 'size'],
  label: 'intent',
  of: 'both',
  each: 50,
  halfWidth: 0.05,
} as const

describe('findNeeds', () => {
  it('says what has too few rows and how many, and nothing of rows without a value', () => {
    expect(findNeeds(cells, options)).toEqual([
      {
        kind: 'label',
        name: 'repair',
        values: { intent: 'repair' },
        rows: 13,
        missing: 37,
      },
      {
        kind: 'slice',
        name: 'de × long',
        values: { language: 'de', size: 'long' },
        rows: 30,
        missing: 20,
      },
    ])
    expect(findNeeds(cells, { ...options, of: 'labels', each: 10 })).toEqual([])
    // z² / (4 h²) = 384.1…
    expect(findNeeds(cells, { ...options, of: 'slices', each: undefined })[0]).toMatchObject({
      name: 'de × long',
      missing: 355,
    })
  })
})

describe('chooseCandidates', () => {
  it('takes the likeliest for what lacks the largest part, and stops where enough is expected', () => {
    const probabilities = [
      [0.9, 0],
      [0.1, 0.6],
      [0.8, 0.7],
      [0.95, 0.1],
      [0.3, 0.3],
    ]
    const chosen = chooseCandidates(probabilities, [1.5, 0.75], { most: 10, least: 0.2 })
    expect(chosen.map(({ candidate, need }) => [candidate, need])).toEqual([
      [3, 0],
      [2, 1],
    ])
    expect(chooseCandidates(probabilities, [100, 100], { most: 3, least: 0.2 })).toHaveLength(3)
    expect(chooseCandidates(probabilities, [100, 100], { most: 10, least: 0.65 })).toHaveLength(3)
    expect(chooseCandidates([], [5], { most: 10, least: 0 })).toEqual([])
  })
})

describe('what is collected', () => {
  it('makes a slice better known than the same number of rows drawn at random', async () => {
    const { before, targeted, random, precision } = await planted('test', {
      rows: 1_200,
      pool: 4_000,
      budget: 220,
    })
    expect(precision).toBeGreaterThan(0.6)
    const compare = async (after: typeof before) =>
      await compareModels(before, after, {
        seeds: 6,
        seed: 's',
        label: 'refund',
        slice: 'south',
        signal: new AbortController().signal,
        progress: () => undefined,
      })
    const [aimed, drawn] = [await compare(targeted), await compare(random)]
    expect(aimed!.sliceAccuracyChange.low).toBeGreaterThan(0)
    expect(aimed!.sliceAccuracyChange.estimate).toBeGreaterThan(drawn!.sliceAccuracyChange.estimate)
    expect(aimed!.says).toContain('In `south` accuracy rose')
  })
})
