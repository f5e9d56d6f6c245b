import { checkAlerts } from './check-alerts.ts'
import { checkBedrock } from './check-bedrock.ts'
import { checkPolicies, type PolicyContext } from './check-policies.ts'
import { checkJudges } from './check-judges.ts'
import { checkMonitors } from './check-monitors.ts'
import { checkRollouts } from './check-rollout.ts'
import type { ConfigParts } from './config-parts.ts'
import { priceListNames } from './price-lists.ts'
import type { DataPath, Finding } from './problem.ts'
import type {
  PriceConfig,
  ProviderConfig,
  ReleaseConfig,
  ServiceConfig,
  TargetConfig,
} from './schema/index.ts'
import { suggestSentence } from './suggest.ts'
import { checkVertex } from './check-vertex.ts'

/** What the schema alone cannot see: names that must be declared elsewhere, and things that exclude each other. */
export function checkReferences(parts: ConfigParts, context: PolicyContext = {}): Finding[] {
  return [
    ...[...parts.providers].flatMap(([name, provider]) => [
      ...checkUrl(provider.baseUrl, ['providers', name, 'baseUrl']),
      ...checkBaseUrl(provider.kind, provider.baseUrl, ['providers', name]),
      ...checkHeaders(provider.headers, ['providers', name, 'headers']),
      ...checkOperations(provider, ['providers', name, 'operations']),
      ...checkBedrock(provider, ['providers', name]),
      ...checkVertex(provider, ['providers', name]),
    ]),
    ...[...parts.engines].flatMap(([name, engine]) => checkModel(engine.model, ['engines', name, 'model'])),
    ...[...parts.services].flatMap(([name, service]) => [
      ...checkServingRelease(service, ['services', name]),
      ...checkCache(parts, service, ['services', name, 'cache']),
      ...checkServicePolicies(parts, service, ['services', name]),
      ...Object.entries(service.releases).flatMap(([release, config]) =>
        checkRelease(parts, config, ['services', name, 'releases', release]),
      ),
    ]),
    ...checkPolicies(parts, context),
    ...checkJudges(parts),
    ...checkMonitors(parts),
    ...checkRollouts(parts),
    ...[...parts.tenants].flatMap(([name, tenant]) =>
      (tenant.services ?? []).flatMap((service, index) =>
        checkDeclared(parts.declared.services, service, 'service', ['tenants', name, 'services', index]),
      ),
    ),
    ...[...parts.trainers].flatMap(([name, trainer]) =>
      trainer.kind === 'provider'
        ? checkTrainingProvider(parts, trainer.provider, ['training', 'trainers', name, 'provider'])
        : [],
    ),
    ...checkPrices(parts),
    ...parts.priceLists.flatMap((list, index) =>
      typeof list === 'string'
        ? checkDeclared(priceListNames(), list, 'price list', ['priceLists', index])
        : [],
    ),
    ...Object.entries(parts.reviews?.webhooks ?? {}).flatMap(([service, webhook]) => [
      ...checkDeclared(parts.declared.services, service, 'service', ['reviews', 'webhooks', service]),
      ...checkUrl(webhook.url, ['reviews', 'webhooks', service, 'url']),
    ]),
    ...checkAlerts(parts),
    ...checkUrl(parts.traces?.otlp?.endpoint, ['traces', 'otlp', 'endpoint']),
    ...checkHeaders(parts.traces?.otlp?.headers, ['traces', 'otlp', 'headers']),
  ]
}

function checkDeclared(declared: readonly string[], name: string, what: string, path: DataPath): Finding[] {
  if (declared.includes(name)) return []
  return [
    {
      path,
      at: 'value',
      message: `There is no ${what} named \`${name}\`.`,
      mend: suggestSentence(name, declared, what),
    },
  ]
}

function checkCache(parts: ConfigParts, { cache }: ServiceConfig, path: DataPath): Finding[] {
  const { embedder } = cache?.semantic ?? {}
  return embedder === undefined
    ? []
    : checkDeclared(parts.declared.services, embedder, 'service', [...path, 'semantic', 'embedder'])
}

function checkServicePolicies(parts: ConfigParts, service: ServiceConfig, path: DataPath): Finding[] {
  const named: [string, DataPath][] = Object.entries(service.tenantPolicies ?? {}).map(([tenant, policy]) => [
    policy,
    [...path, 'tenantPolicies', tenant],
  ])
  if (service.policy !== undefined) named.unshift([service.policy, [...path, 'policy']])
  return named.flatMap(([policy, at]) => checkDeclared(parts.declared.policies, policy, 'policy', at))
}

function checkRelease(parts: ConfigParts, release: ReleaseConfig, path: DataPath): Finding[] {
  const { target, targets, fallbacks, parameters } = release
  return [
    ...(target ? checkTarget(parts, target, [...path, 'target']) : []),
    ...(targets ?? []).flatMap((one, index) => checkTarget(parts, one, [...path, 'targets', index])),
    ...(fallbacks ?? []).flatMap((fallback, index) =>
      checkTarget(parts, fallback.target, [...path, 'fallbacks', index, 'target']),
    ),
    ...checkParameters(parameters, [...path, 'parameters']),
  ]
}

function checkTarget(parts: ConfigParts, target: TargetConfig, path: DataPath): Finding[] {
  return 'engine' in target
    ? checkDeclared(parts.declared.engines, target.engine, 'engine', [...path, 'engine'])
    : checkDeclared(parts.declared.providers, target.provider, 'provider', [...path, 'provider'])
}

const fineTuningKinds: readonly string[] = ['openai', 'azure-openai', 'openai-compatible']

