/** What rollouts know of the models behind releases, and do to them. */
import { createHash } from 'node:crypto'
import { type ConfigSnapshot, releaseTargets } from '../foundation/config/index.ts'
import { canonicalJson } from '../foundation/platform/index.ts'
import { isRegistryReference, type ModelRegistry, readServedReference } from '../improve/registry/index.ts'
import type { PinnedModel, PinnedRelease, RolloutPorts } from '../improve/rollouts/index.ts'

/** A release with the versions that its engines are to serve by the registry, whatever they have at this moment. */
export async function pinRelease(
  { config }: Pick<ConfigSnapshot, 'config'>,
  models: Pick<ModelRegistry, 'resolve'>,
  service: string,
  name: string,
): Promise<PinnedRelease> {
  const { services, engines, providers } = config
  const release = services[service]?.releases[name]
  if (!release) return { hash: '', models: [] }
  const targets = [...releaseTargets(release), ...(release.fallbacks ?? []).map(({ target }) => target)]
  const behind = targets.map(target => {
    if ('engine' in target) {
      const engine = engines[target.engine]
      return { kind: engine?.kind, model: engine?.model, contextSize: engine?.contextSize ?? null }
    }
    const provider = providers[target.provider]
    return { kind: provider?.kind, address: String(provider?.baseUrl ?? '') }
  })
  const pinned = new Map<string, PinnedModel>()
  for (const target of targets) {
    if (!('engine' in target) || pinned.has(target.engine)) continue
    const reference = engines[target.engine]?.model
    if (reference === undefined || !isRegistryReference(reference)) continue
    const { tenant, model, at } = readServedReference(reference)
    const { number } = await models.resolve(tenant, `${model}@${at}`)
    pinned.set(target.engine, { engine: target.engine, reference, tenant, model, number })
  }
  const hash = createHash('sha256').update(canonicalJson({ name, release, behind })).digest('hex')
  return { hash, models: [...pinned.values()] }
}

/** Moves an alias to what a rollout has promoted, in the name of whoever began it and under the alias's rules. */
export async function movePromotedAlias(
  models: Pick<ModelRegistry, 'get' | 'listAliases' | 'moveAlias'>,
  { tenant, model, alias, number, rollout }: Parameters<RolloutPorts['moveAlias']>[0],
): Promise<void> {
  const aliases = await models.listAliases(await models.get(tenant, model))
  const at = aliases.find(({ name }) => name === alias)?.number
  // one that was cut off may have moved it
  if (at === number) return
  await models.moveAlias({
    caller: { tenant, author: rollout.author, keyId: rollout.keyId, requestId: `rollout:${rollout.id}` },
    model,
    alias,
    number,
    expected: at ?? null,
    reason: `Rollout ${rollout.id} of ${rollout.service} was promoted.`,
    evidence: [{ kind: 'rollout', id: rollout.id }],
  })
}
