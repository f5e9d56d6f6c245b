import { type Usage, worstCaseNanoUsd } from '../../foundation/config/index.ts'
import { homeTenant } from '../../govern/access/index.ts'
import { lowerPriority, priorityHeader } from '../admission/index.ts'
import type { Body } from '../dialects/index.ts'
import { allTargets, prefixHashes } from '../routing/index.ts'
import type { Exchange } from './exchange.ts'
import type { GatewayOptions, InternalCaller } from './gateway.ts'
import { outputBound } from './output-bound.ts'
import type { Demand } from './ports.ts'

/** What a request asks of limits, budgets and queues; its prompt is counted when somebody wants to know. */
export function demandOf(
  exchange: Exchange,
  body: Body,
  asked: {
    readonly headers: Headers
    readonly caller: InternalCaller | undefined
    readonly estimateTokens: GatewayOptions['estimateTokens']
  },
): Demand {
  const { id, requestId, principal, service, operation, isStream, startedAtMs } = exchange.options
  let counted: number | undefined
  const inputTokens = (): number => (counted ??= asked.estimateTokens(body))
  let hashes: readonly number[] | undefined
  let worst: { readonly of: number; readonly nanoUsd: number | undefined } | undefined
  return {
    inferenceId: id,
    requestId,
    principal,
    tenant: homeTenant(principal),
    service,
    operation,
    isStream,
    priority:
      asked.caller?.priority ?? lowerPriority(service.config.priority, asked.headers.get(priorityHeader)),
    inputTokens,
    maxOutputTokens: outputBound(body),
    timeLeftMs: () => service.config.timeoutMs - exchange.elapsedMs,
    prefixHashes: () => (hashes ??= prefixHashes(promptText(body))),
    // a budget asks, and the journal does once more
    worstCaseNanoUsd: maxOutputTokens => {
      if (worst?.of !== maxOutputTokens) worst = { of: maxOutputTokens, nanoUsd: worstCase(maxOutputTokens) }
      return worst.nanoUsd
    },
  }

  function worstCase(maxOutputTokens: number): number | undefined {
    // whatever costs most may happen: every retry and fallback is another call
    const serviceTier = typeof body['service_tier'] === 'string' ? body['service_tier'] : undefined
    let most = 0
    for (const target of allTargets(service.plan)) {
      const usual = (usage: Usage): number | undefined => target.cost(usage, startedAtMs)
      // the tier that is asked for, and the usual one that may serve instead
      const cost =
        serviceTier === undefined
          ? usual
          : (usage: Usage) => dearer(target.cost(usage, startedAtMs, { serviceTier }), usual(usage))
      const worstThere = worstCaseNanoUsd(cost, inputTokens(), maxOutputTokens)
      if (worstThere === undefined) return undefined
      most = Math.max(most, worstThere)
    }
    return most
  }
}

function dearer(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : Math.max(left, right)
}

/** What a provider's prompt cache goes by: everything in its order, up to where prompts part. */
function promptText(body: Body): string {
  const prompt = [
    body['system'],
    body['instructions'],
    body['tools'],
    body['messages'] ?? body['input'] ?? body['prompt'],
  ]
  return JSON.stringify(prompt)
}
