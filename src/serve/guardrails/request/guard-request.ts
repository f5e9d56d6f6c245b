import type { Guarding } from '../guarding.ts'
import type { Guard } from '../policy.ts'
import type { GuardedText } from '../text/guarded-text.ts'
import { guardWhole } from '../text/guard-whole.ts'
import type { JsonObject } from '../../providers/index.ts'
import { withValue } from '../tree.ts'
import { watchNow } from '../watch.ts'
import { type FoundTexts, requestTexts, type RequestText } from './request-texts.ts'

/** What becomes of a request: it goes on (changed or not), or something else happens in its place. */
export type GuardedRequest =
  | { readonly kind: 'go'; readonly body: JsonObject }
  /** Something was found that blocks it. */
  | { readonly kind: 'blocked'; readonly guard: string }
  /** A check could not tell, and its entry says that nothing goes on then. */
  | { readonly kind: 'closed'; readonly guard: string }
  /** What else is done of it; the body is as masks have left it. */
  | { readonly kind: 'act'; readonly action: Act; readonly body: JsonObject }

/** Done in place of sending the request, or of giving the answer. */
export interface Act {
  readonly action: 'replace' | 'fall-back-to-release' | 'escalate' | 'retry-with-instruction'
  readonly guard: Guard
}

/** Passes every text of a request through the gates of its stage. Synchronous where all of them are. */
export function guardRequest(
  guarding: Guarding,
  operation: string,
  body: JsonObject,
  found: FoundTexts = requestTexts(operation, body),
): GuardedRequest | Promise<GuardedRequest> {
  const { texts, hasTokens } = found
  noteSubject(guarding, texts)
  if (hasTokens && guarding.policy.gates('input').some(({ onError }) => onError === 'closed')) {
    // a model reads tokens as a text, and no check does
    return { kind: 'closed', guard: guarding.policy.gates('input')[0]?.name ?? '' }
  }
  const guarded: GuardedText[] = []
  for (let index = 0; index < texts.length; index += 1) {
    const found = texts[index]
    if (!found) continue
    const text = guardWhole(guarding, found.text, found.stage, found.form, 'client', found.tool)
    if (text instanceof Promise) return guardRest(guarding, body, texts, guarded, text)
    guarded.push(text)
  }
  watchNow(guarding, texts)
  return conclude(guarding, body, texts, guarded)
}

async function guardRest(
  guarding: Guarding,
  body: JsonObject,
  texts: readonly RequestText[],
  guarded: GuardedText[],
  current: Promise<GuardedText>,
): Promise<GuardedRequest> {
  guarded.push(await current)
  // one after the other: a model that is asked of a long conversation is not asked of all of it at once
  for (const { text, stage, form, tool } of texts.slice(guarded.length)) {
    guarded.push(await guardWhole(guarding, text, stage, form, 'client', tool))
  }
  watchNow(guarding, texts)
  return conclude(guarding, body, texts, guarded)
}

function conclude(
  guarding: Guarding,
  body: JsonObject,
  texts: readonly RequestText[],
  guarded: readonly GuardedText[],
): GuardedRequest {
  let masked = body
  texts.forEach(({ path, text, isValue }, index) => {
    const result = guarded[index]
    if (!result || result.cut || !result.isChangedIn(0, text.length)) return
    const written = result.read(0, text.length)
    masked = withValue(masked, path, isValue ? JSON.parse(written) : written)
  })
  for (const { guard, because } of guarding.fired) {
    const followed = because === 'finding' ? undefined : because === 'error' ? guard.onError : guard.onTimeout
    if (followed === 'closed') return { kind: 'closed', guard: guard.name }
    const action = followed === 'fallback' ? fallbackOf(guard) : guard.action
    if (action === 'mask' || action === 'annotate') continue
    if (action === 'block') return { kind: 'blocked', guard: guard.name }
    return { kind: 'act', action: { action, guard }, body: masked }
  }
  return { kind: 'go', body: masked }
}

/** What answers where a check failed and its entry says `fallback`. */
export function fallbackOf(guard: Guard): 'fall-back-to-release' | 'replace' {
  return guard.release === undefined ? 'replace' : 'fall-back-to-release'
}

/** What checks that compare are told: the last words of the client, and what it should rest on. */
function noteSubject(guarding: Guarding, texts: readonly RequestText[]): void {
  guarding.question = texts.findLast(({ stage }) => stage === 'input')?.text
  guarding.documents = texts.filter(({ stage }) => stage === 'context').map(({ text }) => text)
}