function checkTrainingProvider(parts: ConfigParts, provider: string, path: DataPath): Finding[] {
  const kind = parts.providers.get(provider)?.kind
  if (kind === undefined || fineTuningKinds.includes(kind))
    return checkDeclared(parts.declared.providers, provider, 'provider', path)
  return [
    {
      path,
      at: 'value',
      message: `A provider of the kind \`${kind}\` has no fine-tuning API that is shaped like OpenAI’s.`,
      mend: `Name one of the kind ${fineTuningKinds.map(one => `\`${one}\``).join(', ')}.`,
    },
  ]
}

function checkServingRelease(service: ServiceConfig, path: DataPath): Finding[] {
  const names = Object.keys(service.releases)
  if (service.release !== undefined)
    return checkDeclared(names, service.release, 'release', [...path, 'release'])
  if (names.length < 2) return []
  return [
    {
      path,
      at: 'key',
      message: `There are ${names.length} releases, and \`release\` does not say which one serves.`,
      mend: `Add \`release: ${names.at(-1)}\`.`,
    },
  ]
}

/** What every request brings itself; a release that set it would change what the client asked for. */
const clientParameters = ['model', 'messages', 'prompt', 'input', 'stream']

function checkParameters(
  parameters: Readonly<Record<string, unknown>> | undefined,
  path: DataPath,
): Finding[] {
  return clientParameters
    .filter(name => parameters !== undefined && Object.hasOwn(parameters, name))
    .map(name => ({
      path: [...path, name],
      at: 'key',
      message: `\`${name}\` always comes from the client.`,
      mend: name === 'model' ? 'Name the model in `target`.' : 'Remove it.',
    }))
}

function checkModel(model: string, path: DataPath): Finding[] {
  if (!model.startsWith('builtin:') || model === 'builtin:support') return []
  return [
    {
      path,
      at: 'value',
      message: `There is no built-in model named \`${model.slice('builtin:'.length)}\`.`,
      mend: 'Use `builtin:support`, or the path of a GGUF file.',
    },
  ]
}

function checkBaseUrl(kind: string, baseUrl: string | undefined, path: DataPath): Finding[] {
  if (baseUrl !== undefined || (kind !== 'azure-openai' && kind !== 'openai-compatible')) return []
  const example = kind === 'azure-openai' ? 'https://NAME.openai.azure.com' : 'http://127.0.0.1:8000/v1'
  return [
    {
      path,
      at: 'key',
      message: `A provider of the kind \`${kind}\` has no usual address.`,
      mend: `Add \`baseUrl: ${example}\`, with the address of yours.`,
    },
  ]
}

/** Kinds that are not OpenAI-shaped have one API, which is known. */
const ownApis: readonly string[] = ['anthropic', 'gemini', 'vertex', 'bedrock', 'cohere']

function checkOperations({ kind, operations }: ProviderConfig, path: DataPath): Finding[] {
  if (operations === undefined || !ownApis.includes(kind)) return []
  return [
    {
      path,
      at: 'key',
      message: `A provider of the kind \`${kind}\` speaks its own API, and what that can do is known.`,
      mend: 'Remove `operations`.',
    },
  ]
}

function checkUrl(url: string | undefined, path: DataPath): Finding[] {
  if (url === undefined) return []
  const { username, password } = new URL(url)
  if (username === '' && password === '') return []
  return [
    {
      path,
      at: 'value',
      message: 'This URL carries a user name or a password.',
      mend: 'Remove it from the URL, and send it in `headers` from `env` or `file`.',
    },
  ]
}

function checkHeaders(headers: Readonly<Record<string, unknown>> | undefined, path: DataPath): Finding[] {
  return Object.entries(headers ?? {})
    .filter(
      ([name, value]) =>
        typeof value === 'string' &&
        /^(authorization|proxy-authorization|cookie|(x-)?api-key|.*-(token|secret))$/i.test(name),
    )
    .map(([name]) => ({
      path: [...path, name],
      at: 'value',
      message: `The header \`${name}\` holds a secret, which is never written into the configuration itself.`,
      mend: 'Put it into an environment variable or a file, and write `{ env: NAME }` or `{ file: path }`.',
    }))
}

function checkPrices(parts: ConfigParts): Finding[] {
  const first = new Map<string, number>()
  return [...parts.prices].flatMap(([index, price]) => {
    const path: DataPath = ['prices', index]
    if (price.provider !== undefined && price.engine !== undefined)
      return [
        {
          path: [...path, 'engine'],
          at: 'key',
          message: '`engine` does not go together with `provider`.',
          mend: 'Keep the one that the price holds for.',
        } satisfies Finding,
      ]
    const key = priceKey(price)
    const earlier = first.get(key)
    first.set(key, earlier ?? index)
    return [
      ...checkPriceTarget(parts, price, path),
      ...(earlier === undefined ? [] : [overlap(path, earlier)]),
    ]
  })
}

function checkPriceTarget(parts: ConfigParts, price: PriceConfig, path: DataPath): Finding[] {
  if (price.provider !== undefined)
    return checkDeclared(parts.declared.providers, price.provider, 'provider', [...path, 'provider'])
  if (price.engine !== undefined)
    return checkDeclared(parts.declared.engines, price.engine, 'engine', [...path, 'engine'])
  return [
    {
      path,
      at: 'value',
      message: 'Nothing says what this price holds for.',
      mend: 'Add `provider: …` (and `model: …`), or `engine: …`.',
    },
  ]
}

function overlap(path: DataPath, earlier: number): Finding {
  return {
    path: [...path, 'from'],
    at: 'value',
    message: `\`prices[${earlier}]\` already holds for the same model from this day on.`,
    mend: 'Remove one of the two, or give this one a later day.',
  }
}

function priceKey(price: PriceConfig): string {
  return JSON.stringify([price.provider ?? null, price.engine ?? null, price.model ?? null, price.from])
}
