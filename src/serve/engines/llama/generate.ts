import type {
  Llama,
  LlamaGrammar,
  LlamaGrammarEvaluationState,
  LlamaModel,
  SequenceEvaluateOptions,
  Token,
} from 'node-llama-cpp'
import type * as Native from 'node-llama-cpp'
import { contextExceeded, unsupported } from './request-error.ts'
import type { Sampling } from './request.ts'
import { asTokens } from './sequence-pool.ts'
import type { SequencePool } from './sequence-pool.ts'
import { createStepGate } from './step-gate.ts'
import { createStopScanner } from './stop-scanner.ts'
import { createTextAssembler } from './text-assembler.ts'
import { logProbabilities } from './log-probabilities.ts'
import type { TokenLogProbability } from './log-probabilities.ts'

export interface Piece {
  readonly text: string
  readonly logProbabilities: readonly TokenLogProbability[]
}

export interface Outcome {
  readonly finishReason: 'stop' | 'length'
  /** The stop sequence that ended it, if one did. */
  readonly stop: string | undefined
  readonly promptTokens: number
  /** Prompt tokens whose state the sequence still held. */
  readonly cachedTokens: number
  readonly generatedTokens: number
}

export interface Counters {
  promptTokens: number
  cachedPromptTokens: number
  generatedTokens: number
  /** By `performance.now()`; the native code last came back with something then. */
  progressAt: number
}

export interface Generator {
  /**
   * Writes one answer to `prompt` and calls `onPiece` for each piece of text. Resolves when it is complete; rejects
   * with the reason of `signal` when that aborts, and the sequence is free for the next request.
   */
  generate(
    prompt: readonly number[],
    sampling: Sampling,
    onPiece: (piece: Piece) => void,
    signal: AbortSignal,
    parameter: string,
  ): Promise<Outcome>
}

export interface GeneratorParts {
  readonly native: Pick<typeof Native, 'LlamaGrammarEvaluationState' | 'TokenBias'>
  readonly llama: Llama
  readonly model: LlamaModel
  readonly pool: SequencePool
  readonly contextSize: number
  readonly batchSize: number
  readonly counters: Counters
}

export function createGenerator(parts: GeneratorParts): Generator {
  const { native, llama, model, pool, contextSize, batchSize, counters } = parts
  const grammarFor = createGrammarCache(llama)
  const gate = createStepGate()

  return {
    async generate(prompt, sampling, onPiece, signal, parameter) {
      if (prompt.length === 0) throw unsupported(parameter, 'The prompt is empty. Send at least one token.')
      if (prompt.length >= contextSize) throw contextExceeded(prompt.length, contextSize, parameter)
      const most = Math.min(sampling.maxTokens ?? Infinity, contextSize - prompt.length)
      const grammar = sampling.grammar === undefined ? undefined : await grammarFor(sampling.grammar)
      const taken = await pool.take(prompt, signal)
      const { sequence } = taken
      if (pool.activeCount === 1) counters.progressAt = performance.now()
      const generated: number[] = []
      let close: (() => unknown) | undefined
      try {
        await sequence.adaptStateToTokens(asTokens(prompt.slice(0, -1)), false)
        const cachedTokens = sequence.nextTokenIndex
        // in pieces, so that a departed client does not hold the sequence for the rest of a long prompt
        let position = cachedTokens
        for (; prompt.length - position > batchSize; position += batchSize) {
          const part = asTokens(prompt.slice(position, position + batchSize))
          await gate.step(() => sequence.evaluateWithoutGeneratingNewTokens(part))
          counters.progressAt = performance.now()
          signal.throwIfAborted()
        }
        counters.promptTokens += prompt.length
        counters.cachedPromptTokens += cachedTokens
        const assembler = createTextAssembler(
          (tokens, before) => model.detokenize(asTokens(tokens), false, asTokens(before)),
          prompt,
        )
        const scanner = createStopScanner(sampling.stops)
        const isLogProbabilityWanted = sampling.topLogProbabilities !== undefined
        const state = grammar && new native.LlamaGrammarEvaluationState({ model, grammar })
        const rest = asTokens(prompt.slice(position))
        const options = evaluateOptions(sampling, native, model, state, () => generated)
        const tokens: AsyncIterator<{ token: Token; probabilities?: ReadonlyMap<Token, number> }> =
          isLogProbabilityWanted
            ? sequence.evaluateWithMetadata(rest, { probabilities: true }, options)
            : sequence.evaluateWithMetadata(rest, {}, options)
        // it holds native memory until it is told that nobody will ask again
        close = () => tokens.return?.()
        let entries: TokenLogProbability[] = []
        const send = (text: string): void => {
          if (text === '' && entries.length === 0) return
          onPiece({ text, logProbabilities: entries })
          entries = []
        }
        const outcome = (finishReason: Outcome['finishReason'], stop?: string): Outcome => ({
          finishReason,
          stop,
          promptTokens: prompt.length,
          cachedTokens,
          generatedTokens: generated.length,
        })
        for (;;) {
          const next = await gate.step(() => tokens.next())
          if (next.done === true) break
          const { token, probabilities } = next.value
          signal.throwIfAborted()
          generated.push(token)
          counters.generatedTokens++
          counters.progressAt = performance.now()
          if (probabilities !== undefined) {
            entries.push(logProbabilities(token, probabilities, sampling, tokenBytes))
          }
          const { text, stop } = scanner.push(assembler.push(token))
          if (text !== '') send(text)
          if (stop !== undefined) return outcome('stop', stop)
          if (generated.length >= most) {
            finish(assembler.end(), scanner, send)
            return outcome('length')
          }
        }
        signal.throwIfAborted()
        finish(assembler.end(), scanner, send)
        return outcome('stop')
      } finally {
        try {
          await close?.()
        } finally {
          taken.release()
        }
      }
    },
  }

  function tokenBytes(token: number): string {
    return model.detokenize(asTokens([token]), true)
  }
}

