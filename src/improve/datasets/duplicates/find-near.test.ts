import { describe, expect, it } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findNearAcross, findNearDuplicates, type NearOptions } from './find-near.ts'
import { candidateChance, leastRecall, MinHash, planBands, signatureSize } from './min-hash.ts'
import { jaccard, Shingler } from './shingles.ts'

const words = Array.from(
  { length: 3_000 },
  (_, at) => `w${(((at + 7) * 2_654_435_761) % 2 ** 32).toString(36)}`,
)

/** Numbers of [0, 1), the same for the same seed. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function sentence(next: () => number, length: number): string[] {
  return Array.from({ length }, () => words[Math.floor(next() * words.length)] ?? '')
}

async function near(texts: readonly string[], options: Partial<NearOptions> = {}, other?: readonly string[]) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'near-'))
  const all = { threshold: 0.8, scratch, signal: new AbortController().signal, ...options }
  // eslint-disable-next-line no-empty-function
  const from = (list: readonly string[]) =>
    async function* () {
      for (let at = 0; at < list.length; at += 100) yield await Promise.resolve(list.slice(at, at + 100))
    }
  try {
    return await (other
      ? findNearAcross(from(other), from(texts), all)
      : findNearDuplicates(from(texts), all))
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

describe('Shingler', () => {
  const shingler = new Shingler()
  const same = (one: string, other: string) => jaccard(shingler.setOf(one), shingler.setOf(other))

  it('takes case, marks and spaces for nothing', () => {
    expect(same('Where is my order?', '  where IS my -- order')).toBe(1)
    expect(same('Straße, München', 'STRASSE münchen')).toBeLessThan(1)
    expect(same('Ｆｕｌｌ ｗｉｄｔｈ', 'full width')).toBe(1)
    expect(same('私の注文はどこですか。', '私の注文はどこですか')).toBe(1)
  })

  it('is the Jaccard similarity of the runs of five characters', () => {
    // abcde bcdef cdefg | abcde bcdef cdefx: 2 of 4
    expect(same('abcdefg', 'abcdefx')).toBe(0.5)
    expect(same('abc', 'abc')).toBe(1)
    expect(same('abc', 'abd')).toBe(0)
    expect(shingler.setOf('...')).toHaveLength(0)
  })

  it('cuts words where it is told to', () => {
    const byWords = new Shingler({ of: 'words', length: 2 })
    expect(jaccard(byWords.setOf('a b c d'), byWords.setOf('a b c x'))).toBe(0.5)
  })
})

describe('MinHash', () => {
  it('agrees in the share of values that the similarity says, also for short texts', () => {
    const next = random(5)
    const shingler = new Shingler({ of: 'words', length: 1 })
    for (const length of [20, 200]) {
      let agreed = 0
      let expected = 0
      for (let pair = 0; pair < 200; pair += 1) {
        const one = sentence(next, length)
        const other = [
          ...one.slice(0, Math.floor(length * 0.75)),
          ...sentence(next, Math.ceil(length * 0.25)),
        ]
        const left = shingler.setOf(one.join(' '))
        const right = shingler.setOf(other.join(' '))
        expected += jaccard(left, right)
        const signature = new MinHash().sign(left).slice()
        const against = new MinHash().sign(right)
        agreed += signature.filter((value, at) => value === against[at]).length / signatureSize
      }
      // the standard error of 200 signatures is below 0.01
      expect(Math.abs(agreed - expected) / 200).toBeLessThan(0.03)
    }
  })

  it('plans bands that find what is at the threshold', () => {
    for (const threshold of [0.3, 0.5, 0.7, 0.8, 0.9, 0.95]) {
      const plan = planBands(threshold)
      expect(plan.bands * plan.rows).toBeLessThanOrEqual(signatureSize)
      expect(candidateChance(threshold, plan)).toBeGreaterThanOrEqual(leastRecall)
    }
    expect(planBands(0.8)).toEqual({ bands: 21, rows: 6 })
  })
})

describe('findNearDuplicates', () => {
  it('names each text that is like an earlier one, with the similarity that the sets have', async () => {
    const next = random(1)
    const texts = Array.from({ length: 600 }, () => sentence(next, 30))
    const edited: number[] = []
    for (let at = 0; at < 600; at += 3) {
      const copy = [...(texts[at] ?? [])]
      copy[10] = 'changed'
      edited.push(texts.length)
      texts.push(copy)
    }
    const lines = texts.map(each => each.join(' '))
    const { pairs, method } = await near(lines)
    expect(pairs.map(({ row }) => row)).toEqual(edited)
    const shingler = new Shingler()
    for (const { row, of, similarity } of pairs) {
      expect(of).toBe((row - 600) * 3)
      expect(similarity).toBe(jaccard(shingler.setOf(lines[row] ?? ''), shingler.setOf(lines[of] ?? '')))
    }
    expect(method.candidates).toBeLessThan(800)
  })

  it('joins nothing by a chain: what goes is like something that stays', async () => {
    const next = random(2)
    const chain = [sentence(next, 40)]
    for (let step = 0; step < 30; step += 1) {
      const last = [...(chain.at(-1) ?? [])]
      last[step] = 'other'
      chain.push(last)
    }
    const lines = chain.map(each => each.join(' '))
    const { pairs } = await near(lines)
    const gone = new Set(pairs.map(({ row }) => row))
    expect(gone.size).toBeGreaterThan(15)
    expect(gone.size).toBeLessThan(lines.length - 1)
    expect(pairs.every(({ of }) => !gone.has(of))).toBe(true)
  })

  it('takes time for mass-produced texts that grows with their number, not its square', async () => {
    const { pairs, method } = await near(
      Array.from({ length: 5_000 }, (_, at) => `Thank you for your order ${at % 3}`),
    )
    expect(pairs.length).toBeGreaterThanOrEqual(4_997)
    expect(method.compared).toBeLessThan(20_000)
  })

  it('leaves empty texts and those of other words alone', async () => {
    expect((await near(['', '', '...', 'one of a kind', 'something else'])).pairs).toEqual([])
  })

  it('stops where it is told to', async () => {
    const stop = new AbortController()
    stop.abort(new Error('stopped'))
    // eslint-disable-next-line typescript/await-thenable
    await expect(near(['a'], { signal: stop.signal })).rejects.toThrow('stopped')
  })
})

describe('findNearAcross', () => {
  it('finds only what is on the other side', async () => {
    const next = random(3)
    const train = Array.from({ length: 300 }, () => sentence(next, 25))
    const fresh = Array.from({ length: 50 }, () => sentence(next, 25))
    const leaked = train.slice(0, 20).map(each => each.with(3, 'reworded'))
    const test = [...fresh, ...leaked, ...fresh].map(each => each.join(' '))
    const { pairs } = await near(
      test,
      {},
      train.map(each => each.join(' ')),
    )
    expect(pairs.map(({ row, of }) => [row - 300, of])).toEqual(leaked.map((_, at) => [50 + at, at]))
  })
})
