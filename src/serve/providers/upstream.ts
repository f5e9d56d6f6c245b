import type { Usage } from '../../foundation/config/index.ts'
import type { Failure, FormFile } from '../../foundation/platform/index.ts'

/**
 * What can be asked of an upstream. `chat` is the form that every conversation can be turned into; the others are
 * asked of the upstreams that speak them (`Upstream.operations`).
 */
export type Operation =
  | 'chat'
  | 'completion'
  | 'embedding'
  | 'messages'
  | 'count_tokens'
  | 'tokenize'
  | 'responses'
  | 'moderation'
  | 'rerank'
  | 'classification'
  | 'image'
  | 'image_edit'
  | 'image_variation'
  | 'speech'
  | 'transcription'
  | 'translation'

/**
 * One call on its way to an upstream, in the form of its operation: OpenAI's JSON, for `messages` and `count_tokens`
 * Anthropic's, for `rerank` Cohere's, for `classification` vLLM's. `tokenize` takes a chat and is answered with `{ count, is_estimate? }`.
 */
export interface UpstreamCall {
  readonly operation: Operation
  /** The client's body, parsed, with the release's prompt and parameters applied. `model` is still the service. */
  readonly body: Readonly<Record<string, unknown>>
  /** The files of a multipart request (`image_edit`, `transcription`, …) with their field names; `body` has the rest. */
  readonly files?: readonly FormFile[]
  /** Headers of the client's that belong to its dialect and go on to an upstream that speaks it: `anthropic-beta`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Whether the body is a chat that we wrote from another API: it may hold what only some upstreams read. */
  readonly isTranslated?: boolean
  /** The client's own text, present only where the release changed nothing, so that it can be forwarded as it is. */
  readonly original?: string
  /** The name of the model at the upstream. */
  readonly model: string
  readonly isStream: boolean
  /** W3C trace context for the upstream call. */
  readonly traceparent: string
  readonly requestId: string
  /** Told where the call goes, just before it does. */
  readonly sending?: (url: string) => void
  /** Whether the text of the answer must be collected (the service stores content). */
  readonly isContentWanted: boolean
}

/** What was seen of an answer so far; grows while a stream is read. */
export interface Observation {
  /** `undefined` until the upstream has said it; never guessed here. */
  usage: Usage | undefined
  /** Nano-dollars that the upstream itself says the answer cost (OpenRouter, xAI). */
  reportedCostNanoUsd?: number | undefined
  /** The tier that the upstream says it served: `default`, `flex`, `priority`, `batch`, … */
  serviceTier?: string | undefined
  finishReason: string | undefined
  /** The id that the upstream gave the answer. */
  upstreamId: string | undefined
  upstreamModel: string | undefined
  /** `performance.now()` when the first event with content was read (text, tool call or reasoning). */
  firstTokenAt: number | undefined
  /** Events of a stream that had content, about one a token: all there is to go by where a stream breaks off. */
  outputEvents: number
  /**
   * The answer in OpenAI's shape, where `isContentWanted`: the whole message of a chat (a list of them where `n` > 1),
   * the text of a completion (likewise) or of a transcription; grows while a stream is read. Embeddings, images and
   * sound are not content.
   */
  content: unknown
}

/** Turns the bytes of an upstream's stream into the events of an OpenAI stream, whatever the chunking. */
export interface StreamTranslator {
  readonly observation: Observation
  /**
   * What ended the stream: set as soon as an error event was read. Where good events came before it in the same
   * bytes, `push` returns those, and throws only when it is called again; who looks here need not wait for that.
   */
  readonly failure: Failure | undefined
  /** What it makes of the stream, where that is not `text/event-stream`. */
  readonly contentType?: string | undefined
  /** Upstream bytes in, client bytes out (possibly none). Throws a `Failure` for an error event of the upstream. */
  push(bytes: Uint8Array): Uint8Array | undefined
  /** The upstream has ended: what is still to be sent. Throws `upstream_error` where it ended too early. */
  end(): Uint8Array | undefined
  /**
   * The `Failure` for an error that reading the body threw: `client_closed` or the reason where the signal of the
   * call aborted, else `upstream_error` or `engine_crashed`.
   */
  interrupted(cause: unknown): Failure
}

export type UpstreamAnswer =
  | {
      readonly kind: 'reply'
      readonly body: Uint8Array<ArrayBuffer> | string
      /** `application/json` where it is left out; speech has its own. */
      readonly contentType?: string
      readonly observation: Observation
    }
  | {
      readonly kind: 'stream'
      /** `text/event-stream` where it is left out. */
      readonly contentType?: string
      readonly body: ReadableStream<Uint8Array>
      readonly translator: StreamTranslator
    }

/** A provider or an engine, ready to be called. */
export interface Upstream {
  /** What it can be asked for. A conversation in a dialect that is not among them goes to it as `chat`. */
  readonly operations: ReadonlySet<Operation>
  /** The same upstream, with the operations that it has for this model, where they differ from one to the other. */
  forModel?(model: string): Upstream
  /**
   * Sends the call and resolves when the answer (or the head of its stream) is there. Throws a `Failure` for
   * everything that went wrong: `upstream_*`, `unsupported_parameter`, or `client_closed` when `signal` aborted.
   */
  send(call: UpstreamCall, signal: AbortSignal): Promise<UpstreamAnswer>
}
