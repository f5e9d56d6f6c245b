/** What a signature of Gemini's was attached to, and must be attached to again. */
export type SignedPart = 'thought' | 'text' | 'call'

interface Signature {
  readonly part: SignedPart
  readonly signature: string
}

const marked = /^gemini:(thought|text|call)#/

/**
 * In thinking blocks, which any client dialect carries, a signature of Gemini's says where it belongs:
 * `gemini:call#Ep0BCpoB…`. It also tells other upstreams that it is not theirs.
 */
export function markSignature({ part, signature }: Signature): string {
  return `gemini:${part}#${signature}`
}

/** `undefined` for the signature of another make, which Gemini would refuse. */
export function readSignature(given: unknown): Signature | undefined {
  if (typeof given !== 'string') return undefined
  const match = marked.exec(given)
  return match ? { part: match[1] as SignedPart, signature: given.slice(match[0].length) } : undefined
}

/** What Google documents for calls whose signature is not at hand, such as those of another model. */
export const skippedSignature = 'skip_thought_signature_validator'
