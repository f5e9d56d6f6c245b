import { asList, asObject, type JsonObject } from '../loose-json.ts'

/** `logprobsResult` as OpenAI's `logprobs`; `undefined` where there is none. */
export function toLogprobs(value: unknown): JsonObject | undefined {
  const result = asObject(value)
  const chosen = asList(result?.['chosenCandidates'])
  if (!result || !chosen) return undefined
  const others = asList(result['topCandidates']) ?? []
  const content = chosen.map((candidate, index) => ({
    ...toToken(candidate),
    top_logprobs: (asList(asObject(others[index])?.['candidates']) ?? []).map(toToken),
  }))
  return { content, refusal: null }
}

function toToken(value: unknown): JsonObject {
  const candidate = asObject(value)
  const token = candidate?.['token']
  return {
    token,
    logprob: candidate?.['logProbability'],
    bytes: typeof token === 'string' ? [...new TextEncoder().encode(token)] : null,
  }
}
