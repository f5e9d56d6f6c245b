import { readFileSync } from 'node:fs'
import { readModelFile } from './gguf/model-file.ts'
import { builtinModelFile } from './model-card.ts'
import type { Tokenizer } from './tokenizer/tokenizer.ts'

let read: Tokenizer | undefined

/** The tokenizer of the built-in model, read from its file once. */
export function builtinTokenizer(): Tokenizer {
  read ??= readModelFile(readFileSync(builtinModelFile())).tokenizer
  return read
}
