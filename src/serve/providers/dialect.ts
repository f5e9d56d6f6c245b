import type { Observation, Operation, StreamTranslator, UpstreamCall } from './upstream.ts'
import type { UpstreamFailures } from './upstream-failures.ts'

/** How one family of upstreams is spoken to: a call becomes a request, its answer becomes OpenAI's. */
export interface Dialect {
  readonly operations: ReadonlySet<Operation>
  /** Throws `unsupported_parameter` for what this upstream cannot do. */
  request(call: UpstreamCall): UpstreamRequest
  /** Headers that depend on the whole request: a signature, a token that is fetched and kept. Win over all others. */
  authorize?(request: UpstreamRequest, signal: AbortSignal): Promise<Readonly<Record<string, string>>>
  /**
   * The body of a successful answer, as the client gets it; `headers` are the upstream's. Throws `upstream_*` where it
   * is none.
   */
  readReply(bytes: Uint8Array<ArrayBuffer>, call: UpstreamCall, headers?: Headers): TranslatedReply
  /** What `request` said about the answer comes back in `request`. */
  createTranslator(
    call: UpstreamCall,
    request: UpstreamRequest,
    signal: AbortSignal,
    headers?: Headers,
  ): StreamTranslator
}

export interface TranslatedReply {
  readonly body: Uint8Array<ArrayBuffer> | string
  /** `application/json` where it is left out. */
  readonly contentType?: string
  readonly observation: Observation
}

export interface UpstreamRequest {
  readonly url: string
  readonly body: string | FormData
  /** Headers of this one request; they win over those of the provider. */
  readonly headers?: Readonly<Record<string, string>>
  /** Whether we asked for a usage event that the client did not ask for, and so must not get. */
  readonly isUsageInjected: boolean
}

export interface DialectOptions {
  /** As messages call the upstream: `provider "openai"`. */
  readonly label: string
  readonly failures: UpstreamFailures
}

export function emptyObservation(): Observation {
  return {
    usage: undefined,
    finishReason: undefined,
    upstreamId: undefined,
    upstreamModel: undefined,
    firstTokenAt: undefined,
    outputEvents: 0,
    content: undefined,
  }
}
