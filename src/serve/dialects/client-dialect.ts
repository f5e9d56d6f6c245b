import type { ReleaseConfig } from '../../foundation/config/index.ts'
import type { Failure, FormFile } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import type { Operation } from '../providers/index.ts'

/** A parsed body, in whatever dialect. */
export type Body = Readonly<Record<string, unknown>>

export interface CheckedRequest {
  /** The service that is asked for. */
  readonly model: string
  readonly isStream: boolean
}

/** What an answer is written from, besides the upstream's own words. */
export interface AnswerContext {
  readonly inferenceId: string
  /** The client's request in its dialect, with the release's prompt and parameters applied. */
  readonly request: Body
  /** The name of the service, as the client called it. */
  readonly model: string
  readonly startedAtMs: number
  /** The request before the release was applied, so that no prompt of a release is ever echoed; `request` without it. */
  readonly asked?: Body
  /** The key of the target that answers: `provider:openai gpt-4.1`, `engine:support`; `undefined` for the cache. */
  readonly target?: string
}

/** A stream on its way to the client, as bytes of whole events whatever the chunking of what is pushed. */
export interface ClientStream {
  /** Bytes of the upstream's stream in, the client's out (possibly none). */
  push(bytes: Uint8Array): Uint8Array | undefined
  /** The upstream has ended in order: what is still to be sent. */
  end(): Uint8Array | undefined
  /**
   * The last events of a stream that broke, in the words of the dialect; nothing comes after them. `undefined` where
   * there is no place for words, as in sound: the connection is then broken off, so that nobody takes it for whole.
   */
  fail(failure: Failure): Uint8Array | undefined
  /** The whole answer once its last event is written, in a dialect whose answers can be kept (`AnswerMemory`). */
  readonly answer?: Body | undefined
}

/** How a conversation in this dialect goes to an upstream that only knows OpenAI's chat completions, and back. */
export interface OverChat {
  /** What the upstream is asked for with that body: `chat` where it is left out. */
  readonly operation?: Operation
  /** The request as a chat. Throws `unsupported_parameter` for what a chat cannot say: nothing is dropped. */
  toChat(body: Body): Body
  /** A whole chat completion as an answer of this dialect. */
  fromReply(reply: Body, context: AnswerContext): Body
  /** Takes the bytes of a stream of chat completion chunks, usage included. */
  openStream(context: AnswerContext): ClientStream
}

/** How failures are said to a client. */
export interface ErrorWords {
  /** The status of an error answer; `failure.status` where it is left out. */
  status?(failure: Failure): number
  /** The JSON of an error answer. */
  body(failure: Failure, requestId: string): object
  /** A bug of ours, without its cause; the log has it under the id. */
  bug(requestId: string): object
}

/** What is left of a limit that a window ends. */
export interface LimitLeft {
  readonly measure: 'requests' | 'tokens'
  readonly limit: number
  readonly remaining: number
  readonly endsAtMs: number
}

/** One API that clients speak: its requests, its answers, its errors. Pure: it touches nothing but its arguments. */
export interface ClientDialect {
  /** What an upstream is asked for that speaks this dialect itself; the body then travels on as it is. */
  readonly operation: Operation
  /**
   * How its requests come; JSON where it is left out. The text fields of a form are the body (a list where a field is
   * repeated), its files are beside it.
   */
  readonly accepts?: 'form' | 'json or form'
  /** Headers of the client's that go on to an upstream that speaks the dialect itself, in lower case. */
  readonly forwardedHeaders?: readonly string[]
  /** The header in which the clients of this dialect look for the id of their request, beside `x-request-id`. */
  readonly requestIdHeader?: string
  /** The headers in which its clients read what is left of a limit. */
  limitHeaders(left: LimitLeft): Readonly<Record<string, string>>
  /** Checks what the gateway itself relies on. Throws `invalid_request` that names the parameter. */
  check(body: Body, files?: readonly FormFile[]): CheckedRequest
  /**
   * The body as the release wants it: its system prompt first, its parameters where the client sent none. Returns
   * the very same object where nothing changes, so that the client's own text can be forwarded.
   */
  applyRelease(body: Body, release: ReleaseConfig, service: string): Body
  /**
   * The request for an upstream that speaks the dialect itself, where it differs from the client's: what is ours taken
   * off. Returns the very same object where nothing changes; else the client's own text must not be forwarded.
   */
  toNative?(body: Body): Body
  /** The whole answer of such an upstream; it goes to the client as it is where this is left out. */
  fromNative?(answer: Body, context: AnswerContext): Body
  /** Absent where the operation has no chat form (embeddings, images, …). */
  readonly overChat?: OverChat
  /** The stream of an upstream that speaks the dialect itself. */
  openStream(context: AnswerContext): ClientStream
  readonly errors: ErrorWords
}

/** Where a conversation must go on, because only that target can read what it holds. */
export interface Pin {
  /** The key of the target: `provider:openai gpt-4.1`, `engine:support`. */
  readonly targetKey: string
  /** The id that the target gave its answer, where the conversation goes on from one. */
  readonly upstreamResponseId: string | undefined
}

export interface ResolvedRequest {
  readonly body: Body
  readonly pin?: Pin
  /** The conversation of the answer that it goes on from. */
  readonly conversationId?: string | undefined
}

export interface KeptAnswer {
  readonly inferenceId: string
  readonly principal: Principal
  readonly service: string
  /** The key of the target that answered, `provider:openai gpt-4.1`, or `cache`. */
  readonly target: string
  readonly upstreamId: string | undefined
  readonly conversationId: string | undefined
  /** The request as `resolve` returned it, before the release was applied. */
  readonly asked: Body
  readonly answer: Body
}

/** Who asks, and what the service that is asked for may do. */
export interface MemoryCaller {
  readonly principal: Principal
  readonly service: string
  readonly storesContent: boolean
  /** The keys of the targets that the service may call now. */
  readonly targets: readonly string[]
}

/**
 * Remembers the answers of one operation, for dialects in which a request may go on from an earlier answer. The
 * gateway asks `resolve` before `applyRelease`, and calls `keep` when an answer has ended well.
 */
export interface AnswerMemory {
  /**
   * The request with everything in it that it only refers to, and where it must go. Touches memory, and Postgres only
   * for an answer that this replica does not hold. Throws `invalid_request` for what is not there (or not the
   * caller's) and `unsupported_parameter` where the service may not keep what it is asked to keep.
   */
  resolve(body: Body, caller: MemoryCaller): ResolvedRequest | Promise<ResolvedRequest>
  /** Queues the answer to be kept where the request wants that; never blocks or throws. */
  keep(answer: KeptAnswer): void
}
