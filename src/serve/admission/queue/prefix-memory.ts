/** What a target is taken to hold in its prefix cache: the blocks of the prompts that went there last. */
export class PrefixMemory {
  readonly #mostBlocks: number
  readonly #blocks = new Set<number>()

  constructor(mostBlocks: number) {
    this.#mostBlocks = mostBlocks
  }

  /** How many of its first blocks are there. */
  match(prefix: readonly number[]): number {
    let blocks = 0
    while (blocks < prefix.length && this.#blocks.has(prefix[blocks] ?? 0)) blocks += 1
    return blocks
  }

  remember(prefix: readonly number[]): void {
    // from the end, so that of a prompt the last blocks are forgotten first
    for (const block of prefix.toReversed()) {
      this.#blocks.delete(block)
      this.#blocks.add(block)
    }
    for (const block of this.#blocks) {
      if (this.#blocks.size <= this.#mostBlocks) break
      this.#blocks.delete(block)
    }
  }
}
