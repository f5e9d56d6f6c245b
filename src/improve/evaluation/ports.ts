/** What evaluation needs of the planes that it may not import; the composition root supplies it. */

/** A release of a service; without a name it is the one that serves. */
export interface ReleaseName {
  readonly service: string
  readonly release: string | undefined
}

/** A release as the configuration in force has it. */
export interface ReleaseFacts {
  readonly service: string
  readonly release: string
  /** Of everything of the release that decides an answer; equal where two would answer alike. */
  readonly hash: string
  readonly isServing: boolean
  /** `provider:openai gpt-4.1-mini`, `engine:support`. */
  readonly targets: readonly string[]
  /** The system prompt that the release puts in, where it has one. */
  readonly prompt: string | undefined
  readonly parameters: Readonly<Record<string, unknown>>
}

/** Memory only. `undefined` where the configuration in force has no such service or release. */
export type FindRelease = (name: ReleaseName) => ReleaseFacts | undefined

/** One request to a release, as OpenAI's chat API has it. */
export interface ReleaseRequest {
  readonly tenant: string
  /** Whose spend it is within the tenant: the key is named `evaluation:SUITE`. */
  readonly suite: string
  readonly service: string
  readonly release: string | undefined
  /** `messages` and parameters; `model` is set from `service`. */
  readonly body: Readonly<Record<string, unknown>>
  readonly seed?: number | undefined
  /** Of the inference; the same where the same is asked again. */
  readonly requestId?: string | undefined
  /** Asks for a stream, so that the time to the first token is known. */
  readonly isStreamed?: boolean | undefined
  readonly signal: AbortSignal
}

export interface TokenUse {
  readonly input: number
  readonly output: number
}

/** What a release answered. */
export interface ReleaseAnswer {
  readonly kind: 'answer'
  /** What was said: the content of the first choice; empty where the model only called tools. */
  readonly text: string
  /** The answer as it came. */
  readonly body: Readonly<Record<string, unknown>>
  readonly inferenceId: string | undefined
  readonly release: string | undefined
  readonly model: string | undefined
  readonly finishReason: string | undefined
  /** In the gateway, waiting for a place at the target left out. */
  readonly latencyMs: number
  /** Known only where it streamed. */
  readonly firstTokenMs: number | undefined
  readonly usage: TokenUse | undefined
  /** `undefined` where there is no price. */
  readonly costNanoUsd: number | undefined
}

/** Why there is no answer. */
export type NoAnswer =
  /** A target or a limit of requests is full: worth asking again later. */
  | { readonly kind: 'full'; readonly retryAfterSeconds: number | undefined; readonly why: string }
  /** The tenant's budget is spent: nothing that waiting for a minute mends. */
  | { readonly kind: 'budget'; readonly why: string }
  | {
      readonly kind: 'failed'
      readonly status: number
      readonly code: string
      /** Holds nothing of the request. */
      readonly message: string
      readonly isRetryable: boolean
      readonly costNanoUsd: number | undefined
    }

/**
 * Asks a release through the gateway at the priority of batches, at the tenant's cost, unguarded, uncached and without
 * content in the traces. Throws only where the signal aborts.
 */
export type CallRelease = (request: ReleaseRequest) => Promise<ReleaseAnswer | NoAnswer>

/** Makes vectors of texts by a service of ours that embeds, under the same name and at the same cost. Throws a `Failure`. */
export type EmbedTexts = (call: {
  readonly tenant: string
  readonly suite: string
  readonly service: string
  readonly texts: readonly string[]
  readonly signal: AbortSignal
}) => Promise<{
  readonly vectors: readonly (readonly number[])[]
  readonly costNanoUsd: number | undefined
}>
