import type {
  CapacityConfig,
  ConfigSnapshot,
  EngineConfig,
  FairnessKind,
} from '../../../foundation/config/index.ts'

export interface QueueSettings {
  /** Tokens under way at once, over all replicas; `undefined` does not bound them. */
  readonly inFlightTokens: number | undefined
  readonly inFlightRequests: number | undefined
  /** Tokens of prompts whose first token has not come, of those that stream. */
  readonly inFlightPromptTokens: number | undefined
  readonly maxQueueMs: number
  readonly maxQueued: number
  /** Of what may be under way, kept free by whoever has its share, for those that have less. */
  readonly headroomPercent: number
  readonly fairness: FairnessKind
}

export type ContextSizeOf = (engine: string) => number | undefined

/**
 * The queues that a configuration asks for, by target: `engine:support`, `provider:openai`, and
 * `provider:openai gpt-4.1` for a model that has its own. A provider without `capacity` has none.
 */
export function queueSettings(
  { config }: Pick<ConfigSnapshot, 'config'>,
  contextSizeOf: ContextSizeOf,
): Map<string, QueueSettings> {
  const settings = new Map<string, QueueSettings>()
  for (const [name, engine] of Object.entries(config.engines)) {
    settings.set(`engine:${name}`, ofEngine(engine, contextSizeOf(name)))
  }
  for (const [name, { capacity }] of Object.entries(config.providers)) {
    if (capacity === undefined) continue
    if (capacity.inFlightTokens !== undefined || capacity.inFlightRequests !== undefined) {
      settings.set(`provider:${name}`, fromConfig(capacity))
    }
    for (const [model, own] of Object.entries(capacity.models ?? {})) {
      settings.set(`provider:${name} ${model}`, fromConfig(own))
    }
  }
  return settings
}

function fromConfig(capacity: CapacityConfig): QueueSettings {
  return {
    inFlightTokens: capacity.inFlightTokens,
    inFlightRequests: capacity.inFlightRequests,
    inFlightPromptTokens: capacity.inFlightPromptTokens,
    maxQueueMs: capacity.maxQueueMs,
    maxQueued: capacity.maxQueued,
    headroomPercent: capacity.headroomPercent,
    fairness: capacity.fairness,
  }
}

/** An engine decodes `parallel` sequences of `contextSize` tokens; more would wait inside it, where nobody is fair. */
function ofEngine(engine: EngineConfig, contextSize: number | undefined): QueueSettings {
  const capacity = engine.capacity ?? {
    maxQueueMs: 30_000,
    maxQueued: 1_000,
    headroomPercent: 5,
    fairness: 'vtc' as const,
  }
  const size = engine.contextSize ?? contextSize
  return {
    ...fromConfig(capacity),
    inFlightRequests: capacity.inFlightRequests ?? engine.parallel,
    inFlightTokens: capacity.inFlightTokens ?? (size === undefined ? undefined : size * engine.parallel),
  }
}