function finish(
  rest: string,
  scanner: ReturnType<typeof createStopScanner>,
  send: (text: string) => void,
): void {
  const last = scanner.push(rest)
  send(last.stop === undefined ? last.text + scanner.end() : last.text)
}

function evaluateOptions(
  sampling: Sampling,
  native: GeneratorParts['native'],
  model: LlamaModel,
  state: LlamaGrammarEvaluationState | undefined,
  generated: () => readonly number[],
): SequenceEvaluateOptions {
  const { frequencyPenalty, presencePenalty, repetitionPenalty, logitBias } = sampling
  const isPenalized = frequencyPenalty !== 0 || presencePenalty !== 0 || repetitionPenalty !== 1
  const options: SequenceEvaluateOptions = {
    temperature: sampling.temperature,
    topP: sampling.topP,
    topK: sampling.topK,
    minP: sampling.minP,
    seed: sampling.seed ?? Math.floor(Math.random() * 2 ** 32),
  }
  if (state !== undefined) options.grammarEvaluationState = state
  if (isPenalized) {
    options.repeatPenalty = {
      punishTokens: () => asTokens(generated()),
      penalty: repetitionPenalty,
      frequencyPenalty,
      presencePenalty,
    }
  }
  if (logitBias.size > 0) {
    const bias = new native.TokenBias(model.tokenizer)
    for (const [token, logit] of logitBias) {
      if (model.isEogToken(token as Token)) {
        throw unsupported(
          'logit_bias',
          `The token ${token} ends answers, which cannot be made more or less likely here.`,
        )
      }
      bias.set(token as Token, logit <= -100 ? 'never' : { logit })
    }
    options.tokenBias = bias
  }
  return options
}

/** Compiling a grammar takes milliseconds; the same few come again and again. */
function createGrammarCache(llama: Llama): (text: string) => Promise<LlamaGrammar> {
  const known = new Map<string, LlamaGrammar>()
  return async text => {
    const cached = known.get(text)
    if (cached !== undefined) return cached
    const grammar = await llama.createGrammar({ grammar: text }).catch(() => {
      throw unsupported(
        'response_format',
        'The schema is too large or too deep for a grammar. Make it simpler.',
      )
    })
    const oldest = known.keys().next().value
    if (known.size >= 64 && oldest !== undefined) known.delete(oldest)
    known.set(text, grammar)
    return grammar
  }
}
