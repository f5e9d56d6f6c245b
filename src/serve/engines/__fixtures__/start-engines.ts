import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Registry } from 'prom-client'
import type { EngineConfig } from '../../../foundation/config/index.ts'
import { createLogger } from '../../../foundation/platform/index.ts'
import type { EngineCondition } from '../engine-state.ts'
import { createEngineSupervisor } from '../engine-supervisor.ts'
import type { EngineSupervisor, EngineSupervisorOptions } from '../engine-supervisor.ts'

/** A supervisor over a folder of its own, for tests; engines are ended and the folder removed at disposal. */
export interface TestEngines extends AsyncDisposable {
  readonly supervisor: EngineSupervisor
  readonly registry: Registry
  readonly folder: string
  /** Waits until the engine is in the condition; throws after a minute. */
  until(name: string, condition: EngineCondition): Promise<void>
  post(name: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response>
  get(name: string, path: string): Promise<Response>
}

export async function startEngines(options: Partial<EngineSupervisorOptions> = {}): Promise<TestEngines> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-engines-'))
  const registry = new Registry()
  const supervisor = createEngineSupervisor({
    logger: createLogger({ level: 'silent' }),
    metrics: registry,
    resolveModel: reference => join(folder, reference),
    ...options,
  })
  const call = async (name: string, path: string, init: RequestInit): Promise<Response> => {
    const { url, token } = supervisor.endpoint(name)
    return fetch(url + path, { ...init, headers: { authorization: `Bearer ${token}` } })
  }
  return {
    supervisor,
    registry,
    folder,
    async until(name, condition) {
      const deadline = performance.now() + 60_000
      while (performance.now() < deadline) {
        if (supervisor.states().find(engine => engine.name === name)?.state === condition) return
        await sleep(10)
      }
      throw new Error(`${name} never was ${condition}: ${JSON.stringify(supervisor.states())}`)
    },
    post: (name, path, body, signal) =>
      call(name, path, {
        method: 'POST',
        body: JSON.stringify(body),
        ...(signal === undefined ? {} : { signal }),
      }),
    get: (name, path) => call(name, path, { method: 'GET' }),
    async [Symbol.asyncDispose]() {
      await supervisor.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function engineConfig(model: string, more: Partial<EngineConfig> = {}): EngineConfig {
  return { kind: 'llama.cpp', model, kvCache: 'f16', parallel: 4, gpu: 'off', embeddings: true, ...more }
}
