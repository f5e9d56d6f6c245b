import type { Failure } from '../../../foundation/platform/index.ts'
import { emptyObservation, type DialectOptions } from '../dialect.ts'
import { readError } from '../error-body.ts'
import { EventDrain } from '../event-drain.ts'
import { asCount, asList, asObject, asText, parseLoosely, type JsonObject } from '../loose-json.ts'
import { ChunkWriter } from '../openai/chunk-writer.ts'
import { writeUsage } from '../openai/write-usage.ts'
import type { Observation, StreamTranslator, UpstreamCall } from '../upstream.ts'
import { blockedPrompt, brokenCandidate } from './blocked.ts'
import { toFinishReason } from './finish-reason.ts'
import { toLogprobs } from './logprobs.ts'
import { PartReader } from './read-parts.ts'
import { readServiceTier, readUsage } from './usage.ts'

const encoder = new TextEncoder()

/** One of the answers while it is streamed. */
interface OpenCandidate {
  readonly parts: PartReader
  isFinished: boolean
}

/**
 * Writes the events of `streamGenerateContent?alt=sse` as the chunks of OpenAI's, one by one as they come. Gemini ends
 * a stream by ending it: an answer is whole when every candidate that began has given its reason to finish.
 */
export class GeminiStream implements StreamTranslator {
  readonly observation: Observation = emptyObservation()
  readonly #drain: EventDrain
  readonly #options: DialectOptions
  readonly #call: UpstreamCall
  readonly #candidates = new Map<number, OpenCandidate>()
  #writer: ChunkWriter | undefined

  constructor(call: UpstreamCall, signal: AbortSignal, options: DialectOptions) {
    this.#call = call
    this.#options = options
    this.#drain = new EventDrain(options.failures, signal)
  }

  get failure(): Failure | undefined {
    return this.#drain.failure
  }

  push(bytes: Uint8Array): Uint8Array | undefined {
    return this.#drain.translate(bytes, data => this.#translate(data))
  }

  end(): Uint8Array | undefined {
    const tail = this.#drain.pushRest(bytes => this.push(bytes))
    if (this.#drain.isDone) return tail
    const { usage, finishReason } = this.observation
    const isWhole = [...this.#candidates.values()].every(candidate => candidate.isFinished)
    if (!this.#writer || finishReason === undefined || !isWhole) throw this.#drain.truncated()
    this.#drain.isDone = true
    const last = encoder.encode(this.#writer.end(usage && writeUsage(usage)))
    return tail ? Buffer.concat([tail, last]) : last
  }

  interrupted(cause: unknown): Failure {
    return this.#drain.interrupted(cause)
  }

  #translate(data: string): string {
    if (data.trim() === '') return ''
    const parsed = parseLoosely(data)
    const event = asObject(asList(parsed)?.[0] ?? parsed)
    if (!event) throw this.#options.failures.unreadable('an event that is not a JSON object')
    if (event['error'] !== undefined) throw this.#options.failures.fromError(readError(event))
    const { observation } = this
    const metadata = event['usageMetadata']
    observation.usage = readUsage(metadata) ?? observation.usage
    observation.serviceTier = readServiceTier(metadata) ?? observation.serviceTier
    const blocked = blockedPrompt(event, this.#options)
    if (blocked) throw blocked
    observation.upstreamId ??= asText(event['responseId'])
    observation.upstreamModel ??= asText(event['modelVersion'])
    this.#writer ??= new ChunkWriter(this.#call, observation)
    let out = ''
    for (const [position, candidate] of (asList(event['candidates']) ?? []).entries()) {
      out += this.#candidate(asObject(candidate) ?? {}, position, this.#writer)
    }
    return out
  }

  #candidate(candidate: JsonObject, position: number, writer: ChunkWriter): string {
    const given = candidate['index']
    const index = asCount(given) ?? position
    let open = this.#candidates.get(index)
    let out = ''
    if (!open) {
      open = { parts: new PartReader(), isFinished: false }
      this.#candidates.set(index, open)
      out += writer.start(index)
    }
    let logprobs = toLogprobs(candidate['logprobsResult'])
    for (const part of asList(asObject(candidate['content'])?.['parts']) ?? []) {
      for (const delta of open.parts.read(part)) {
        out += writer.piece(delta, index, logprobs)
        logprobs = undefined
      }
    }
    const finishReason = asText(candidate['finishReason'])
    if (!finishReason || open.isFinished) return out
    const broken = brokenCandidate(finishReason, this.#options)
    if (broken) throw broken
    open.isFinished = true
    return out + writer.finish(toFinishReason(finishReason, open.parts.hasCalls), index)
  }
}
