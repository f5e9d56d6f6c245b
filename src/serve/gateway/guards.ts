import { homeTenant } from '../../govern/access/index.ts'
import type { PseudonymScope } from '../../govern/privacy/index.ts'
import {
  type GuardMetrics,
  Guarding,
  gravestVerdict,
  hasLateWork,
  keptContent,
  contentTexts,
  type Placeholders,
  type Verdict,
  type WatchedText,
  watchLater,
  watchNow,
  withoutCalls,
} from '../guardrails/index.ts'
import type { Exchange } from './exchange.ts'
import type { GatewayOptions, InternalCaller } from './gateway.ts'
import type { InferenceRecord } from './inference-record.ts'
import { scopeOf } from './kept-content.ts'

/** What the gateway needs to let policies work. */
export interface GuardPorts {
  readonly metrics: GuardMetrics
  /** HMACs of what is found are made with it. */
  readonly hmacKey: Uint8Array
  /**
   * What stands for masked values in a conversation; plain names of their types where this is left out. `recalled` are
   * texts of earlier turns that were masked then, and whose values may be given back.
   */
  readonly placeholders?: (
    scope: PseudonymScope,
    recalled: readonly string[],
  ) => Placeholders | Promise<Placeholders>
  /** Takes verdicts of checks that only note, some time after their inference was recorded. Never throws. */
  readonly late: (inferenceId: string, late: LateVerdicts) => void
}

export interface LateVerdicts {
  readonly service: string
  readonly tenant: string
  readonly policy: string
  readonly verdicts: readonly Verdict[]
}

/** The policy that holds for a request, pinned to it from here on; calls of our own are never guarded. */
export function pinPolicy(
  exchange: Exchange,
  caller: InternalCaller | undefined,
  options: Pick<GatewayOptions, 'guards'>,
): GuardedExchange | undefined {
  const { service, principal } = exchange.options
  const tenant = homeTenant(principal)
  const policy = service.policyOf(tenant)
  if (!policy || policy.guards.length === 0 || caller?.isOurs) return undefined
  const ports = caller?.copy ? forCopies(options.guards) : options.guards
  const { metrics, hmacKey } = ports
  const guarding = new Guarding({
    policy: caller?.copy ? withoutCalls(policy) : policy,
    service: service.name,
    tenant,
    startedAt: exchange.options.startedAt,
    hmacKey,
    metrics,
  })
  return new GuardedExchange(exchange, guarding, ports)
}

/** What checks say of copies stands in their records, and is counted nowhere. */
function forCopies({ hmacKey }: GuardPorts): GuardPorts {
  return { hmacKey, metrics: { told: () => undefined, held: () => undefined }, late: () => undefined }
}

/** What an exchange keeps of the policy at work on it. */
export class GuardedExchange {
  readonly guarding: Guarding
  /** How the client was told that its answer ended, where the policy has said it. */
  finishReason: string | undefined
  /** What was said in place of an answer. */
  #said: unknown
  /** Texts of the answer that went through gates: what came, and what may be kept of it. */
  texts: readonly { readonly raw: string; readonly kept: string }[] = []
  /** Of the request, where a check that takes its time will look at it. */
  asked: readonly WatchedText[] = []
  /** Whether the request has gone through the gates: what the exchange holds of it is what they left. */
  hasPassed = false
  readonly #exchange: Exchange
  readonly #ports: GuardPorts

  constructor(exchange: Exchange, guarding: Guarding, ports: GuardPorts) {
    this.#exchange = exchange
    this.guarding = guarding
    this.#ports = ports
  }

  /** Finds out what stands for masked values; `own` are the texts that the client sent just now, `recalled` all others. */
  openPlaceholders(own: readonly string[], recalled: readonly string[]): void | Promise<void> {
    const { placeholders } = this.#ports
    if (!placeholders || !this.guarding.policy.masks) return
    const take = (opened: Placeholders): void => {
      this.guarding.placeholders = opened
      for (const text of own) opened.note(text)
    }
    const opening = placeholders(scopeOf(this.#exchange), recalled)
    return opening instanceof Promise ? opening.then(take) : take(opening)
  }

  /** Words of ours have gone out in place of an answer. */
  said(text: string | undefined): void {
    this.finishReason = text === undefined ? 'content_filter' : 'stop'
    this.#said = { role: 'assistant', content: text ?? null }
  }

  /** The request as it went on; nothing of one that did not. */
  keptRequest(request: unknown): unknown {
    return this.hasPassed ? request : undefined
  }

  /** An observed answer as it may be kept. */
  kept(content: unknown): unknown {
    const { policy } = this.guarding
    if (this.#said !== undefined) return this.#said
    if (content === undefined || !policy.gatesAnswers) return content
    return keptContent(content, this.texts)
  }

  /** What is recorded of it. */
  verdicts(): Pick<InferenceRecord, 'policyHash' | 'verdicts' | 'verdict'> {
    const verdicts = this.guarding.verdicts()
    return { policyHash: this.guarding.policy.hash, verdicts, verdict: gravestVerdict(verdicts) }
  }

  /** All that is still to be looked at, when nothing more goes out. Called once, before the inference is described. */
  finish(): void {
    const { guarding } = this
    const observed = this.#exchange.answering?.observation?.content
    const answered = guarding.policy.watchesAnswers ? contentTexts(observed) : []
    watchNow(guarding, answered)
    const { service, tenant, metrics } = guarding.options
    const { name: policy } = guarding.policy
    metrics.told(service, policy, guarding.verdicts())
    const late = [...this.asked, ...answered]
    if (!hasLateWork(guarding, late)) return
    const keptOf = new Map(this.texts.map(({ raw, kept }) => [raw, kept]))
    const texts = late.map(each => ({ ...each, kept: keptOf.get(each.text) ?? each.text }))
    watchLater(guarding, texts)
      .then(verdicts => {
        metrics.told(service, policy, verdicts)
        this.#ports.late(this.#exchange.options.id, { service, tenant, policy, verdicts })
      })
      .catch(() => undefined)
  }
}
