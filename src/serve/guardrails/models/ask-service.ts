/** One call that a check makes of a service of ours. */
export interface ServiceCall {
  /** Who pays: the tenant whose text is checked. */
  readonly tenant: string
  /** Who asks: a check, in kebab case, or `judge:NAME`. In the ledger and the costs it is the key `check:NAME`, or `judge:NAME`. */
  readonly check: string
  readonly service: string
  readonly path: '/v1/chat/completions' | '/v1/completions' | '/v1/moderations' | '/v1/classify'
  /** Without `model`, which is the service. */
  readonly body: Readonly<Record<string, unknown>>
  /** `batch` for what nobody waits for. */
  readonly priority?: 'interactive' | 'batch'
  readonly signal: AbortSignal
}

export interface ServiceAnswer {
  readonly body: Readonly<Record<string, unknown>>
  /** The model that answered, in its provider's words. */
  readonly model: string | undefined
  /** `undefined` where it has no price. */
  readonly costNanoUsd: number | undefined
}

/**
 * Asks a service of ours through the gateway, as a client would: limited, paid, routed, recorded, but never guarded.
 * Throws a `Failure` where it does not answer, and whatever `signal` was aborted with.
 */
export type AskService = (call: ServiceCall) => Promise<ServiceAnswer>

/** What checks that ask a model need from outside. */
export interface ModelPorts {
  readonly ask: AskService
}
