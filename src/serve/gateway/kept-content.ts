import { homeTenant } from '../../govern/access/index.ts'
import {
  declareUnmasked,
  type Masked,
  maskedByPolicy,
  type PseudonymScope,
} from '../../govern/privacy/index.ts'
import type { Exchange } from './exchange.ts'
import type { RecordedContent } from './inference-record.ts'

/**
 * Masks what is kept of an inference, after it has ended and away from its path; `undefined` where that could not be done,
 * and nothing is kept then.
 */
export type MaskContent = (
  content: RecordedContent,
  scope: PseudonymScope,
) => Promise<Masked<RecordedContent> | undefined>

/** What is kept of an exchange at once. */
export function contentNow(exchange: Exchange): Masked<RecordedContent> | undefined {
  if (exchange.options.storeContent !== true) return undefined
  const content = contentOf(exchange)
  const { guards } = exchange
  if (guards?.guarding.policy.masks) return maskedByPolicy(content, guards.guarding.policy.hash)
  return declareUnmasked(content, 'The service says `storeContent: true`.')
}

/** What is kept of it once it is masked. */
export function contentLater(exchange: Exchange): Promise<Masked<RecordedContent> | undefined> | undefined {
  const { storeContent, maskContent } = exchange.options
  if (storeContent !== 'masked') return undefined
  return maskContent(contentOf(exchange), scopeOf(exchange))
}

/** Whose placeholders those of an exchange are. What belongs to no conversation is one of its own. */
export function scopeOf({ options, conversation }: Exchange): PseudonymScope {
  const { id, principal } = options
  return { tenant: homeTenant(principal), keyId: principal.keyId, conversation: conversation?.id ?? id }
}

function contentOf({ request, answering, attempts, cached, guards }: Exchange): RecordedContent {
  const told = (answering ?? attempts.at(-1))?.observation?.content
  const kept = cached?.answer.kind === 'message' ? cached.answer.content : undefined
  const response = guards && !cached ? guards.kept(told) : (told ?? kept)
  return { request: guards ? guards.keptRequest(request) : request, response }
}
