import type { LlamaContext, LlamaContextSequence, Token } from 'node-llama-cpp'
import { RequestError } from './request-error.ts'

/** The parallel sequences of one context, and the bounded queue of those who wait for one. */
export interface SequencePool {
  /**
   * Waits for a free sequence, first come, first served, and gives the one that already holds most of `prompt`.
   * Throws `engine_busy` where too many wait already, and the reason of `signal` where it aborts.
   */
  take(prompt: readonly number[], signal: AbortSignal): Promise<TakenSequence>
  readonly activeCount: number
  readonly queueLength: number
  /** Tokens whose state the sequences hold, of those that are being answered and those that may come back. */
  readonly heldTokens: number
}

export interface TakenSequence {
  readonly sequence: LlamaContextSequence
  release(): void
}

interface Waiter {
  readonly prompt: readonly number[]
  readonly resolve: (taken: TakenSequence) => void
}

export function createSequencePool(context: LlamaContext, queueLimit: number): SequencePool {
  const all = Array.from({ length: context.totalSequences }, () => context.getSequence())
  const idle: LlamaContextSequence[] = [...all]
  const waiters: Waiter[] = []
  let activeCount = 0

  const lend = (prompt: readonly number[]): TakenSequence | undefined => {
    const index = bestMatch(idle, prompt)
    const sequence = idle[index]
    if (sequence === undefined) return undefined
    idle.splice(index, 1)
    activeCount++
    let isReleased = false
    return {
      sequence,
      release() {
        if (isReleased) return
        isReleased = true
        activeCount--
        // the longest unused one stays in front, so that a new conversation overwrites the oldest
        idle.push(sequence)
        const next = waiters.shift()
        const taken = next && lend(next.prompt)
        if (taken !== undefined) next?.resolve(taken)
      },
    }
  }

  return {
    async take(prompt, signal) {
      signal.throwIfAborted()
      const taken = lend(prompt)
      if (taken !== undefined) return taken
      if (waiters.length >= queueLimit) {
        throw new RequestError(
          429,
          'engine_busy',
          `The engine answers ${activeCount} requests and ${waiters.length} wait. Try again in a moment, or raise parallel of the engine.`,
        )
      }
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          const index = waiters.indexOf(waiter)
          if (index >= 0) waiters.splice(index, 1)
          reject(signal.reason)
        }
        const waiter: Waiter = {
          prompt,
          resolve: sequence => {
            signal.removeEventListener('abort', leave)
            resolve(sequence)
          },
        }
        signal.addEventListener('abort', leave, { once: true })
        waiters.push(waiter)
      })
    },
    get activeCount() {
      return activeCount
    },
    get queueLength() {
      return waiters.length
    },
    get heldTokens() {
      return all.reduce((sum, sequence) => sum + (sequence.disposed ? 0 : sequence.nextTokenIndex), 0)
    },
  }
}

function bestMatch(sequences: readonly LlamaContextSequence[], prompt: readonly number[]): number {
  let best = 0
  let longest = -1
  for (const [index, sequence] of sequences.entries()) {
    const { firstDifferentIndex } = sequence.compareContextTokens(asTokens(prompt))
    // half a prompt is worth the loss of what the sequence holds; less is not, so the oldest is taken
    const worth = firstDifferentIndex * 2 >= prompt.length ? firstDifferentIndex : 0
    if (worth > longest) {
      longest = worth
      best = index
    }
  }
  return best
}

/** The package brands token ids; ours are plain numbers that came from it. */
export function asTokens(tokens: readonly number[]): Token[] {
  return tokens as Token[]
}
