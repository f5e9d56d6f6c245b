import { afterAll, describe, expect, it } from 'bun:test'
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { getLlama, LlamaLogLevel, type Token } from 'node-llama-cpp'
import { generateCorpus } from './corpus/generate-corpus.ts'
import { supportCorpus } from './corpus/support-desk.ts'
import { evaluateModel } from './evaluate-model.ts'
import { readModelFile } from './gguf/model-file.ts'
import { encodePrompt } from './loop/encode-example.ts'
import { likeliest } from './loop/evaluate-held-out.ts'
import { builtinModelDirectory, builtinModelFile, readModelCard } from './model-card.ts'
import { openTransformerSession } from './model/transformer-session.ts'
import { createRandom } from '../../foundation/statistics/index.ts'

/** llama.cpp keeps keys and values in 16-bit floats; logits here are as large as 25. */
const logitTolerance = 0.05
const timeoutMs = 120_000

const bytes = await readFile(builtinModelFile())
const trained = readModelFile(bytes)
const card = await readModelCard(builtinModelDirectory())
const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error, maxThreads: 1 })
const model = await llama.loadModel({ modelPath: builtinModelFile() })
afterAll(() => llama.dispose())

describe('models/support', () => {
  it('is the file that its card describes, and small', async () => {
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(card.sha256)
    expect((await stat(builtinModelFile())).size).toBeLessThan(6_000_000)
    expect(trained.weights.reduce((sum, { length }) => sum + length, 0)).toBe(card.parameters)
  })

  it('has a card that promises at least 95 % on at least 500 held-out messages', () => {
    expect(card.heldOut.messages).toBeGreaterThanOrEqual(500)
    for (const field of ['intent', 'product', 'urgency', 'allFields']) {
      expect(card.heldOut.scores[field]!.share).toBeGreaterThanOrEqual(0.95)
    }
  })

  it(
    'keeps that promise on held-out messages that the card has not counted',
    async () => {
      const beyond = generateCorpus(supportCorpus, { split: 'held_out', count: 100, from: 1_000_000 })
      const { scores } = await evaluateModel(builtinModelFile(), beyond)
      expect(scores.isJson.share).toBe(1)
      // 100 messages: three deviations below 95 % is 88 %
      expect(scores.allFields.share).toBeGreaterThanOrEqual(0.88)
    },
    timeoutMs,
  )

  it('tells llama.cpp its context, its end and that no text starts with a mark', () => {
    expect(model.trainContextSize).toBe(trained.shape.contextLength)
    expect(model.isEogToken(trained.tokenizer.special('<|end|>') as Token)).toBe(true)
    expect(model.tokens.shouldPrependBosToken).toBe(false)
    expect(model.fileInfo.metadata.general.license).toBe('apache-2.0')
  })
})

describe('export', () => {
  it.each([
    'Where is my laptop? Order 48213.',
    'no rush, how do i clean my espresso machine',
    '👋 ASAP!!! je veux un remboursement — commande №77 \t\n',
  ])(
    'gives the same logits in llama.cpp as in the trainer: %p',
    async text => {
      const ids = encodePrompt(trained.tokenizer, text)
      const session = await openTransformerSession(trained.shape)
      const ours = await session.logits(trained.weights, Int32Array.from(ids), 1)
      const context = await model.createContext({ contextSize: 256, threads: 1 })
      const results = await context
        .getSequence()
        .controlledEvaluate(
          ids.map(id => [id as Token, { generateNext: { logits: true, options: { temperature: 0 } } }]),
        )
      const size = trained.shape.vocabularySize
      let largest = 0
      results.forEach((result, position) => {
        const theirs = result!.next.logits!
        expect(theirs.size).toBe(size)
        const row = ours.subarray(position * size, (position + 1) * size)
        for (const [token, logit] of theirs) largest = Math.max(largest, Math.abs(logit - row[token]!))
        expect([...theirs].toSorted((a, b) => b[1] - a[1])[0]![0]).toBe(likeliest(row) as Token)
      })
      expect(largest).toBeLessThan(logitTolerance)
      await context.dispose()
    },
    timeoutMs,
  )
})

describe('tokenizer', () => {
  const same = (text: string): void => {
    expect([...model.tokenize(text, false)].map(Number)).toEqual(trained.tokenizer.encode(text))
  }

  it.each([
    'Hello, world!  two  spaces   three ',
    'tab\tnewline\nreturn\r\n\r\n x\n',
    "I'm you're WE'LL don't 's ʼs ’s",
    'héllo wörld ß e\u0301\u0327 ﬁ ½ ² Ⅷ ①',
    '👋🏽 👨‍👩‍👧‍👦 🇩🇪 🏳️‍🌈 \u{10ffff} 𝔘𝔫𝔦',
    '你好，世界 かな交じり ｶﾀｶﾅ مرحبا नमस्ते ٠١٢٣ १२३',
    'a\u00a0b\u2003c\u3000d\u200be\ufefff\u0085g\u2028h',
    '\u0000\u0001\u001f\u007f \ue000 \u0378',
    '<|input|> <|end|> {"intent":"x"}\\n #48213 A-1042 $5.00',
    '      ',
    '',
    'x'.repeat(700),
  ])('cuts as llama.cpp does: %p', same)

  it('cuts random characters as llama.cpp does', () => {
    const random = createRandom('tokenizer')
    const ranges = [
      [32, 95],
      [0, 768],
      [0, 0x3000],
      [0, 0xd800],
      [0x10000, 0x20000],
    ] as const
    for (let round = 0; round < 500; round += 1) {
      const characters = Array.from({ length: 1 + random.below(12) }, () => {
        const [from, size] = random.pick(ranges)
        return String.fromCodePoint(from + random.below(size))
      })
      same(characters.join(''))
    }
  })
})

describe('embeddings', () => {
  it('are nearer for messages of one intent than of two', async () => {
    const context = await model.createEmbeddingContext({ contextSize: 256, threads: 1 })
    const embed = async (text: string): Promise<readonly number[]> =>
      (await context.getEmbeddingFor(text)).vector
    const refund = await embed('I want a refund for my laptop.')
    const money = await embed('Please refund the camera.')
    const manual = await embed('How do I connect the tablet to wifi?')
    expect(cosine(refund, money)).toBeGreaterThan(cosine(refund, manual))
    await context.dispose()
  })
})

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, at) => sum + value * y[at]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}
