/** One place of an answer in the shape of OpenAI's chat log-probabilities. */
export interface TokenLogProbability {
  readonly token: string
  readonly logprob: number
  readonly bytes: readonly number[]
  readonly top_logprobs: readonly {
    readonly token: string
    readonly logprob: number
    readonly bytes: readonly number[]
  }[]
}

/** OpenAI's stand-in for a probability of zero. */
const lowest = -9999

/**
 * Natural logarithms of the model's own probabilities, at temperature 1. The engine reports what is left after top_k,
 * top_p, min_p, penalties and grammar, with the temperature T applied: p ∝ q^(1/T); so q ∝ p^T, normalised over the
 * tokens that were left.
 */
export function logProbabilities(
  token: number,
  probabilities: ReadonlyMap<number, number>,
  sampling: { readonly temperature: number; readonly topLogProbabilities: number | undefined },
  text: (token: number) => string,
): TokenLogProbability {
  const power = sampling.temperature > 0 ? sampling.temperature : 1
  let total = 0
  for (const probability of probabilities.values()) total += probability ** power
  const entry = (id: number): { token: string; logprob: number; bytes: number[] } => {
    const weight = (probabilities.get(id) ?? 0) ** power
    const spelled = text(id)
    const logprob = weight > 0 && total > 0 ? Math.max(lowest, Math.log(weight / total)) : lowest
    return { token: spelled, logprob, bytes: [...Buffer.from(spelled)] }
  }
  const top: number[] = []
  // the engine sorts them, the most likely first
  for (const id of probabilities.keys()) {
    if (top.length >= (sampling.topLogProbabilities ?? 0)) break
    top.push(id)
  }
  return { ...entry(token), top_logprobs: top.map(entry) }
}
