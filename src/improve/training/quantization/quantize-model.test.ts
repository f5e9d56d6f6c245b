import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { generateCorpus } from '../corpus/generate-corpus.ts'
import { supportCorpus } from '../corpus/support-desk.ts'
import { readGguf } from '../gguf/read-gguf.ts'
import { builtinModelFile } from '../model-card.ts'
import { compareAnswers, comparePerplexity, judgeChange } from './compare-models.ts'
import type { CheckExample } from './native-job.ts'
import { quantizeModel } from './quantize-model.ts'
import { readCheckExamples } from './read-examples.ts'
import { runNative } from './run-native.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-quantize-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const examplesOf = (split: 'train' | 'held_out', count: number): CheckExample[] =>
  generateCorpus(supportCorpus, { split, count }).map(({ message, answer }) => ({
    messages: [{ role: 'user', content: message }],
    answer: JSON.stringify(answer),
  }))
const check = examplesOf('held_out', 24)
const from = builtinModelFile()

describe('quantizeModel', () => {
  it('writes a smaller model, says what it costs, and keeps nothing else', async () => {
    const to = path.join(folder, 'small.gguf')
    const seen = new Set<string>()
    const report = await quantizeModel({
      from,
      to,
      type: 'Q8_0',
      check,
      answers: 8,
      calibration: examplesOf('train', 12),
      limits: { perplexityRise: 0.02, answerDrop: 0.9 },
      threads: 1,
      onProgress: ({ step }) => seen.add(step),
    })
    expect([...seen]).toEqual(['importance', 'quantize', 'original', 'result', 'speed'])
    expect(report).toMatchObject({ outcome: 'passed', file: to, importanceFrom: 12 })
    expect(report.original.bitsPerWeight).toBe(32)
    // matrices at 8 bits and a 16-bit scale for 32 of them; the few vectors stay as they are
    expect(report.result.bitsPerWeight).toBeWithin(8.5, 8.6)
    expect(report.result.bytes).toBeLessThan(report.original.bytes / 3)
    expect(report.perplexity.examples).toBe(24)
    expect(report.perplexity.rise.high).toBeLessThan(0.02)
    expect(report.answers).toMatchObject({ answers: 8, before: 1 })
    expect(Math.min(report.result.reading, report.result.writing)).toBeGreaterThan(0)
    expect(JSON.parse(await readFile(`${to}.report.json`, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(report)),
    )
    expect((await readdir(folder)).toSorted()).toEqual(['small.gguf', 'small.gguf.report.json'])
  }, 120_000)

  it('leaves out what loses too much, and what it cannot tell about', async () => {
    const to = path.join(folder, 'worse.gguf')
    const options = { from, to, type: 'Q2_K', check: check.slice(0, 6), answers: 4, threads: 1 } as const
    const worse = await quantizeModel({ ...options, limits: { perplexityRise: -0.5, answerDrop: 0.9 } })
    expect(worse).toMatchObject({ outcome: 'failed', gates: { perplexity: 'failed' }, file: undefined })
    const limits = { perplexityRise: 0.5, answerDrop: 0.01 }
    const few = await quantizeModel({ ...options, limits, cache: 'q8_0' })
    expect(few).toMatchObject({ outcome: 'undecided', gates: { answers: 'undecided' }, file: undefined })
    expect((await readdir(folder)).filter(name => name.startsWith('worse'))).toEqual([
      'worse.gguf.report.json',
    ])
  }, 120_000)

  it('says what it cannot quantize, and would not write over the original', async () => {
    const broken = path.join(folder, 'broken.gguf')
    await writeFile(broken, 'GGUF and nothing behind it')
    const limits = { perplexityRise: 1, answerDrop: 1 }
    const refused = quantizeModel({
      from: broken,
      to: path.join(folder, 'x.gguf'),
      type: 'Q4_K_M',
      check,
      limits,
    })
    expect(await refused.catch((error: unknown) => error)).toMatchObject({ code: 'invalid_request' })
    const same = quantizeModel({ from, to: from, type: 'Q4_K_M', check, limits })
    expect(await same.catch((error: unknown) => error)).toMatchObject({ code: 'invalid_request' })
  }, 60_000)
})

describe('an importance matrix', () => {
  it('has all matrices of all layers, with the same sums where they read the same', async () => {
    const examples = path.join(folder, 'calibration.json')
    const output = path.join(folder, 'importance.gguf')
    await writeFile(examples, JSON.stringify(check.slice(0, 4)))
    await runNative(
      { kind: 'importance', model: from, examples, output, threads: 1 },
      () => undefined,
      undefined,
    )
    const { metadata, tensors } = readGguf(await readFile(output))
    expect(metadata.get('general.type')).toEqual({ type: 'string', value: 'imatrix' })
    const sums = new Map(tensors.map(({ name, values }) => [name, values]))
    // query, key, value, output, gate, up and down
    expect(tensors.filter(({ name }) => name.endsWith('.in_sum2'))).toHaveLength(4 * 7)
    const sumsOf = (matrix: string) => sums.get(`blk.2.${matrix}.weight.in_sum2`)
    expect(sumsOf('attn_k')).toEqual(sumsOf('attn_q'))
    expect(sumsOf('ffn_up')).toEqual(sumsOf('ffn_gate'))
    expect(sumsOf('attn_q')).not.toEqual(sumsOf('ffn_gate'))
    expect(sumsOf('ffn_down')).toHaveLength(352)
    expect(Math.min(...sumsOf('attn_q')!)).toBeGreaterThan(0)
  }, 60_000)
})

describe('comparePerplexity', () => {
  it('weighs examples by their tokens, and leaves out what did not fit', () => {
    const pairs = [
      { tokens: 10, before: 10, after: 10.1 },
      { tokens: 30, before: 15, after: 15.3 },
      { tokens: 0, before: 0, after: 0 },
    ]
    const found = comparePerplexity(pairs)!
    expect(found).toMatchObject({ examples: 2, tokens: 40 })
    expect(found.before).toBeCloseTo(Math.exp(25 / 40), 12)
    expect(found.rise.estimate).toBeCloseTo(found.after / found.before - 1, 12)
    expect(comparePerplexity(pairs.slice(1))).toBeUndefined()
  })
})

describe('compareAnswers', () => {
  it('bounds the drop also where nothing changed, and counts both ways', () => {
    const right = Array.from({ length: 100 }, () => ({ before: true, after: true }))
    const same = compareAnswers(right)!
    expect(same.drop.estimate).toBe(0)
    // 1 − 0.0125^(1/100), both ways
    expect(same.drop.high).toBeCloseTo(1 - 0.0125 ** 0.01, 6)
    expect(judgeChange(same.drop, 0.05)).toBe('passed')
    expect(judgeChange(same.drop, 0.01)).toBe('undecided')
    const changed = compareAnswers([
      ...right.slice(50),
      ...right.slice(60).map(() => ({ before: true, after: false })),
      ...right.slice(90).map(() => ({ before: false, after: true })),
    ])!
    expect(changed).toMatchObject({ worse: 40, better: 10, before: 0.9, after: 0.6 })
    expect(changed.drop.low).toBeLessThan(0.3)
    expect(judgeChange(changed.drop, 0.05)).toBe('failed')
    expect(compareAnswers([])).toBeUndefined()
  })
})

describe('readCheckExamples', () => {
  it('takes three forms, and names the line that is none', async () => {
    const file = path.join(folder, 'examples.jsonl')
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ]
    await writeFile(
      file,
      `{"text":"one"}\n\n{"input":"a","output":"b"}\n${JSON.stringify({ messages })}\n{"messages":[]}\n`,
    )
    const example = { messages: [{ role: 'user', content: 'a' }], answer: 'b' }
    expect(await readCheckExamples(file, 3)).toEqual([{ text: 'one' }, example, example])
    expect(String(await readCheckExamples(file, 10).catch((error: unknown) => error))).toContain(
      'examples.jsonl:5',
    )
  })
})
