import { providerSecrets, type ConfigSnapshot, type TargetConfig } from '../foundation/config/index.ts'
import type { EngineSupervisor } from '../serve/engines/index.ts'

interface TargetHealth {
  readonly state: 'ready' | 'degraded' | 'starting'
  readonly reason: string | undefined
}

/** How a target is doing, as far as can be known without calling it. */
export function describeTarget(
  target: TargetConfig,
  engines: Pick<EngineSupervisor, 'states'>,
  snapshot: ConfigSnapshot,
): TargetHealth {
  if ('provider' in target) {
    const provider = snapshot.config.providers[target.provider]
    const isKeyMissing = providerSecrets.some(
      field => provider?.[field] !== undefined && !snapshot.secret(`providers.${target.provider}.${field}`),
    )
    return isKeyMissing
      ? { state: 'degraded', reason: `The key of the provider ${target.provider} was not found.` }
      : { state: 'ready', reason: undefined }
  }
  const engine = engines.states().find(one => one.name === target.engine)
  if (!engine) return { state: 'starting', reason: `The engine ${target.engine} has not been started yet.` }
  if (engine.state === 'ready') return { state: 'ready', reason: undefined }
  const reason = engine.stateReason ?? `The engine ${target.engine} is ${engine.state}.`
  return { state: engine.state === 'starting' ? 'starting' : 'degraded', reason }
}
