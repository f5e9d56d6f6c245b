import { describe, expect, it } from 'bun:test'
import type { ModelShape } from '../model/model-shape.ts'
import { initialWeights } from '../model/weights.ts'
import { createTokenizer } from '../tokenizer/tokenizer.ts'
import { readModelFile, writeModelFile } from './model-file.ts'
import { readGguf } from './read-gguf.ts'

const tokenizer = createTokenizer([['a', 'b']])
const shape: ModelShape = {
  vocabularySize: tokenizer.tokens.length,
  width: 8,
  layers: 1,
  heads: 2,
  keyValueHeads: 1,
  hiddenWidth: 12,
  contextLength: 64,
  ropeBase: 10_000,
  normEpsilon: 1e-5,
}
const weights = initialWeights(shape, 1)
const file = writeModelFile(
  { shape, weights, tokenizer },
  { name: 'Tiny', description: 'A test.', license: 'apache-2.0' },
)

describe('writeModelFile', () => {
  it('writes what readModelFile reads', () => {
    const model = readModelFile(file)
    expect(model.weights).toEqual(weights)
    expect(model.tokenizer.tokens).toEqual(tokenizer.tokens)
    expect({ ...model.shape, normEpsilon: Math.fround(shape.normEpsilon) }).toEqual({
      ...shape,
      normEpsilon: Math.fround(shape.normEpsilon),
    })
  })

  it('names the model, its licence, its tokenizer and its template', () => {
    const { metadata, tensors } = readGguf(file)
    const value = (key: string) => metadata.get(key)?.value
    expect(value('general.architecture')).toBe('llama')
    expect(value('general.name')).toBe('Tiny')
    expect(value('general.license')).toBe('apache-2.0')
    expect(value('tokenizer.ggml.model')).toBe('gpt2')
    expect(value('tokenizer.ggml.pre')).toBe('gpt-2')
    expect(value('tokenizer.ggml.merges')).toEqual(['a b'])
    expect(value('tokenizer.ggml.eos_token_id')).toBe(tokenizer.special('<|end|>'))
    expect(value('tokenizer.ggml.add_bos_token')).toBe(false)
    expect(value('tokenizer.chat_template')).toContain('<|input|>')
    expect(tensors.find(({ name }) => name === 'blk.0.ffn_gate.weight')?.dimensions).toEqual([12, 8])
  })
})

describe('readModelFile', () => {
  it('says so where the file is no GGUF file, cut off or of another version', () => {
    const refuse = (bytes: Uint8Array) => expect(() => readModelFile(bytes))
    refuse(new TextEncoder().encode('<html>not found</html>')).toThrow(/no GGUF file/)
    refuse(new Uint8Array()).toThrow(/cut off|no GGUF/)
    refuse(file.subarray(0, 200)).toThrow(/cut off/)
    refuse(file.subarray(0, file.length - 100)).toThrow(/cut off/)
    refuse(Uint8Array.from(file).fill(9, 4, 5)).toThrow(/version 9/)
    // a count of tensors that no file could hold
    refuse(Uint8Array.from(file).fill(255, 8, 14)).toThrow(/cut off/)
  })
})
