import { emptyObservation, type DialectOptions, type TranslatedReply } from '../dialect.ts'
import { readError } from '../error-body.ts'
import { asList, asObject, asText, parseLoosely, type JsonObject } from '../loose-json.ts'
import { AnswerCollector } from '../openai/collect-answer.ts'
import { writeUsage } from '../openai/write-usage.ts'
import type { UpstreamCall } from '../upstream.ts'
import { blockedPrompt, brokenCandidate } from './blocked.ts'
import { toFinishReason } from './finish-reason.ts'
import { toLogprobs } from './logprobs.ts'
import { PartReader } from './read-parts.ts'
import { readServiceTier, readUsage } from './usage.ts'

const decoder = new TextDecoder()

/** A whole answer of `generateContent` as OpenAI's chat completion. */
export function translateReply(
  bytes: Uint8Array,
  call: UpstreamCall,
  options: DialectOptions,
): TranslatedReply {
  const { failures } = options
  const answer = asObject(parseLoosely(decoder.decode(bytes)))
  if (!answer) throw failures.unreadable('an answer that is not a JSON object')
  if (answer['error'] !== undefined) throw failures.fromError(readError(answer))
  const blocked = blockedPrompt(answer, options)
  if (blocked) throw blocked
  const candidates = asList(answer['candidates'])?.map(asObject)
  if (!candidates || candidates.length === 0) throw failures.unreadable('an answer without candidates')

  const choices = candidates.map((candidate, index) => toChoice(candidate ?? {}, index, options))
  const observation = emptyObservation()
  observation.usage = readUsage(answer['usageMetadata'])
  observation.serviceTier = readServiceTier(answer['usageMetadata'])
  observation.finishReason = choices[0]?.finish_reason
  observation.upstreamId = asText(answer['responseId'])
  observation.upstreamModel = asText(answer['modelVersion'])
  const messages = choices.map(choice => choice.message)
  if (call.isContentWanted) observation.content = messages.length > 1 ? messages : messages[0]
  const body = JSON.stringify({
    id: observation.upstreamId ?? call.requestId,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: observation.upstreamModel ?? call.model,
    choices,
    ...(observation.usage ? { usage: writeUsage(observation.usage) } : {}),
  })
  return { body, observation }
}

interface Choice {
  readonly index: number
  readonly message: JsonObject
  readonly logprobs: JsonObject | null
  readonly finish_reason: string
}

function toChoice(candidate: JsonObject, position: number, options: DialectOptions): Choice {
  const finishReason = asText(candidate['finishReason'])
  if (!finishReason) throw options.failures.unreadable('an answer that is not finished')
  const broken = brokenCandidate(finishReason, options)
  if (broken) throw broken
  const reader = new PartReader()
  const collector = new AnswerCollector()
  const parts = asList(asObject(candidate['content'])?.['parts']) ?? []
  collector.add({ delta: { role: 'assistant', refusal: null } })
  for (const part of parts) for (const delta of reader.read(part)) collector.add({ delta })
  const index = candidate['index']
  return {
    index: typeof index === 'number' ? index : position,
    message: { ...asObject(collector.content), refusal: null },
    logprobs: toLogprobs(candidate['logprobsResult']) ?? null,
    finish_reason: toFinishReason(finishReason, reader.hasCalls),
  }
}
