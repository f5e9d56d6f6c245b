/** GPT-2's pre-tokenizer (Radford et al. 2019), which llama.cpp knows as `gpt-2`. Nothing is merged across its cuts. */
const word = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu

export function splitWords(text: string): string[] {
  return text.match(word) ?? []
}
