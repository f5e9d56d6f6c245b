import { asObject, type JsonObject } from '../loose-json.ts'
import type { Observation, UpstreamCall } from '../upstream.ts'
import { AnswerCollector } from './collect-answer.ts'

/** Writes the chunks of an OpenAI chat stream, for upstreams that stream in other words; keeps the observation. */
export class ChunkWriter {
  readonly #observation: Observation
  readonly #isUsageWanted: boolean
  readonly #collector: AnswerCollector | undefined
  /** What is the same in every chunk, as JSON text. */
  readonly #head: string
  readonly #tail: string

  constructor(call: UpstreamCall, observation: Observation) {
    this.#observation = observation
    this.#isUsageWanted = asObject(call.body['stream_options'])?.['include_usage'] === true
    this.#collector = call.isContentWanted ? new AnswerCollector() : undefined
    const same = {
      id: observation.upstreamId ?? call.requestId,
      object: 'chat.completion.chunk',
      created: Math.floor(Date.now() / 1000),
      model: observation.upstreamModel ?? call.model,
    }
    this.#head = `data: ${JSON.stringify(same).slice(0, -1)},"choices":`
    // OpenAI says null in every chunk but the last where the usage was asked for
    this.#tail = this.#isUsageWanted ? ',"usage":null}\n\n' : '}\n\n'
  }

  start(index = 0): string {
    return this.#chunk({ role: 'assistant', content: '' }, index)
  }

  /** A piece of the answer; `index` tells the answers apart where several were asked for. */
  piece(delta: JsonObject, index = 0, logprobs?: JsonObject): string {
    this.#observation.firstTokenAt ??= performance.now()
    this.#observation.outputEvents += 1
    return this.#chunk(delta, index, logprobs)
  }

  finish(reason: string, index = 0): string {
    this.#observation.finishReason = reason
    return `${this.#head}[{"index":${index},"delta":{},"logprobs":null,"finish_reason":${JSON.stringify(reason)}}]${this.#tail}`
  }

  /** The usage, where the client asked for it, and the end. */
  end(usage: JsonObject | undefined): string {
    const isSent = this.#isUsageWanted && usage !== undefined
    return `${isSent ? `${this.#head}[],"usage":${JSON.stringify(usage)}}\n\n` : ''}data: [DONE]\n\n`
  }

  #chunk(delta: JsonObject, index: number, logprobs?: JsonObject): string {
    if (this.#collector) {
      this.#collector.add({ index, delta })
      this.#observation.content = this.#collector.content
    }
    const known = logprobs === undefined ? 'null' : JSON.stringify(logprobs)
    return `${this.#head}[{"index":${index},"delta":${JSON.stringify(delta)},"logprobs":${known},"finish_reason":null}]${this.#tail}`
  }
}
