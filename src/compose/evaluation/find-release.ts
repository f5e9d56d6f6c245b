import { createHash } from 'node:crypto'
import { type ConfigSnapshot, releaseTargets, type TargetConfig } from '../../foundation/config/index.ts'
import { canonicalJson } from '../../foundation/platform/index.ts'
import type { FindRelease } from '../../improve/evaluation/index.ts'
import { targetName } from '../../serve/gateway/index.ts'

/** Releases as the configuration in force has them, with a hash of all of it that decides what they answer. */
export function createFindRelease(
  snapshot: () => ConfigSnapshot,
  modelOf: (engine: string) => string | undefined,
  liveRelease: (service: string) => string | undefined,
): FindRelease {
  return ({ service, release: wanted }) => {
    const { config } = snapshot()
    const declared = Object.hasOwn(config.services, service) ? config.services[service] : undefined
    if (!declared) return undefined
    const serving = liveRelease(service)
    const name = wanted ?? serving ?? ''
    const release = Object.hasOwn(declared.releases, name) ? declared.releases[name] : undefined
    if (!release) return undefined
    const targets = releaseTargets(release)
    const called = [...targets, ...(release.fallbacks ?? []).map(({ target }) => target)]
    const decides = { service, name, release, behind: called.map(target => behind(target, config, modelOf)) }
    return {
      service,
      release: name,
      hash: createHash('sha256').update(canonicalJson(decides)).digest('hex'),
      isServing: name === serving,
      targets: targets.map(target =>
        'model' in target ? `${targetName(target)} ${target.model}` : targetName(target),
      ),
      prompt: release.prompt?.system,
      parameters: release.parameters ?? {},
    }
  }
}

/** What answers behind the name of an engine or a provider: another model or another address is another one. */
function behind(
  target: TargetConfig,
  { engines, providers }: ConfigSnapshot['config'],
  modelOf: (engine: string) => string | undefined,
): unknown {
  if ('engine' in target) {
    const engine = engines[target.engine]
    const { kind, model: named, contextSize = null, kvCache } = engine ?? {}
    return { kind, model: modelOf(target.engine) ?? named, contextSize, kvCache }
  }
  const provider = providers[target.provider]
  const address = provider && 'baseUrl' in provider ? provider.baseUrl : undefined
  return { kind: provider?.kind, address: address === undefined ? null : String(address) }
}
