import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import type { TrainingExample } from '../training-spec.ts'

export interface EncodedExample {
  /** `<|input|> … <|output|> … <|end|>` */
  readonly ids: readonly number[]
  /** Index of the first id of the output. */
  readonly outputFrom: number
  readonly weight: number
}

/** The ids that stand before the answer: what the model is asked with. */
export function encodePrompt(tokenizer: Tokenizer, input: string): number[] {
  return [tokenizer.special('<|input|>'), ...tokenizer.encode(input), tokenizer.special('<|output|>')]
}

export function encodeExample(tokenizer: Tokenizer, example: TrainingExample): EncodedExample {
  const prompt = encodePrompt(tokenizer, example.input)
  return {
    ids: [...prompt, ...tokenizer.encode(example.output), tokenizer.special('<|end|>')],
    outputFrom: prompt.length,
    weight: example.weight ?? 1,
  }
}
