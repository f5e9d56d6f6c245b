import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import { engineConditions } from './engine-state.ts'
import type { EngineState } from './engine-state.ts'
import type { ChildHealth } from './llama/settings.ts'

export interface EngineMetrics {
  /** Counts of one process start at zero; a smaller number than before means that there is a new one. */
  observe(engine: string, health: ChildHealth): void
  restarted(engine: string): void
  /** Drops the series of an engine that is no longer configured. */
  forget(engine: string): void
}

export function createEngineMetrics(registry: Registry, states: () => readonly EngineState[]): EngineMetrics {
  const registers = [registry]
  const labelNames = ['engine']
  const counter = (name: string, help: string): Counter => new Counter({ name, help, labelNames, registers })
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, labelNames, registers })

  new Gauge({
    name: 'slipway_engine_state',
    help: 'The state of each engine: 1 for the one it is in, 0 for the others.',
    labelNames: ['engine', 'state'],
    registers,
    collect() {
      this.reset()
      for (const { name, state } of states()) {
        for (const known of engineConditions)
          this.set({ engine: name, state: known }, known === state ? 1 : 0)
      }
    },
  })
  const restarts = counter(
    'slipway_engine_restarts_total',
    'Times that an engine ended and was started again.',
  )
  const promptTokens = counter(
    'slipway_engine_prompt_tokens_total',
    'Tokens of prompts, cached ones included.',
  )
  const cachedTokens = counter(
    'slipway_engine_cached_prompt_tokens_total',
    'Tokens of prompts whose state was still held.',
  )
  const generatedTokens = counter('slipway_engine_generated_tokens_total', 'Tokens that were generated.')
  const sequences = gauge('slipway_engine_sequences', 'Requests that it can answer at once.')
  const cacheTokens = gauge('slipway_engine_cache_tokens', 'Tokens in its cache of keys and values.')
  const cacheLimit = gauge('slipway_engine_cache_token_limit', 'Tokens that the cache has room for.')
  const active = gauge('slipway_engine_active_sequences', 'Requests that are being answered.')
  const queued = gauge('slipway_engine_queue_length', 'Requests that wait for a sequence.')
  const speed = gauge(
    'slipway_engine_tokens_per_second',
    'Tokens generated each second, over the last interval of health checks.',
  )
  const resident = gauge('slipway_engine_resident_memory_bytes', 'Resident memory of the process, in bytes.')
  const last = new Map<string, { readonly at: number; readonly health: ChildHealth }>()

  return {
    observe(engine, health) {
      const at = performance.now()
      const before = last.get(engine)
      const isSameProcess = before !== undefined && health.promptTokens >= before.health.promptTokens
      const grown = (key: 'promptTokens' | 'cachedPromptTokens' | 'generatedTokens'): number =>
        Math.max(0, health[key] - (isSameProcess ? before.health[key] : 0))
      const generated = grown('generatedTokens')
      promptTokens.inc({ engine }, grown('promptTokens'))
      cachedTokens.inc({ engine }, grown('cachedPromptTokens'))
      generatedTokens.inc({ engine }, generated)
      for (const { name, parallel } of states()) if (name === engine) sequences.set({ engine }, parallel)
      cacheTokens.set({ engine }, health.cacheTokens)
      cacheLimit.set({ engine }, health.cacheTokenLimit)
      active.set({ engine }, health.activeSequences)
      queued.set({ engine }, health.queueLength)
      resident.set({ engine }, health.residentBytes)
      if (isSameProcess) speed.set({ engine }, (generated * 1000) / Math.max(1, at - before.at))
      last.set(engine, { at, health })
    },
    restarted(engine) {
      restarts.inc({ engine })
      cacheTokens.set({ engine }, 0)
      active.set({ engine }, 0)
      queued.set({ engine }, 0)
      speed.set({ engine }, 0)
      resident.set({ engine }, 0)
    },
    forget(engine) {
      last.delete(engine)
      for (const metric of [
        restarts,
        sequences,
        cacheTokens,
        cacheLimit,
        promptTokens,
        cachedTokens,
        generatedTokens,
        active,
        queued,
        speed,
        resident,
      ]) {
        metric.remove({ engine })
      }
    },
  }
}
