import { Registry } from 'prom-client'
import { parseConfig } from '../src/foundation/config/index.ts'
import {
  compileServices,
  createAskService,
  createGateway,
  createTargets,
  type Gateway,
  type GatewayOptions,
  type InferenceRecord,
} from '../src/serve/gateway/index.ts'
import { type AskService, checkKinds, createGuardMetrics } from '../src/serve/guardrails/index.ts'
import type { Check, Finding, Scan } from '../src/serve/guardrails/index.ts'
import { estimateTokens } from '../src/serve/providers/index.ts'

export interface CheckGateway {
  readonly ask: AskService
  readonly gateway: Gateway
  /** Everything that was recorded, oldest first. */
  readonly records: InferenceRecord[]
  readonly registry: Registry
  /** A check of that name over a text of an answer, unless something else is said. */
  readonly run: (
    check: string,
    parameters: object,
    scan: Partial<Scan> & { text: string },
  ) => Promise<readonly Finding[]>
}

/** The real gateway over the providers of `config`, without limits and without a database: what checks ask through. */
export function openCheckGateway(
  config: string,
  options: Pick<GatewayOptions, 'traffic'> & Partial<Pick<GatewayOptions, 'authenticate' | 'mayCall'>> = {},
): CheckGateway {
  const parsed = parseConfig(config, '/nowhere/slipway.yaml', {})
  if (!('snapshot' in parsed)) throw new Error(JSON.stringify(parsed.problems))
  const registry = new Registry()
  const targets = createTargets({
    engineEndpoint: name => {
      throw new Error(`there is no engine ${name}`)
    },
    metrics: registry,
  })
  const serving = compileServices(parsed.snapshot, targets)
  const records: InferenceRecord[] = []
  const gateway = createGateway({
    snapshot: () => serving,
    authenticate: () => {
      throw new Error('nobody calls from outside')
    },
    mayCall: () => false,
    ...options,
    admit: () => ({
      maxOutputTokens: undefined,
      headers: () => ({}),
      limits: () => [],
      held: () => [],
      again: async () => true,
      settle: () => undefined,
    }),
    enterQueue: () => undefined,
    estimateTokens,
    cache: {
      lookup: () => {
        throw new Error('no service has a cache')
      },
    },
    record: record => records.push(record),
    maskContent: () => Promise.resolve(undefined),
    guards: { metrics: createGuardMetrics(registry), hmacKey: new Uint8Array(32), late: () => undefined },
    registry,
    bodyLimitBytes: 10_000_000,
    onFailure: () => undefined,
    onBug: error => {
      throw error
    },
  })
  const ask = createAskService(gateway, registry)
  return {
    ask,
    gateway,
    records,
    registry,
    run: async (name, parameters, scan) => {
      const kind = checkKinds.find(({ manifest }) => manifest.name === name)
      if (!kind) throw new Error(`there is no check ${name}`)
      const check = createCheck(kind, parameters, ask)
      const whole: Scan = { stage: 'output', service: 'support', tenant: 'acme', ...scan }
      return await check.scan(whole, AbortSignal.timeout(5_000))
    },
  }
}

function createCheck(kind: (typeof checkKinds)[number], parameters: object, ask: AskService): Check {
  return kind.create(kind.manifest.parameters.parse(parameters) as never, { ask } as never)
}
