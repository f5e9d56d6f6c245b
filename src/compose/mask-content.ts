import { Failure, type Logger, type MetricsRegistry } from '../foundation/platform/index.ts'
import {
  type ContentMasker,
  createContentMasker,
  declareUnmasked,
  type FindSpans,
  type FoundSpan,
  type PseudonymBook,
} from '../govern/privacy/index.ts'
import type { MaskFeedback, Traces } from '../observe/traces/index.ts'
import type { RecordInference } from '../serve/gateway/index.ts'
import { type Check, checkKinds } from '../serve/guardrails/index.ts'

/** What is kept is looked through for these, and what becomes of the values: a secret is of no use to a reviewer. */
const looked = { 'personal-data': 'kept', secrets: 'forgotten' } as const

/** Masks the content of services that say `storeContent: masked`. */
export function composeContentMasker(parts: {
  readonly pseudonyms: PseudonymBook
  readonly logger: Logger
  readonly metrics: MetricsRegistry
}): ContentMasker {
  return createContentMasker({ ...parts, find: findPersonal() })
}

/** Hands an inference on: at once, or as soon as its content is masked. */
export function recordWhenMasked(traces: Pick<Traces, 'record'>): RecordInference {
  return (inference, content) => {
    if (!content) return traces.record(inference)
    void content.then(masked => traces.record({ ...inference, content: masked }))
  }
}

/** What people say of an inference is kept as its content is: as it was only where the service keeps that so. */
export function composeMaskFeedback(
  masker: ContentMasker,
  storesWhole: (service: string) => boolean,
): MaskFeedback {
  return async (words, { id, tenant, keyId, conversationId, service }) => {
    if (storesWhole(service)) return declareUnmasked(words, 'The service says `storeContent: true`.')
    const masked = await masker.mask(words, { tenant, keyId, conversation: conversationId ?? id })
    if (masked) return masked
    throw new Failure('not_ready', 'What you said cannot be masked now, and is not kept as it is. Try again.')
  }
}

/** What of a text is personal or secret. Throws where a check that it needs is not there. */
function findPersonal(): FindSpans {
  // made at the first use: a server without such a service needs none
  let checks: { readonly check: Check; readonly fate: FoundSpan['fate'] }[] | undefined
  const never = new AbortController().signal
  return text => {
    checks ??= Object.entries(looked).map(([name, fate]) => ({ check: createCheck(name), fate }))
    const found = checks.flatMap(({ check, fate }): FoundSpan[] => {
      const findings = check.scan({ text, stage: 'input', service: '', tenant: '' }, never)
      if (!Array.isArray(findings)) throw new TypeError('A check of what is stored has to answer at once.')
      return findings.map(({ start, end, type }) => ({ start, end, type, fate }))
    })
    return found.toSorted((left, right) => left.start - right.start || right.end - left.end)
  }
}

function createCheck(name: string): Check {
  const kind = checkKinds.find(({ manifest }) => manifest.name === name)
  if (!kind) throw new Error(`There is no check ${name}.`)
  return kind.create(kind.manifest.parameters.parse({}) as never, undefined as never)
}
