/** What is known of one engine, for people and for routes. */
export interface EngineState {
  readonly name: string
  readonly kind: 'llama.cpp'
  /** The model as the configuration names it. */
  readonly model: string
  readonly state: EngineCondition
  /** Why it is not ready and what to do about it; of one that is, what is wrong with its model. */
  readonly stateReason: string | undefined
  readonly pid: number | undefined
  /** Times that it was started again by itself since it was configured. */
  readonly restarts: number
  /** Tokens a sequence may hold; unknown until it was ready once. */
  readonly contextSize: number | undefined
  readonly parallel: number
  /** Requests that it answered at the last look, at most two seconds ago. */
  readonly activeSequences: number
}

/** `failed` stays so until the configuration is applied again or someone restarts it; the others move by themselves. */
export const engineConditions = ['starting', 'ready', 'restarting', 'failed', 'stopped'] as const
export type EngineCondition = (typeof engineConditions)[number]

/** Where an engine listens now. */
export interface EngineEndpoint {
  /** E.g. `http://127.0.0.1:41234`. */
  readonly url: string
  /** Sent as a bearer token; another for every start. */
  readonly token: string
}
